"""Held-out tests accept what is right, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from synthd.daemon.bench.case import BenchSuite

HANDFUL = {
    "humaneval": (0, 32, 38, 115),
    "humaneval+": (0, 32),
    "mbpp": (0, 100, 200),
    "mbpp-full": (0, 600),
    "mbpp+": (0, 50),
    "humaneval-x-python": (0, 38),
    "humaneval-x-cpp": (0, 38),
    "humaneval-x-rust": (0, 10),
    "psb2": (0, 5),
    "psb2-stdio": (0,),
}


@pytest.mark.parametrize("name", HANDFUL)
async def test_references_pass(
    name: str, suite: Callable[[str], BenchSuite], bench: Callable[[], Any]
) -> None:
    async with bench() as at:
        for place in HANDFUL[name]:
            case = suite(name).cases[place]
            score = await at.score(case, case.reference)
            assert (score.passed, score.outcome) == (True, "pass"), (case.id, score)
            assert score.executed > 0
            assert score.declared <= score.executed  # what is in a loop is not declared


WRONG = {
    "humaneval": "def has_close_elements(numbers, threshold):\n    return False\n",
    "humaneval-x-cpp": (
        "#include <vector>\nusing namespace std;\n"
        "bool has_close_elements(vector<float> numbers, float threshold) { return false; }\n"
    ),
    "humaneval-x-rust": (
        "fn has_close_elements(numbers: Vec<f32>, threshold: f32) -> bool { false }\n"
    ),
    "psb2-cpp": (
        "#include <vector>\nlong long basement(std::vector<long long> numbers) { return 0; }\n"
    ),
    "psb2-stdio-cpp": '#include <cstdio>\nint main() { puts("0"); }\n',
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_fails(
    name: str, suite: Callable[[str], BenchSuite], bench: Callable[[], Any]
) -> None:
    case = suite(name).cases[0]
    async with bench() as at:
        score = await at.score(case, WRONG[name])
        assert score.passed is False
        assert score.outcome == "fail"
        nothing = await at.score(case, "")
        assert (nothing.passed, nothing.outcome) == (False, "no_code")


async def test_all_rows_of_a_compiled_program_count(
    suite: Callable[[str], BenchSuite], bench: Callable[[], Any]
) -> None:
    """They are given in pieces; a program that is right in all of them is right, and one that is
    wrong in the last row is wrong."""
    whole: Any = suite("psb2-cpp").cases[0]
    rows = whole.tests.rows[:430]
    case = replace(whole, tests=replace(whole.tests, rows=rows))
    other = replace(rows[-1], expected="31337\n")
    spoiled = replace(whole, tests=replace(whole.tests, rows=(*rows[:-1], other)))
    async with bench() as at:
        score = await at.score(case, case.reference)
        assert (score.passed, score.executed, score.declared) == (True, 430, 430), score
        wrong = await at.score(spoiled, case.reference)
        assert (wrong.passed, wrong.outcome) == (False, "fail"), wrong
