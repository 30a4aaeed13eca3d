"""Many judgements one after the other: nothing piles up."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from synthd.sandbox.checks import Checks, Comparison, JudgeReport
from synthd.sandbox.judge import PythonJudge

OpenJudge = Callable[..., AbstractAsyncContextManager[PythonJudge]]
Passed = Callable[[JudgeReport], bool]

PROGRAMS = (
    "return x + 1",
    "return x + 2",
    "raise ValueError(x)",
    "import os\nos._exit(3)",
    "import ctypes\nctypes.string_at(0)",
    "return [x] * 1000",
    "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\nreturn x + 1",
)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def children() -> int:
    return len(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.soak
async def test_processes_and_descriptors_stay_as_many(
    open_judge: OpenJudge, body: Callable[[str], str], passed: Passed, soak: bool
) -> None:
    rounds = 1000 if soak else 10
    checks = Checks(comparisons=(Comparison("a", "f(1)", "2"),))
    async with open_judge(checks=checks) as judge:
        await judge.judge(body("return x + 1"))
        before = (children(), descriptors())
        accepted = 0
        for _ in range(rounds):
            for program in PROGRAMS:
                accepted += passed(await judge.judge(body(program)))
        assert accepted == rounds * 2, "the first and the last program are right"
        assert (children(), descriptors()) == before
