"""What is made of every output that a real Verus gave, compared with what can be told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from synthd.sandbox.verus.run import VerusRan
from synthd.synth.verifiers.verus.report import Kind, Level, ProofVerdict, Status, VerusReport
from synthd.synth.verifiers.verus.understanding import understand

Row = Mapping[str, Any]
AsRan = Callable[[Row], VerusRan]
Reports = Mapping[str, VerusReport]
Failed = Callable[[VerusReport], frozenset[str]]


def errors_told(row: Row) -> list[str]:
    """The messages of the errors, without the total, read as plainly as possible."""
    rows = [json.loads(line) for line in row["stderr"].splitlines() if line.startswith("{")]
    messages = [one["message"] for one in rows if one["level"] == "error"]
    return [one for one in messages if not one.startswith("aborting due to")]


def expected(row: Row) -> ProofVerdict:
    """From exit status and counts, and whether only the solver's resources gave out."""
    if row.get("timed_out"):
        return ProofVerdict.UNKNOWN
    results = json.loads(row["stdout"])["verification-results"]
    if row["exit"] == 0:
        proved = results["success"] and results["verified"] > 0 and not results["errors"]
        return ProofVerdict.PROVED if proved else ProofVerdict.UNKNOWN
    only_limits = all("Resource limit" in message for message in errors_told(row))
    return ProofVerdict.UNKNOWN if only_limits else ProofVerdict.REFUTED


def test_every_verdict(both_json: tuple[Row, ...], reports: Reports) -> None:
    assert len(both_json) > 1300
    wrong = {}
    for row in both_json:
        report = reports[row["name"]]
        if report.verdict is not expected(row):
            wrong[row["name"]] = (report.verdict, report.reason)
    assert wrong == {}


def test_every_diagnostic_is_counted(both_json: tuple[Row, ...], reports: Reports) -> None:
    wrong = {}
    for row in both_json:
        report = reports[row["name"]]
        found = [one.message for one in report.diagnostics if one.level is Level.ERROR]
        if found != errors_told(row):
            wrong[row["name"]] = found
    assert wrong == {}


def test_without_both_flags_nothing_is_known(recorded: tuple[Row, ...], as_ran: AsRan) -> None:
    rows = [
        row for row in recorded if not {"--output-json", "--error-format=json"} <= set(row["args"])
    ]
    assert len(rows) > 100
    for row in rows:
        report = understand(row["program"], as_ran(row))
        assert report.verdict is ProofVerdict.UNKNOWN, row["name"]


def test_failed_functions_by_name(
    both_json: tuple[Row, ...],
    labels: Mapping[str, frozenset[str]],
    failed: Failed,
    reports: Reports,
) -> None:
    rows = {row["name"]: row for row in both_json}
    assert len(labels) >= 40
    assert labels.keys() <= rows.keys()
    found = {name: failed(reports[name]) for name in labels}
    assert found == dict(labels)


def test_verus_own_breakdown_agrees(both_json: tuple[Row, ...], reports: Reports) -> None:
    """Where `--time` was given, Verus says of each function whether it failed."""
    rows = [row for row in both_json if "--time" in row["args"]]
    assert rows
    for row in rows:
        times = json.loads(row["stdout"])["times-ms"]["smt"]["smt-run-module-times"]
        told = {
            one["function"].removeprefix("program::"): one["success"]
            for module in times
            for one in module["function-breakdown"]
        }
        report = reports[row["name"]]
        assert report.complete
        assert {one.path: one.status is Status.VERIFIED for one in report.functions} == told


def test_verified_names_only_where_all_is_known(
    both_json: tuple[Row, ...], failed: Failed, reports: Reports
) -> None:
    for row in both_json:
        report = reports[row["name"]]
        verified = [one for one in report.functions if one.status is Status.VERIFIED]
        if verified:
            assert report.complete and len(verified) <= report.verified, row["name"]
        if report.verdict is ProofVerdict.REFUTED and report.errors:
            # Each failing query is some function's.
            assert failed(report) and report.complete, row["name"]
        if report.verdict is ProofVerdict.PROVED:
            assert verified and len(verified) == len(report.functions), row["name"]


def test_places_are_in_the_program(both_json: tuple[Row, ...], reports: Reports) -> None:
    for row in both_json:
        lines = row["program"].split("\n")
        for one in reports[row["name"]].diagnostics:
            for place in one.places:
                if not place.ours:
                    assert not place.file.startswith("program"), row["name"]
                    continue
                shown = place.text.split("\n")
                assert shown == lines[place.line - 1 : place.line - 1 + len(shown)], row["name"]
                # At the end of a file rustc points one column behind the end.
                assert 1 <= place.column <= len(lines[place.line - 1]) + 2, row["name"]


def test_macros_of_the_library_lead_back_to_their_use(
    both_json: tuple[Row, ...], reports: Reports
) -> None:
    (row,) = (one for one in both_json if one["name"].endswith("human_eval_034/drop-line-49"))
    report = reports[row["name"]]
    (error,) = (one for one in report.diagnostics if one.level is Level.ERROR)
    use, inside = error.places
    assert use.ours and use.primary and "calc!" in use.text
    assert inside.file.startswith("vstd/") and not inside.ours and not inside.primary
    assert (error.kind, error.function) == (Kind.ASSERTION, "swap_preserves_multiset")


def test_what_each_small_program_shows(both_json: tuple[Row, ...], reports: Reports) -> None:
    kinds = {
        "fail_post": {Kind.POSTCONDITION, Kind.OVERFLOW, Kind.ASSERTION},
        "precond_fail": {Kind.PRECONDITION},
        "missing_invariant": {Kind.POSTCONDITION, Kind.OVERFLOW},
        "recursion_bad": {Kind.TERMINATION},
        "no_decreases": {Kind.TERMINATION},
        "invariant_end": {Kind.INVARIANT_END, Kind.TERMINATION},
        "syntax_error": {Kind.SYNTAX},
        "type_mismatch": {Kind.TYPE},
        "borrow_error": {Kind.BORROW},
        "mode_error": {Kind.MODE},
        "unsupported": {Kind.UNSUPPORTED},
        "rlimit_default": {Kind.RESOURCE_LIMIT},
    }
    rows = {row["name"]: row for row in both_json}
    for name, wanted in kinds.items():
        row = rows[f"{name}__both_json"]
        report = reports[row["name"]]
        found = {one.kind for one in report.diagnostics if one.level is Level.ERROR}
        assert found == wanted, name


def test_a_limit_is_nobodys_failure(both_json: tuple[Row, ...], reports: Reports) -> None:
    (row,) = (one for one in both_json if one["name"] == "timeout_loop__rlimit1_json")
    report = reports[row["name"]]
    assert report.verdict is ProofVerdict.UNKNOWN and "slow" in report.reason
    found = {one.path: one.status for one in report.functions}
    assert found.pop("slow") is Status.UNKNOWN
    assert set(found.values()) == {Status.VERIFIED}


def test_more_errors_than_were_reported(both_json: tuple[Row, ...], reports: Reports) -> None:
    limited = [
        row["name"]
        for row in both_json
        if reports[row["name"]].limited
        is not ("not all errors may have been reported" in row["stderr"])
    ]
    assert limited == []
