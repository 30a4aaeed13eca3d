"""Searches handed out to workers elsewhere, one at a time, past those that are lost.

The worker with the most free places gets the next key. When a worker is lost, each of its searches
is told as an attempt that broke and given to another worker; what the lost one may still send is
not listened to any more.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from synthd.daemon.bench.engine import Finished, Progress, broken
from synthd.daemon.bench.record import Key

# A search that takes its worker with it so often is left to the caller.
MOST_LOSSES = 3


class Lost(Exception):
    """A worker is gone, or cannot be reached; str() says how."""


class Worker(Protocol):
    @property
    def name(self) -> str:
        """Where it is, for the user."""
        ...

    @property
    def capacity(self) -> int:
        """Searches at once."""
        ...

    async def search(self, key: Key) -> Finished:
        """Cancelling ends it there, too. Raises Lost."""
        ...


class Crew(Protocol):
    """Who is there now."""

    @property
    def members(self) -> Collection[Worker]: ...

    async def changed(self) -> None:
        """Returns when somebody has come or gone since this was last awaited. Raises Missing where
        nobody is there and nobody will come."""
        ...

    def lose(self, worker: Worker, why: str, searches: int) -> None:
        """No member any more. searches: how many it had."""
        ...


@dataclass(slots=True)
class Round:
    """One pass over the keys. most: searches at once, all workers together."""

    keys: Iterable[Key]
    crew: Crew
    finished: Callable[[Finished], None]
    progress: Callable[[Progress], None]
    most: int | None = None
    _busy: dict[asyncio.Task[Finished], tuple[Worker, Key]] = field(default_factory=dict)
    _back: deque[Key] = field(default_factory=deque)
    _losses: Counter[Key] = field(default_factory=Counter)

    async def run(self) -> None:
        """Raises what `finished` raises, and Missing where nobody is left."""
        waiting = iter(self.keys)
        change = asyncio.ensure_future(self.crew.changed())
        try:
            following = self._following(waiting)
            while True:
                while following is not None and (worker := self._free()) is not None:
                    self._begin(worker, following)
                    following = self._following(waiting)
                if not self._busy and following is None:
                    return
                ended, _ = await asyncio.wait(
                    {*self._busy, change}, return_when=asyncio.FIRST_COMPLETED
                )
                if change in ended:
                    change.result()
                    change = asyncio.ensure_future(self.crew.changed())
                self._end([task for task in self._busy if task.done()])
                if following is None:
                    following = self._following(waiting)
        finally:
            await _cancelled({*self._busy, change})
            self._busy.clear()

    def _following(self, waiting: Iterator[Key]) -> Key | None:
        return self._back.popleft() if self._back else next(waiting, None)

    def _free(self) -> Worker | None:
        if self.most is not None and len(self._busy) >= self.most:
            return None
        load = Counter(id(worker) for worker, _ in self._busy.values())
        free = [one for one in self.crew.members if load[id(one)] < one.capacity]
        return max(free, key=lambda one: one.capacity - load[id(one)], default=None)

    def _begin(self, worker: Worker, key: Key) -> None:
        self._busy[asyncio.create_task(worker.search(key))] = (worker, key)
        capacity = sum(one.capacity for one in self.crew.members)
        self.progress(Progress(len(self._busy), min(capacity, self.most or capacity)))

    def _end(self, tasks: list[asyncio.Task[Finished]]) -> None:
        """First what was found, then what was lost: a result that came in time counts."""
        lost: list[tuple[Worker, str]] = []
        for task in tasks:
            worker, key = self._busy[task]
            error = task.exception()
            if isinstance(error, Lost):
                lost.append((worker, str(error)))
                continue
            del self._busy[task]
            if error is not None:
                raise error
            found = task.result()
            if found.record.key == key:
                self.finished(found)
            else:
                self.finished(broken(key, f"{worker.name} answered for another search"))
        for worker, why in lost:
            self._lose(worker, why)

    def _lose(self, worker: Worker, why: str) -> None:
        """Once for all of its searches."""
        mine = {task: key for task, (whose, key) in self._busy.items() if whose is worker}
        if not mine:
            return
        self.crew.lose(worker, why, len(mine))
        for task, key in mine.items():
            task.cancel()  # nothing where it has ended, which was looked at before
            del self._busy[task]
            self._losses[key] += 1
            again = self._losses[key] < MOST_LOSSES
            if again:
                self._back.append(key)
            self.finished(broken(key, f"{worker.name} was lost: {why}", again=again))


async def _cancelled(tasks: Collection[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # it is looked at, as asyncio wants it
