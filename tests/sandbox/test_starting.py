"""A start that is given up leaves no process, at whatever moment that was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import pytest

from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.starting import started


def children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize("turns", range(12))
async def test_cancelled_while_it_starts(tmp_path: Path, turns: int) -> None:
    before = children()
    told = tmp_path / "ended"
    script = f"import sys; sys.stdin.read(); open({str(told)!r}, 'w').write('x')"
    task = asyncio.create_task(started([sys.executable, "-c", script]))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        process = await task
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
    assert children() <= before
    # Where it had begun at all it was let end by itself.
    assert task.cancelled() <= (told.exists() or turns == 0)


async def test_one_that_does_not_listen_is_killed() -> None:
    before = children()
    task = asyncio.create_task(started([sys.executable, "-c", "import time; time.sleep(60)"]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() <= before


def marked(number: int) -> list[str]:
    """Processes, whoever's children they are by now, with this limit in their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            text = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(number) in text:
                found.append(text)
    return found


async def test_a_pool_that_is_given_up_while_it_opens(level: Level) -> None:
    """bubblewrap that is killed while it sets up its namespaces left a process, once in ten."""
    limits = Limits(memory_bytes=1_000_000_007 + os.getpid())

    async def opened() -> None:
        async with JudgePool.open(None, Detection(level), limits, workers=2):
            await asyncio.sleep(60)

    for milliseconds in (0, 1, 2, 5, 10, 15, 20, 25, 30, 40, 60):
        task = asyncio.create_task(opened())
        await asyncio.sleep(milliseconds / 1000)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert marked(limits.memory_bytes) == []
