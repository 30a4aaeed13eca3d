"""Programs that a real Verus was recorded with, through the real command line."""

from __future__ import annotations

import pytest

# By what the programs say: who is verified, who is not, and why nothing is known.
STANDINGS = {
    "ok_trivial": {"max": "verified", "add_small": "verified", "main": "verified"},
    "precond_fail": {"get": "verified", "first": "refuted", "oob": "refuted", "main": "verified"},
    "two_funcs_json": {
        "count": "verified",
        "find": "verified",
        "bad_find": "refuted",
        "main": "verified",
    },
    "no_decreases": {"count": "refuted", "main": "undecided"},
    "rlimit_default": {"q": "undecided", "main": "verified"},
    "assume_warn": {"f": "refuted", "admitted": "refuted", "main": "verified"},
}


@pytest.mark.parametrize("name", STANDINGS)
def test_functions_by_name(shell, verus_stand_in, verus_recordings, name) -> None:
    rows = {row["name"]: row for row in verus_recordings("flags")}
    row = {**rows[f"{name}__both_json"], "seconds": 0}  # the stand-in would sleep as long
    place = verus_stand_in(recordings=[row])
    shell.environment = {"VERUS_PATH": str(place)}
    shell.file(row["program"], "work.rs")
    ended = shell.run("verify", "work.rs", "--json")
    assert {one["function"]: one["status"] for one in ended.objects} == STANDINGS[name]
    statuses = set(STANDINGS[name].values())
    assert ended.code == (1 if "refuted" in statuses else 4 if "undecided" in statuses else 0)


def test_people_see_what_verus_points_at(shell, verus_stand_in, verus_recordings) -> None:
    row = next(r for r in verus_recordings("flags") if r["name"] == "precond_fail__both_json")
    shell.environment = {"VERUS_PATH": str(verus_stand_in(recordings=[row]))}
    shell.file(row["program"], "work.rs")
    out = shell.run("verify", "work.rs").out
    assert "error: precondition not satisfied\n    --> work.rs:15:5\n" in out
    assert "----------- failed precondition" in out, "the clause, where it stands in the file"
    assert "--> vstd/std_specs/vec.rs:55:9: failed precondition" in out, "the library's, by name"
