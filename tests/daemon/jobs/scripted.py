"""Workers and engines of our own, in this process: each job's function names the script that its
worker follows. They implement the ports that the manager asks for, and nothing of it is replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from synthd.daemon.jobs.messages import (
    Acquire,
    Cancel,
    Ended,
    FromWorker,
    Gone,
    Granted,
    Happened,
    Refused,
    Release,
    Settled,
    Start,
    ToWorker,
)
from synthd.daemon.jobs.ports import NoEngine, NoWorker, Where

LOCAL = "this machine (embedded)"


class Crashed(Exception):
    """The worker ends as if it were killed; str() are its last words."""


@dataclass(eq=False)
class Stage:
    """A worker whose script runs as a task."""

    start: Start
    pid: int
    inbox: asyncio.Queue[ToWorker] = field(default_factory=asyncio.Queue)
    outbox: asyncio.Queue[FromWorker | None] = field(default_factory=asyncio.Queue)
    words: str = ""

    def send(self, message: ToWorker) -> None:
        self.inbox.put_nowait(message)

    async def messages(self) -> AsyncIterator[FromWorker]:
        while (message := await self.outbox.get()) is not None:
            yield message

    def last_words(self) -> str:
        return self.words

    # What scripts use.
    def say(self, message: FromWorker) -> None:
        self.outbox.put_nowait(message)

    def settle(
        self,
        *,
        slots: int = 2,
        weights: str = "",
        model: str = "local/m",
        endpoint: str = LOCAL,
        **settings: object,
    ) -> None:
        self.say(
            Settled(
                function=self.start.spec.function or "f",
                model=model,
                endpoint=endpoint,
                identity="",
                slots=slots,
                weights=weights,
                strategy="auto",
                sandbox="bubblewrap",
                programs=24,
                seconds=120.0,
                tokens=8192,
                settings={"seed": 0, **settings},
            )
        )

    async def lease(self, number: int) -> Granted | Refused:
        self.say(Acquire(lease=number))
        while True:
            heard = await self.inbox.get()
            if isinstance(heard, Cancel):
                self.say(Gone())
                raise asyncio.CancelledError
            if isinstance(heard, (Granted, Refused)) and heard.lease == number:
                return heard

    def release(self, number: int, broken: str = "") -> None:
        self.say(Release(lease=number, broken=broken))

    def tell(self, seq: int, text: str = "") -> None:
        self.say(Happened(seq=seq, line=text or event(self.start.job, seq)))

    def end(self, status: str = "verified", message: str = "it passes") -> None:
        self.say(Ended.model_validate({"status": status, "grade": "examples", "message": message}))


def event(job: str, seq: int) -> str:
    return f'{{"kind":"asked","job":"{job}","seq":{seq}}}\n'


Script = Callable[[Stage], Awaitable[None]]


@dataclass(eq=False)
class Scripted:
    """Workers. alive: those whose context is entered; most: how many there were at once."""

    scripts: dict[str, Script] = field(default_factory=dict)
    alive: dict[int, Stage] = field(default_factory=dict)
    started: list[Start] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    most: int = 0
    refuse: str = ""

    @contextlib.asynccontextmanager
    async def start(self, start: Start) -> AsyncIterator[Stage]:
        if self.refuse:
            raise NoWorker(self.refuse)
        self.started.append(start)
        self.attempts[start.job] += 1
        stage = Stage(start, pid=1000 + len(self.started))
        script = self.scripts.get(start.spec.function or "", searching)
        task = asyncio.create_task(_played(stage, script))
        self.alive[stage.pid] = stage
        self.most = max(self.most, len(self.alive))
        try:
            yield stage
        finally:
            task.cancel()
            await asyncio.wait({task})
            del self.alive[stage.pid]


async def _played(stage: Stage, script: Script) -> None:
    try:
        await script(stage)
        stage.words = "it left with status 0"
    except Crashed as error:
        stage.words = str(error)
    finally:
        stage.outbox.put_nowait(None)


async def searching(stage: Stage) -> None:
    """A search of five events with a call of the model before each."""
    stage.settle()
    for seq in range(5):
        await stage.lease(seq)
        await asyncio.sleep(0)
        stage.tell(seq)
        stage.release(seq)
    stage.end()


@dataclass(eq=False)
class Engine:
    """Engines. broken: what workers found; uses: how often begun and ended."""

    where: Where = field(default_factory=lambda: Where("http://127.0.0.1:1", "engine-key-0123"))
    why_not: str = ""
    asked: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    uses: int = 0

    async def ready(self, weights: str, name: str) -> Where:
        self.asked.append(weights)
        await asyncio.sleep(0)
        if self.why_not:
            raise NoEngine(self.why_not)
        return self.where

    async def broke(self, weights: str, where: Where, how: str) -> None:
        self.broken.append(how)

    def used(self, weights: str) -> None:
        self.uses += 1
