"""Held-out tests accept what is right, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from synthd.daemon.bench.case import BenchSuite, Case

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
            assert 0 < score.declared <= score.executed


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


@pytest.mark.parametrize("name", ["psb2-cpp", "psb2-stdio-cpp"])
async def test_all_rows_of_compiled_programs_count(
    name: str, suite: Callable[[str], BenchSuite], bench: Callable[[], Any]
) -> None:
    """They are given in pieces; a program that is right in all of them is right."""
    case: Case = suite(name).cases[0]
    async with bench() as at:
        score = await at.score(case, case.reference)
    assert (score.passed, score.executed, score.declared) == (True, 2000, 2000), score
