"""A pool that judges all kinds of programs, again and again: every verdict is right, and nothing
piles up. A few hundred by default; 100,000 in all, or SYNTHD_SOAK_VERDICTS, with SYNTHD_SOAK=1."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import (
    CodeTests,
    Exchange,
    Exchanges,
    Language,
    Program,
    Row,
    Rows,
    Tests,
)

QUICK = replace(
    Limits(), cpu_seconds=0.4, wall_seconds=6.0, total_seconds=20.0, memory_bytes=256 << 20
)
MIB = 1 << 20
VERDICTS = int(os.environ.get("SYNTHD_SOAK_VERDICTS", "100000")) // 2  # under each isolation
SQUARES = "def check(candidate):\n    for x in range(5):\n        assert candidate(x) == x * x\n"
CODE = CodeTests("f", SQUARES, check="check")
ROWS = Rows("f", tuple(Row((x,)) for x in range(5)), reference="def f(x):\n    return x * x\n")
PRINTED = Exchanges((Exchange("3\n", "9\n"), Exchange("4\n", "16\n")))
DROP = """
import os, tempfile
for place in (".", "/tmp", os.path.expanduser("~"), "/dev/shm", tempfile.gettempdir()):
    try:
        os.makedirs(os.path.join(place, "dropped", "deeper"), exist_ok=True)
        for n in range(3):
            open(os.path.join(place, "dropped-%d" % n), "w").write("x" * 100000)
    except OSError:
        pass
"""
LOOK = """
import os
def f(x):
    found = [name for name in os.listdir(".") if name.startswith("dropped")]
    return found if found else x * x
"""

THREAD = """
import threading, time
threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
"""


class Kind(NamedTuple):
    outcome: str
    tests: Tests
    text: str


SQUARE = "def f(x):\n    return x * x\n"
KINDS = (
    Kind("pass", CODE, SQUARE),
    Kind("pass", CODE, "class A:\n    y = 2\ndef f(x):\n    return x ** A.y\n"),
    Kind("pass", CODE, "def f(x):\n    print('x' * 3000000)\n    return x * x\n"),
    Kind("pass", CODE, LOOK),
    Kind("pass", CODE, DROP + SQUARE),
    Kind("pass", CODE, "import os\nopen(os.devnull)\nheld = os.pipe()\n" + SQUARE),
    Kind("pass", CODE, THREAD + SQUARE),
    Kind("pass", CODE, "import os\ntry:\n    os.fork()\nexcept OSError: pass\n" + SQUARE),
    Kind("pass", ROWS, SQUARE),
    Kind("pass", PRINTED, "x = int(input())\nprint(x * x)\n"),
    Kind("pass", PRINTED, DROP + "x = int(input())\nprint(x * x)\n"),
    Kind("fail", CODE, "def f(x):\n    return x + x\n"),
    Kind("fail", CODE, "def f(x):\n    return [x] * 1000\n"),
    Kind("fail", ROWS, "def f(x):\n    return x\n"),
    Kind("fail", PRINTED, "print(7)\n"),
    Kind("runtime_error", CODE, "def f(x):\n    return x[0]\n"),
    Kind("runtime_error", CODE, "def f(x):\n    return f(x)\n"),
    Kind("runtime_error", CODE, "import os\ndef f(x):\n    os._exit(0)\n"),
    Kind("runtime_error", CODE, "import os\ndef f(x):\n    return os.fork()\n"),
    Kind("runtime_error", PRINTED, "import os\nos.fork()\n"),
    Kind("runtime_error", CODE, "import os\nos.write(3, b'x' * 100000)\n" + SQUARE),
    Kind("compile_error", CODE, "def f(x)\n    return x\n"),
    Kind("killed", CODE, "import os\ndef f(x):\n    os.abort()\n"),
    Kind("resource_limit", CODE, "def f(x):\n    return [0] * (1 << 40)\n"),
    Kind("resource_limit", CODE, "def f(x):\n    return bytearray(50 << 20)\n"),
    Kind("resource_limit", PRINTED, "while True: print('x' * 100000)\n"),
)  # fmt: skip
RARE = (
    Kind("timeout", CODE, "def f(x):\n    while True: pass\n"),
    Kind("timeout", PRINTED, "while True: pass\n"),
)


def kinds(number: int) -> Iterator[Kind]:
    """Mixed; now and then one that hangs, and tests that no worker knows yet."""
    chance = random.Random(0)
    for _ in range(number):
        kind = chance.choice(RARE if chance.random() < 0.003 else KINDS)
        fresh = chance.random() < 0.1
        yield kind._replace(tests=replace(kind.tests)) if fresh else kind


async def judged(pool: JudgePool, number: int) -> Counter[str]:
    """What was said otherwise than it should be."""
    wrong: Counter[str] = Counter()
    source = kinds(number)
    at_once = asyncio.Semaphore(40)

    async def one(kind: Kind) -> None:
        report = await pool.judge(Program(Language.PYTHON, kind.text), kind.tests)
        if report.outcome.value != kind.outcome or report.accepted != (kind.outcome == "pass"):
            why = report.error or (report.cases[0] if report.cases else "")
            wrong[f"{report.outcome} instead of {kind.outcome}: {kind.text} {why}"] += 1
        at_once.release()

    async with asyncio.TaskGroup() as group:
        for kind in source:
            await at_once.acquire()
            group.create_task(one(kind))
    return wrong


def descendants() -> list[int]:
    """Of this process, those that have ended and nobody has waited for included."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    ours = {os.getpid()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in ours} - ours
        if not more:
            return sorted(ours - {os.getpid()})
        ours |= more


def resident(pids: list[int]) -> int:
    """Their memory, in bytes; what they share counts several times."""
    found = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            found += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf(
                "SC_PAGE_SIZE"
            )
    return found


class Held(NamedTuple):
    processes: int
    descriptors: int
    scratch: list[str]
    memory: int
    memory_of_workers: int


def dropped() -> list[str]:
    return [path.name for path in Path(tempfile.gettempdir()).rglob("dropped*")]


async def held() -> Held:
    """Once nothing runs: the last of a program's processes may still be on its way out."""
    await asyncio.sleep(0.5)
    scratch = dropped()
    pids = descendants()
    return Held(
        len(pids),
        len(os.listdir("/proc/self/fd")),
        scratch,
        resident([os.getpid()]),
        resident(pids),
    )


@pytest.mark.soak
async def test_nothing_piles_up(level: Level, soak: bool) -> None:
    number = VERDICTS if soak else 200
    outside = await held()
    async with JudgePool.open(None, Detection(level), QUICK, workers=2) as pool:
        assert not await judged(pool, max(100, number // 10))
        before = await held()
        assert not await judged(pool, number)
        after = await held()
    print(f"{level}: {number} verdicts; before {before}, after {after}")
    assert after.scratch == []
    assert (after.processes, after.descriptors) == (before.processes, before.descriptors)
    assert after.memory < before.memory + 24 * MIB
    # What a worker once held for a large answer it keeps, and a short run meets that late.
    assert after.memory_of_workers < before.memory_of_workers + (48 if soak else 160) * MIB
    closed = await held()
    assert (closed.processes, closed.descriptors) == (outside.processes, outside.descriptors)
