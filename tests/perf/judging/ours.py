"""Our judge's figures: verdicts a second, what one verdict costs, the first one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from synthd.sandbox.level import Detection, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import CodeTests, Language, Program
from synthd.synth.suites.task import Task

AT_ONCE = 128  # programs in the pool's hands: more than it can work on


@dataclass(frozen=True, slots=True)
class Start:
    detect: float
    opened: float
    verdict: float  # from before the pool was opened


@asynccontextmanager
async def opened(detection: Detection, workers: int | None) -> AsyncIterator[JudgePool]:
    async with JudgePool.open(None, detection, Limits(), workers=workers) as pool:
        yield pool


async def throughput(pool: JudgePool, tasks: Sequence[Task], times: int) -> float:
    """Verdicts a second on the references; all of them must be accepted."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(task: Task) -> None:
        async with slots:
            report = await pool.judge(Program(task.language, task.reference), task.tests)
        if not report.accepted:
            raise RuntimeError(f"{task.id}: the reference is not accepted: {report}")

    start = time.perf_counter()
    await asyncio.gather(*(one(task) for _ in range(times) for task in tasks))
    return times * len(tasks) / (time.perf_counter() - start)


async def overheads(
    pool: JudgePool, tasks: Sequence[Task], inside: Sequence[float], times: int
) -> list[float]:
    """One program at a time: its verdict's wall time, less what it takes without any judge."""
    found = []
    for _ in range(times):
        for task, bare in zip(tasks, inside, strict=True):
            start = time.perf_counter()
            await pool.judge(Program(task.language, task.reference), task.tests)
            found.append(time.perf_counter() - start - bare)
    return found


async def first_verdict() -> Start:
    """In a process that has imported everything and judged nothing."""
    began = time.perf_counter()
    detection = await detect()
    start = time.perf_counter()
    tests = CodeTests("f", "def check(candidate):\n    assert candidate(2) == 4\n", check="check")
    program = Program(Language.PYTHON, "def f(x):\n    return x * x\n")
    async with opened(detection, None) as pool:
        ready = time.perf_counter()
        report = await pool.judge(program, tests)
        done = time.perf_counter()
    if not report.accepted:
        raise RuntimeError(f"the first verdict is wrong: {report}")
    return Start(start - began, ready - start, done - start)
