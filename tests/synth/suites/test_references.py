"""The programs that a suite says pass do pass, judged in a sandbox. All of them, many minutes, with
SYNTHD_SOAK=1; otherwise a few of each suite, with a few of their rows."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import Language, Program, ProgramReport
from synthd.synth.suites.catalog import load
from synthd.synth.suites.task import Suite, Task

EVERY = {
    "humaneval": 8,
    "humaneval+": 16,
    "humaneval+mini": 16,
    "mbpp": 16,
    "mbpp-full": 40,
    "mbpp+": 30,
    "humaneval-x-python": 16,
    "humaneval-x-cpp": 55,
    "humaneval-x-rust": 55,
    "psb2": 3,
    "psb2-stdio": 3,
    "psb2-stdio-cpp": 9,
}
COMPILERS = {Language.CPP: "g++", Language.RUST: "rustc"}
DEADLINE = 300.0  # more than any suite takes, so that what hangs is told
PATIENT = replace(Limits(), total_seconds=120.0)


async def judged(programs: list[tuple[Task, Program]]) -> list[tuple[Task, ProgramReport]]:
    detection = await detect()
    if detection.level is Level.NONE:
        pytest.skip("; ".join(detection.reasons) or "no isolation")
    async with JudgePool.open(None, detection, PATIENT, workers=2) as pool:
        reports = [pool.judge(program, task.tests) for task, program in programs]
        async with asyncio.timeout(DEADLINE):
            found = await asyncio.gather(*reports)
    return [(task, report) for (task, _), report in zip(programs, found, strict=True)]


def chosen(suite: Suite, soak: bool) -> list[Task]:
    compiler = COMPILERS.get(suite.tasks[0].language)
    if compiler and not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    tasks = suite.tasks if soak else suite.tasks[1 :: EVERY[suite.name]]
    return [task for task in tasks if task.reference and not task.needs and not task.fault]


@pytest.mark.soak
@pytest.mark.parametrize("name", EVERY)
async def test_references_pass(name: str, data: Path, soak: bool) -> None:
    suite = load(name, data, limit=None if soak else 40)
    tasks = chosen(suite, soak)
    found = await judged([(task, task.solution(task.reference)) for task in tasks])
    assert len(found) == len(tasks) > 0
    wrong = {task.id: report for task, report in found if not report.accepted}
    assert not wrong, {name: (r.outcome, r.error, r.cases[:1]) for name, r in wrong.items()}
    for task, report in found:
        assert report.executed >= 1, task.id


@pytest.mark.parametrize("name", ["humaneval", "humaneval+mini", "mbpp", "mbpp+", "psb2"])
async def test_programs_that_give_nothing_fail(name: str, suite: Callable[[str], Suite]) -> None:
    tasks = chosen(suite(name), soak=False)
    nothing = "def {}(*args):\n    return NotImplemented\n"
    programs = [(task, task.solution(nothing.format(task.entry))) for task in tasks]
    for task, report in await judged(programs):
        assert not report.accepted and not report.error, (task.id, report)
