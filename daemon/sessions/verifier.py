"""Verifies what stands in an editor's buffers, in a worker of that session's own environment.

The worker is started when it is first needed, stays warm, and ends when nobody has asked for a
while. Of one file the newest question wins.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from pydantic import ValidationError

from synthd.daemon.jobs.ports import NoWorker
from synthd.daemon.workers.inquiries import (
    FROM_VERIFIER,
    NOT_TRUSTED,
    Attend,
    Begun,
    Drop,
    Dropped,
    Found,
    Inquire,
    Judged,
    line,
)
from synthd.daemon.workers.process import Processes, WorkerProcess
from synthd.lsp.verdicts import Hear, Inquiry, Verified

log = logging.getLogger(__name__)

IDLE = 300.0  # seconds
DROPPED = 3.0  # seconds in which a worker has stopped what nobody wants to know any more
NEWER = "a newer version of this file is being verified"


@dataclass(slots=True, eq=False)
class Asked:
    """answer: None of what was dropped."""

    hear: Hear | None
    answer: asyncio.Future[Verified | None]


@dataclass(slots=True, eq=False)
class Running:
    """A worker that listens. asked: what it has not answered yet, by number."""

    worker: WorkerProcess
    asked: dict[int, Asked] = field(default_factory=dict)

    def hear(self, said: bytes) -> None:
        try:
            message = FROM_VERIFIER.validate_json(said)
        except ValidationError:
            log.warning("a verifying worker said %d bytes that are no message", len(said))
            return
        asked = self.asked.get(message.number)
        if asked is None or asked.answer.done():
            return
        match message:
            case Found(verified=verified):
                asked.answer.set_result(verified)
            case Dropped():
                asked.answer.set_result(None)
            case Begun(judging=news) | Judged(known=news):
                if asked.hear is not None:
                    asked.hear(news)


@dataclass(slots=True)
class Verifier:
    """Of one session. Close it. idle: seconds after which a worker that has nothing to do ends."""

    environment: Mapping[str, str] = field(repr=False)
    processes: Processes = field(default_factory=Processes)
    idle: float = IDLE
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _running: asyncio.Future[Running] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _latest: dict[tuple[str, bool], asyncio.Future[Verified | None]] = field(default_factory=dict)
    _busy: int = 0
    _used: float = 0.0

    async def verify(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        """See Engine.verify."""
        if not inquiry.trusted:
            return Verified(message=NOT_TRUSTED)
        if not _is_text(inquiry.text):
            return Verified(message="a lone surrogate is not text: nothing can be verified")
        mine: asyncio.Future[Verified | None] = asyncio.get_running_loop().create_future()
        about = inquiry.path, inquiry.apart
        self._outdo(about, mine)
        self._busy += 1
        try:
            return await self._asked(inquiry, mine, hear)
        except NoWorker as error:
            return Verified(message=str(error))
        finally:
            self._busy -= 1
            self._used = asyncio.get_running_loop().time()
            if self._latest.get(about) is mine:
                del self._latest[about]

    async def close(self) -> None:
        """Its worker is gone then, with all that it started."""
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _outdo(self, about: tuple[str, bool], mine: asyncio.Future[Verified | None]) -> None:
        """Whoever asked before about this file is answered now."""
        older = self._latest.get(about)
        if older is not None and not older.done():
            older.set_result(None)
        self._latest[about] = mine

    async def _asked(
        self, inquiry: Inquiry, mine: asyncio.Future[Verified | None], hear: Hear | None
    ) -> Verified:
        running = await self._worker()
        number = next(self._numbers)
        told: asyncio.Future[Verified | None] = asyncio.get_running_loop().create_future()
        asked = running.asked[number] = Asked(hear, told)
        running.worker.write(line(Inquire(number=number, inquiry=inquiry)))
        try:
            await asyncio.wait([told, mine], return_when=asyncio.FIRST_COMPLETED)
            found = told.result() if told.done() else None
        finally:
            asked.hear = None
            if not told.done():
                await self._dropped(running, number, told)
            del running.asked[number]
        return found or Verified(message=NEWER)

    async def _dropped(
        self, running: Running, number: int, told: asyncio.Future[Verified | None]
    ) -> None:
        """Also where whoever asks is cancelled a second time."""
        running.worker.write(line(Drop(number=number)))
        await asyncio.wait([told], timeout=DROPPED)
        if not told.done():
            log.warning("a verifying worker did not stop in time, and is ended")
            await self.close()

    async def _worker(self) -> Running:
        """Raises NoWorker."""
        if self._running is None:
            self._running = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._run(self._running), name="verifying worker")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(self._running)

    async def _run(self, started: asyncio.Future[Running]) -> None:
        running: Running | None = None
        try:
            first = line(Attend(environment=self.environment))
            async with self.processes.open(first) as worker:
                running = Running(worker)
                started.set_result(running)
                await self._listen(running)
                self._forget(started)  # who asks while it ends gets another
        except NoWorker as error:
            started.set_exception(error)
        finally:
            if not started.done():
                started.set_exception(NoWorker("the session has ended"))
                started.exception()  # perhaps nobody waits
            self._forget(started)
            if running is not None:
                _end(running)

    def _forget(self, started: asyncio.Future[Running]) -> None:
        if self._running is started:
            self._running = None

    async def _listen(self, running: Running) -> None:
        """Until it is gone, or has had nothing to do for long enough."""
        hearing = asyncio.create_task(_hear(running))
        try:
            while not hearing.done():
                rest = self._used + self.idle - asyncio.get_running_loop().time()
                if not self._busy and self._used and rest <= 0:
                    return
                wait = self.idle if self._busy or not self._used else rest
                await asyncio.wait([hearing], timeout=wait)
        finally:
            hearing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hearing


def _is_text(text: str) -> bool:
    """What editors send may be none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


async def _hear(running: Running) -> None:
    async for said in running.worker.lines():
        running.hear(said)


def _end(running: Running) -> None:
    words = running.worker.last_words()
    why = f"the verifying worker ended{f' ({words})' if words else ''}: save again to start another"
    for asked in running.asked.values():
        if not asked.answer.done():
            asked.answer.set_result(Verified(message=why))
