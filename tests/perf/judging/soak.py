"""What is left after many verdicts: processes, files, descriptors, memory."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil

from judging.ours import AT_ONCE, opened
from synthd.sandbox.level import Detection
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import Language, Program, Tests
from synthd.synth.suites.task import Task

SETTLE = 1.0  # seconds: those that are dying may die
EVERY = 8  # one in so many programs is one of these
BAD = (
    "import os\nos._exit(0)\n",
    "import ctypes\nctypes.string_at(0)\n",
    "import os\nos.fork()\n",
    "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n",
    "open('left', 'w').write('x' * 100000)\nprint('y' * 100000)\n",
    "files = [open('/dev/null') for _ in range(50)]\n",
    "def broken(\n",
)


@dataclass(frozen=True, slots=True)
class Leaks:
    """rss: bytes that all processes of the pool, and this one, have more than after the start."""

    runs: int
    processes: int
    files: int
    descriptors: int
    rss: int


@dataclass(frozen=True, slots=True)
class _Held:
    processes: int
    descriptors: int
    rss: int


async def soak(
    detection: Detection, tasks: Sequence[Task], runs: int, workers: int | None
) -> Leaks:
    """A tenth of the runs goes before the first look: what fills itself at first is no leak."""
    known = {child.pid for child in psutil.Process().children(recursive=True)}
    with tempfile.TemporaryDirectory(prefix="synthd-soak-") as folder:
        before, tempfile.tempdir = tempfile.tempdir, folder
        shared = set(os.listdir("/dev/shm"))
        descriptors = len(os.listdir("/proc/self/fd"))
        try:
            async with opened(detection, workers) as pool:
                await _judge(pool, _programs(tasks, max(200, runs // 10)))
                first = await _held()
                await _judge(pool, _programs(tasks, runs))
                last = await _held()
            left = await _left(known)
            files = [*os.listdir(folder), *(set(os.listdir("/dev/shm")) - shared)]
        finally:
            tempfile.tempdir = before
    still_open = len(os.listdir("/proc/self/fd")) - descriptors
    return Leaks(
        runs,
        left + max(0, last.processes - first.processes),
        len(files),
        max(0, still_open) + max(0, last.descriptors - first.descriptors),
        last.rss - first.rss,
    )


def _programs(tasks: Sequence[Task], runs: int) -> Iterator[tuple[Program, Tests]]:
    bad = cycle(BAD)
    for number, task in enumerate(islice(cycle(tasks), runs)):
        text = next(bad) if number % EVERY == 0 else task.reference
        yield Program(Language.PYTHON, text), task.tests


async def _judge(pool: JudgePool, programs: Iterator[tuple[Program, Tests]]) -> None:
    async def worker() -> None:
        for program, tests in programs:
            await pool.judge(program, tests)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _held() -> _Held:
    await asyncio.sleep(SETTLE)
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    descriptors = sum(_descriptors(process.pid) for process in family)
    return _Held(len(family), descriptors, sum(_memory(process) for process in family))


def _descriptors(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


async def _left(known: set[int]) -> int:
    await asyncio.sleep(SETTLE)
    return sum(p.pid not in known for p in psutil.Process().children(recursive=True))
