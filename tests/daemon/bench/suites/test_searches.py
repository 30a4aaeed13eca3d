"""Searches by a scripted model in every language, to a right program and to a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from synthd.daemon.bench.case import BenchSuite

Suites = Callable[[str], BenchSuite]
Open = Callable[[], Any]


def fenced(text: str) -> str:
    return f"Here it is:\n```\n{text}\n```\n"


CPP = "bool has_close_elements(vector<float> numbers, float threshold) {\n    return false;\n}"
WRONG = {
    "humaneval": "def has_close_elements(numbers, threshold):\n    return False",
    "mbpp": "def similar_elements(test_tup1, test_tup2):\n    return ()",
    "humaneval-x-cpp": CPP,
    "psb2": "def basement(numbers):\n    return 0",
    "psb2-cpp": "long long basement(vector<long long> numbers) { return 0; }",
    "psb2-stdio": "print(0)",
    "psb2-stdio-cpp": '#include <cstdio>\nint main() { puts("0"); }',
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_search_ends_with_the_program_that_the_visible_checks_accept(
    name: str, suite: Suites, bench: Open
) -> None:
    case = suite(name).cases[0]
    async with bench() as at:
        solved = await at.search(case, [fenced(WRONG[name]), fenced(case.reference)])
        assert (solved.visible, solved.stop, solved.turn) == (True, "solved", 1)
        assert solved.usage.programs == 2
        failed = await at.search(case, [fenced(WRONG[name])], parameters={"n": 2})
        assert (failed.visible, failed.turn) == (False, 1)
        assert failed.program
        wrong = await at.score(case, failed.program)
        assert wrong.passed is False
        if "-" not in name:  # the 2,000 rows of whole programs are in test_verdicts
            right = await at.score(case, solved.program)
            assert right.passed is True


async def test_a_repair_is_told_what_failed_and_has_its_place(suite: Suites, bench: Open) -> None:
    case = suite("psb2-stdio").cases[0]
    async with bench() as at:
        answers = [fenced("print(0)"), fenced(case.reference)]
        found = await at.search(case, answers, "multi-turn", {"n": 1, "feedback": "diff"})
        assert (found.visible, found.turn) == (True, 2)
        assert "but gives 0" in at.asked[1]


@pytest.mark.parametrize(("name", "place"), [("humaneval", 38), ("humaneval-x-rust", 0)])
async def test_where_nothing_steers_one_greedy_draft_is_all(
    name: str, place: int, suite: Suites, bench: Open
) -> None:
    case = suite(name).cases[place]
    async with bench() as at:
        found = await at.search(case, [fenced(case.reference)], "mbr", programs=8)
        assert (found.visible, found.usage.programs, len(at.asked)) == (None, 1, 1)
        assert (await at.score(case, found.program)).passed is True


@pytest.mark.parametrize("name", ["humaneval", "humaneval-x-cpp", "psb2"])
async def test_an_oracle_ends_a_search_and_is_named(name: str, suite: Suites, bench: Open) -> None:
    case = suite(name).cases[0]
    async with bench() as at:
        answers = [fenced(WRONG[name]), fenced(case.reference)]
        found = await at.search(case, answers, "revision", {"oracle": True})
        assert (found.oracle, found.stop, found.visible) == (True, "solved", True)
        assert found.usage.programs == 2


async def test_an_oracle_steers_where_nothing_else_does(suite: Suites, bench: Open) -> None:
    case = suite("humaneval-x-rust").cases[0]
    wrong = "fn has_close_elements(numbers: Vec<f32>, threshold: f32) -> bool { false }"
    async with bench() as at:
        answers = [fenced(wrong), fenced(case.reference)]
        found = await at.search(case, answers, "revision", {"oracle": True})
        assert (found.oracle, found.stop, found.visible) == (True, "solved", None)
        assert found.usage.programs == 2


@pytest.mark.parametrize("name", ["psb2", "psb2-cpp", "psb2-stdio", "psb2-stdio-cpp"])
async def test_programs_that_agree_on_other_inputs_win_the_vote(
    name: str, suite: Suites, bench: Open
) -> None:
    """Three that differ as texts, of which two do the same: visible checks accept none of them."""
    case = suite(name).cases[0]
    mark = "#" if case.language == "python" else "//"
    other = f"{WRONG[name].replace('0', '-7777')}"
    answers = [other, WRONG[name], f"{WRONG[name]}\n{mark} the same"]
    async with bench() as at:
        assert case.unmet(_strategy("self-consistency")) == ""
        parameters = {"n": 3, "pool": "all", "inputs": 6}
        drawn = [fenced(answer) for answer in answers]
        found = await at.search(case, drawn, "self-consistency", parameters)
    assert "-7777" not in found.program
    assert "0" in found.program


def test_a_strategy_says_before_it_runs_that_it_cannot_try_programs(suite: Suites) -> None:
    case = suite("humaneval-x-cpp").cases[0]
    assert "inputs" in case.unmet(_strategy("mbr"))
    assert "inputs" in case.unmet(_strategy("s-star"))
    assert case.unmet(_strategy("mbr", {"utility": "edit"})) == ""
    assert case.unmet(_strategy("self-consistency", {"by": "text"})) == ""
    assert case.unmet(_strategy("seidr")) == ""
    # Nothing steers there: one greedy draft needs nothing.
    assert suite("humaneval-x-rust").cases[0].unmet(_strategy("mbr")) == ""


async def test_auto_goes_without_other_inputs_where_there_are_none(
    suite: Suites, bench: Open
) -> None:
    case = suite("humaneval-x-cpp").cases[0]
    async with bench() as at:
        found = await at.search(case, [fenced(CPP), fenced(case.reference)], "auto")
    assert found.visible is True


async def test_the_steering_rows_are_the_edge_cases_and_then_random_ones(suite: Suites) -> None:
    case = suite("psb2-stdio").cases[0]
    rows = case.visible.rows  # type: ignore[attr-defined]
    assert len(rows) == 50
    assert rows[0].given == "1\n-1\n"  # the first edge case: [-1]
    shown = re.findall(r"Input:\n(.*?)Output:", case.text, re.S)
    assert len(shown) == 5
    assert set(shown) <= {row.given for row in rows}


def _strategy(name: str, parameters: dict[str, str] | None = None) -> Any:
    from synthd.synth.strategies import registry

    return registry.build(name, parameters or {})
