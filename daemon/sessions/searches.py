"""The search of a job as its editor is shown it, from the lines of its trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from synthd.daemon.jobs.view import Told, Update, Voided
from synthd.daemon.showing import nodes as drawing
from synthd.lsp.engine import Node

BETWEEN = 0.125  # seconds: at most eight pictures a second


class Pruner(Protocol):
    async def prune(self, id: str, node: str) -> bool: ...

    async def lines(self, id: str) -> tuple[str, ...]: ...


async def nodes(lines: Sequence[str]) -> Sequence[Node]:
    return await asyncio.to_thread(drawing.shown, lines)


async def report(lines: Sequence[str]) -> str:
    return await asyncio.to_thread(drawing.markdown, lines)


async def prune(jobs: Pruner, id: str, node: str) -> bool:
    """False where there is no such program, or its search does not run any more."""
    name = drawing.name_of(node)
    if all(drawing.name_of(one.id) != name for one in await nodes(await jobs.lines(id))):
        return False
    return await jobs.prune(id, name)


async def watch(updates: AsyncGenerator[Update, None]) -> AsyncGenerator[Sequence[Node], None]:
    """A picture whenever there is more, and at last one of all."""
    lines: list[str] = []
    fresh = asyncio.Event()
    reading = asyncio.create_task(_read(updates, lines, fresh), name="reading a trace")
    try:
        while not reading.done() or fresh.is_set():
            waiting = asyncio.ensure_future(fresh.wait())
            await asyncio.wait([waiting, reading], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if fresh.is_set():
                fresh.clear()
                yield await nodes(tuple(lines))
                await asyncio.sleep(BETWEEN)
        reading.result()
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def _read(
    updates: AsyncGenerator[Update, None], lines: list[str], fresh: asyncio.Event
) -> None:
    async with aclosing(updates):
        async for update in updates:
            match update:
                case Told(seq, line):
                    del lines[seq:]
                    lines.append(line)
                case Voided(seq):
                    del lines[seq:]
                case _:
                    continue
            fresh.set()
