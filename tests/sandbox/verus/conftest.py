"""One program, run by the stand-in for Verus at each level of isolation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthd.sandbox.level import Level
from synthd.sandbox.verus import command
from synthd.sandbox.verus.found import find
from synthd.sandbox.verus.process import run
from synthd.sandbox.verus.run import VerusLimits, VerusRan

RunOnce = Callable[..., Awaitable[VerusRan]]
LIMITS = VerusLimits(wall_seconds=20.0, memory_bytes=512 << 20)


@pytest.fixture
def run_once(verus_stand_in: Callable[..., Path], level: Level) -> RunOnce:
    """Runs a program that gets this answer, under the usual limits changed by these."""

    async def once(answer: Any, program: str = "fn main() {}\n", **changed: Any) -> VerusRan:
        verus = verus_stand_in(default=answer)
        installation = await find(str(verus), {})
        limits = replace(LIMITS, **changed)
        order = command.order(installation, command.flags(installation, limits))
        return await run(order, {command.PROGRAM: program}, level, limits)

    return once


@pytest.fixture
def left(tmp_path: Path) -> Callable[[], list[str]]:
    """The processes whose command line names this test's folder: the stand-in and its z3."""

    def found() -> list[str]:
        listed = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes()
            except OSError:
                continue
            if str(tmp_path).encode() in words:
                listed.append(words.replace(b"\0", b" ").decode(errors="replace"))
        return listed

    return found


@pytest.fixture
def appeared(left: Callable[[], list[str]]) -> Callable[[], Awaitable[None]]:
    """Waits until the stand-in and its z3 are there."""

    async def wait() -> None:
        async with asyncio.timeout(10):
            while sum("verus-stand-in/verus" in line for line in left()) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)

    return wait
