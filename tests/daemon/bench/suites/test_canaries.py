"""No prompt of any strategy tells of the held-out tests: these have numbers that stand out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.case import Case
from synthd.daemon.bench.suites import catalogue
from synthd.synth.strategies import registry

CANARIES = ("31337", "62674", "271828", "543656")
SMALL: Mapping[str, Mapping[str, int]] = {"seidr": {"drafts_per_prompt": 2}, "multi-turn": {"n": 2}}

HUMANEVAL = {
    "task_id": "HumanEval/0",
    "entry_point": "double",
    "prompt": 'def double(x):\n    """Twice x.\n    >>> double(2)\n    4\n    """\n',
    "canonical_solution": "    return 2 * x\n",
    "test": (
        "def check(candidate):\n    assert candidate(31337) == 62674\n"
        "    assert candidate(271828) == 543656\n"
    ),
}
CPP = {
    "task_id": "CPP/0",
    "prompt": "/* Twice x. */\n#include <vector>\nusing namespace std;\nint twice(int x){\n",
    "canonical_solution": "    return 2 * x;\n}\n",
    "test": "#include<assert.h>\nint main(){\n    assert (twice(31337) == 62674);\n}\n",
    "example_test": "#include<assert.h>\nint main(){\n    assert (twice(2) == 4);\n}\n",
}
PSB2 = [
    {
        "name": "basement",
        "description": "Given a vector of integers, return where its running sum is negative.",
        "inputs": {"input1": "list[int]"},
        "outputs": {"output1": "int"},
    }
]


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """Data whose held-out tests alone have the canaries."""
    for name, row in (("humaneval/HumanEval", HUMANEVAL), ("humaneval-x/humaneval_cpp", CPP)):
        path = tmp_path / "data" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(row) + "\n")
    rows = [{"split": "edge", "input1": [-1], "output1": 0}]
    rows += [{"split": "train", "input1": [n, 1, -9], "output1": 2} for n in range(1, 7)]
    rows += [{"split": "test", "input1": [31337, -62674, 271828], "output1": 1}]
    rows += [{"split": "test", "input1": [31337, 271828, 9, -543656], "output1": 3}]
    place = tmp_path / "data" / "psb2" / "examples"
    place.mkdir(parents=True)
    (place / "basement.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (place.parent / "problems.json").write_text(json.dumps(PSB2))
    return tmp_path / "data"


# Wrong, wrong, and two that pass what steers and nothing else.
ANSWERS = {
    "humaneval": ["return x", "return -x", "return 4", "return x * x"],
    "psb2": ["return 5", "return 6", "return 0 if v[0] < 0 else 2", "return -(v[0] < 0) * 2 + 2"],
    "psb2-stdio": ["print(1)", "print(9)", "n = int(input())\nprint(0 if n == 1 else 2)", "x"],
    "humaneval-x-cpp": ["return x;", "return -x;", "return 4;", "return x * x;"],
}
HEADS = {
    "humaneval": "def double(x):\n    {}",
    "psb2": "def basement(numbers):\n    v = numbers\n    {}",
    "psb2-stdio": "{}",
    "humaneval-x-cpp": "int twice(int x) {{ {} }}",
}
SEARCHES = [
    *itertools.product(("humaneval", "psb2-stdio"), registry.STRATEGIES),
    *itertools.product(("psb2", "humaneval-x-cpp"), ("seidr", "auto", "self-repair")),
]


@pytest.mark.parametrize(("name", "strategy"), SEARCHES)
async def test_prompts_know_nothing_of_the_held_out_tests(
    name: str, strategy: str, marked: Path, bench: Callable[[], Any], needed: Any
) -> None:
    (case,) = catalogue.load(name, marked, {}).cases
    assert not _seen([case.text])
    answers = [f"```\n{HEADS[name].format(body)}\n```" for body in ANSWERS[name]]
    async with bench() as at:
        found = await at.search(
            case, answers, strategy, SMALL.get(strategy, needed(strategy)), programs=4
        )
        assert at.asked
        assert not _seen(at.asked)
        if found.program:
            score = await at.score(case, found.program)
            assert score.passed is False


async def test_an_oracle_tells_prompts_nothing_either(
    marked: Path, bench: Callable[[], Any]
) -> None:
    case: Case = catalogue.load("humaneval", marked, {}).cases[0]
    answers = [f"```\n{HEADS['humaneval'].format(body)}\n```" for body in ANSWERS["humaneval"]]
    async with bench() as at:
        found = await at.search(case, answers, "revision", {"oracle": True}, programs=4)
        assert (found.oracle, found.stop) == (True, "budget")
        assert len(at.asked) == 4
        assert not _seen(at.asked)


def _seen(texts: list[str]) -> list[str]:
    return [canary for canary in CANARIES for text in texts if canary in text]
