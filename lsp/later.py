"""Work for a document that waits until nothing more happens to it, and is given up when it does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from pygls.exceptions import JsonRpcContentModified

log = logging.getLogger(__name__)

BUSY = 0.02  # seconds until another look whether the work before has ended


class Later:
    """One piece of work for each name at most. Asked again, the waiting begins anew; work that
    runs is cancelled then, for it is about what was before."""

    def __init__(self, what: str, work: Callable[[str], Awaitable[None]], seconds: float) -> None:
        self._what = what
        self._work = work
        self._seconds = seconds
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def ask(self, name: str, seconds: float | None = None) -> None:
        self.drop(name)
        if self._closed:
            return
        wait = self._seconds if seconds is None else seconds
        loop = asyncio.get_running_loop()
        self._waiting[name] = loop.call_later(wait, self._start, name)

    def soon(self, name: str, seconds: float) -> None:
        """Asked again, it is not put off; work that runs is not cancelled, but done once more."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        waiting = self._waiting.get(name)
        if waiting is not None:
            if waiting.when() <= loop.time() + seconds:
                return
            waiting.cancel()
        self._waiting[name] = loop.call_later(seconds, self._begin, name, seconds)

    def drop(self, name: str) -> None:
        if (handle := self._waiting.pop(name, None)) is not None:
            handle.cancel()
        if (task := self._tasks.pop(name, None)) is not None:
            task.cancel()

    def close(self) -> None:
        self._closed = True
        for name in [*self._waiting, *self._tasks]:
            self.drop(name)

    def _begin(self, name: str, seconds: float) -> None:
        if name not in self._tasks:
            self._start(name)
            return
        loop = asyncio.get_running_loop()
        self._waiting[name] = loop.call_later(max(seconds, BUSY), self._begin, name, seconds)

    def _start(self, name: str) -> None:
        del self._waiting[name]
        task = asyncio.create_task(self._run(name), name=f"{self._what} {len(self._tasks)}")
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._ended(name, done))

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]

    async def _run(self, name: str) -> None:
        try:
            await self._work(name)
        except JsonRpcContentModified:
            pass  # whatever changed it has asked again
        except Exception as failure:  # not its text: it may quote the user's source
            log.error("%s while %s", type(failure).__name__, self._what)
