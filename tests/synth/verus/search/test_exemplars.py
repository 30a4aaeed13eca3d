"""Repairs that are remembered: what is learned, kept, chosen, and read from AlphaVerus' files."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.prompts import verus
from synthd.synth.proving.exemplars import Fix, at_random, harvest, most_similar
from synthd.synth.store.exemplars import NAME, NoExemplars, add, alphaverus, load

FIXES = [Fix(f"fn f{i}() {{ {i} }}", f"error {i}", f"{{ {i} + 1 }}") for i in range(8)]


def test_an_accepted_attempt_teaches_its_last_steps(judged) -> None:
    chain = judged("1/3")
    for code in ("2/2", "?", "2/3", "3/1", "3/2", "3/3"):
        chain = judged(code, chain)
    fixes = harvest(judged("4/0", chain), head="fn f()")
    assert [fix.incorrect for fix in fixes] == [
        "fn f()\n3/3",
        "fn f()\n3/2",
        "fn f()\n3/1",
        "fn f()\n2/3",
        "fn f()\n?",
    ]
    assert all(fix.corrected == "4/0" for fix in fixes)
    assert "3/3" in fixes[0].error and "unexpected token" in fixes[-1].error


def test_what_is_not_proved_teaches_nothing(judged) -> None:
    assert harvest(judged("3/1", judged("1/3"))) == ()
    assert harvest(judged("4/0")) == ()


@given(st.integers(0, 400), st.integers(0, 9))
def test_at_random_as_the_paper_draws(number: int, seed: int) -> None:
    fixes = [Fix(str(i), "e", "c") for i in range(number)]
    drawn = at_random(fixes, Random(seed))
    assert len(drawn) == min(100, number * 3 // 4) == len(set(drawn))
    assert drawn == at_random(fixes, Random(seed)) and set(drawn) <= set(fixes)


def test_the_most_similar_come_first() -> None:
    fixes = [
        Fix("fn a(v: Vec<u32>) { push }", "error: overflow", "{ a }"),
        Fix("fn b(s: Seq<int>) { drop_last }", "error: assertion failed", "{ b }"),
        Fix("???", "!!!", "{ c }"),
    ]
    near = most_similar(fixes, "fn g(s: Seq<int>) { s.drop_last() }", "error: assertion failed")
    assert [fix.corrected for fix in near] == ["{ b }", "{ a }"]
    assert most_similar(fixes, "%%%") == () == most_similar([], "fn a()")
    assert len(most_similar(FIXES, "fn f1() { 1 }", count=3)) == 3


def test_a_store_grows_and_is_read_again(tmp_path) -> None:
    folder = tmp_path / "kept"
    assert load(folder).fixes == () and not folder.exists()
    assert add(folder, []) == 0 and not folder.exists()
    assert add(folder, FIXES[:3]) == 3 and add(folder, FIXES[:5]) == 2
    assert load(folder).fixes == tuple(FIXES[:5]) and load(folder).skipped == ()


def test_damaged_lines_are_skipped_and_told(tmp_path) -> None:
    add(tmp_path, FIXES[:2])
    path = tmp_path / NAME
    torn = path.read_bytes()[:-20]
    path.write_bytes(b'\xff\xfe\n{"schema": 9}\n[]\n' + b"[" * 5000 + b"\n\n" + torn)
    found = load(tmp_path)
    assert found.fixes == (FIXES[0],) and len(found.skipped) == 5
    assert f"{path}:1 " in found.skipped[0]
    add(tmp_path, [FIXES[3]])
    assert load(tmp_path).fixes == (FIXES[0], FIXES[3]), "also after a torn line"


BEFORE = """use vstd::prelude::*;
verus! {
fn f(x: u32) -> (r: u32)
    ensures r == x,
{
    x + 1
}
fn main() {}
}
"""


def test_alphaverus_state(tmp_path) -> None:
    after = BEFORE.replace("x + 1", "x")
    state = {
        "current_iteration": 5,
        "error_pairs": [
            [BEFORE, "error: overflow", after],
            [BEFORE, "error: overflow", after, 17],
            [BEFORE, "error: spec changed", after.replace("r == x", "true")],
            [BEFORE, 3, after],
            ["no function", "error", "none"],
        ],
        "solved_pairs": [["method M() {}", "saved_programs/a.rs"], "odd"],
        "critic_pairs": [[BEFORE, "{ 0 }"]],
    }
    path = tmp_path / "iter5.json"
    path.write_text(json.dumps(state))
    found = alphaverus(path)
    assert found.fixes == (Fix(BEFORE, "error: overflow", "{\n    x\n}"),) * 2
    assert found.solved == (("method M() {}", "saved_programs/a.rs"),)
    assert found.exploits == ((BEFORE, "{ 0 }"),)
    assert len(found.skipped) == 2 and "error_pairs[3]" in found.skipped[0]
    path.write_text(json.dumps(state["error_pairs"]))
    assert len(alphaverus(path).fixes) == 2


@pytest.mark.parametrize("text", ["", "{", "3", '{"a": 1}', '{"error_pairs": 3}'])
def test_what_is_no_such_file_says_so(tmp_path, text) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(NoExemplars, match=r"x\.json"):
        alphaverus(path)


def test_fixes_are_shown_after_the_guide(judged) -> None:
    shown = verus.system(1, FIXES[:2])
    assert shown.startswith(verus.system(1)) and verus.system(1).startswith(verus.system(0))
    assert "error 1" in shown and "{ 1 + 1 }" in shown
