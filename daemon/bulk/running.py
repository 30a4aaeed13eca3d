"""Judges a stream of programs, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from synthd.daemon.bulk.result import Given
from synthd.sandbox.level import Level
from synthd.sandbox.programs import Program, ProgramReport, Tests


@dataclass(frozen=True, slots=True)
class Item:
    """One program, and what judges it. excuse: why nothing could judge it fairly here."""

    given: Given
    program: Program
    tests: Tests
    excuse: str = ""


class Judge(Protocol):
    """A pool of judges; judge() may be called as often at once as one likes."""

    async def judge(self, program: Program, tests: Tests) -> ProgramReport: ...


async def judge_all(
    items: Iterable[Item],
    judge: Judge,
    told: Callable[[Item, ProgramReport], None],
    *,
    in_flight: int,
) -> None:
    """told() gets each report as it comes, in no order. items is read no faster than programs
    are judged, so that it may be longer than memory. The first failure, of told() too, or a
    cancellation ends everything that runs."""
    room = asyncio.Semaphore(in_flight)

    async def one(item: Item) -> None:
        try:
            told(item, _excused(item) or await judge.judge(item.program, item.tests))
        finally:
            room.release()

    try:
        async with asyncio.TaskGroup() as group:
            for item in items:
                await room.acquire()
                group.create_task(one(item))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


def _excused(item: Item) -> ProgramReport | None:
    """Not the program's fault, so there is no verdict; and nothing runs."""
    if not item.excuse:
        return None
    return ProgramReport((), 0, 0, 0, Level.NONE, 0.0, error=item.excuse)
