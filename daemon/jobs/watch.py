"""Watching a job: whoever watches reads from disk at its own pace, and is woken when there is more.

So a slow watcher costs nothing: no queue of its own fills up, and what it sees is durable.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field

from synthd.daemon.jobs.errors import UnknownJob
from synthd.daemon.jobs.messages import Asking, Progressed
from synthd.daemon.jobs.store import rows
from synthd.daemon.jobs.store.rows import Record, Void
from synthd.daemon.jobs.store.store import Store
from synthd.daemon.jobs.view import Changed, JobView, Moved, Posed, Told, Update, Voided

CHUNK = 64  # lines read at once: a line may be long


@dataclass(slots=True, eq=False)
class Watcher:
    """answers: it answers questions."""

    answers: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    progress: Progressed | None = None
    question: Asking | None = None


class Watchers:
    """silent: hears of a job that nobody answers for any more."""

    def __init__(self, silent: Callable[[str], None] = lambda job: None) -> None:
        self._by_job: dict[str, set[Watcher]] = {}
        self._silent = silent

    @contextlib.contextmanager
    def one(self, job: str, *, answers: bool = False) -> Iterator[Watcher]:
        watcher = Watcher(answers)
        self._by_job.setdefault(job, set()).add(watcher)
        try:
            yield watcher
        finally:
            self._by_job[job].discard(watcher)
            if not self._by_job[job]:
                del self._by_job[job]
            if answers and not self.answering(job):
                self._silent(job)

    def answering(self, job: str) -> bool:
        return any(watcher.answers for watcher in self._by_job.get(job, ()))

    def posed(self, job: str, question: Asking) -> None:
        for watcher in self._by_job.get(job, ()):
            if watcher.answers:
                watcher.question = question
                watcher.wake.set()

    def wake(self, jobs: set[str]) -> None:
        for job in jobs:
            for watcher in self._by_job.get(job, ()):
                watcher.wake.set()

    def moved(self, job: str, progress: Progressed) -> None:
        for watcher in self._by_job.get(job, ()):
            watcher.progress = progress
            watcher.wake.set()

    @property
    def jobs(self) -> set[str]:
        return set(self._by_job)


@dataclass(frozen=True, slots=True)
class Look:
    """One job at one moment."""

    record: Record | None
    voids: list[Void]
    lines: list[tuple[int, str]]


def _look(connection: sqlite3.Connection, id: str, seq: int, voids: int) -> Look:
    return Look(
        rows.get(connection, id),
        rows.voids(connection, id, voids),
        rows.lines(connection, id, seq, CHUNK),
    )


@dataclass(frozen=True, slots=True)
class Watching:
    """shown: a record as it stands now, which may be newer than what is on disk."""

    store: Store
    watchers: Watchers
    shown: Callable[[Record], JobView]

    async def watch(
        self, id: str, seq: int, voids: int | None, *, answers: bool = False
    ) -> AsyncGenerator[Update, None]:
        """Until the job is over, which is said last, after all events. voids: how many were known
        when `seq` was; None: all there are."""
        last: JobView | None = None
        with self.watchers.one(id, answers=answers) as watcher:
            if voids is None:
                voids = (await self._record(id)).voids
            while True:
                watcher.wake.clear()
                look = await self._look(id, seq, voids)
                if look.voids:
                    for void in look.voids:
                        if void.seq < seq:
                            yield Voided(void.seq, void.why, void.count)
                        seq, voids = min(seq, void.seq), void.count
                    continue
                assert look.record is not None
                if last is None and not (first := self.shown(look.record)).over:
                    last = first
                    yield Changed(first)
                for seq, line in look.lines:
                    yield Told(seq, line)
                    seq += 1
                if len(look.lines) == CHUNK:
                    continue
                now = self.shown(look.record)
                if last is None or _differs(now, last):
                    last = now
                    yield Changed(now)
                if now.over:
                    return
                if watcher.progress is not None:
                    progress, watcher.progress = watcher.progress, None
                    yield Moved(progress)
                if watcher.question is not None:
                    question, watcher.question = watcher.question, None
                    yield Posed(question)
                await watcher.wake.wait()

    async def _record(self, id: str) -> Record:
        record = await self.store.read(lambda c: rows.get(c, id))
        if record is None:
            raise UnknownJob(f"there is no job {id}")
        return record

    async def _look(self, id: str, seq: int, voids: int) -> Look:
        look = await self.store.read(lambda c: _look(c, id, seq, voids))
        if look.record is None:
            raise UnknownJob(f"job {id} was deleted")
        return look


def _differs(now: JobView, last: JobView) -> bool:
    """What changes with every event is no change of the job."""

    def facts(view: JobView) -> tuple[object, ...]:
        return (view.state, view.why, view.attempt, view.function, view.settled, view.result)

    return facts(now) != facts(last)
