"""One set of weights and the engine that has them: started when wanted, and again when it died."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from synthd.daemon.engines.measures import cpu_seconds, memory
from synthd.daemon.jobs.ports import NoEngine, Where
from synthd.synth.models.engine import Engine, EngineSettings
from synthd.synth.models.errors import EngineKilled, ModelError

LOG = logging.getLogger("synthd.engines")
Launch = Callable[[EngineSettings], Awaitable[Engine]]


@dataclass(frozen=True, slots=True)
class Care:
    """How an engine is looked after. Seconds. crashes: so many within `within` are too many, and
    for `rest` there is no further try."""

    idle: float = 600.0  # without calls, before it is unloaded; 0: never
    health_every: float = 15.0
    health_deadline: float = 10.0
    crashes: int = 3
    within: float = 120.0
    rest: float = 60.0
    pause: float = 0.5  # before it is started again; doubles with each further crash
    longest_pause: float = 10.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """For status. since: Unix time. calls: so far, of all engines with these weights."""

    name: str
    weights: str
    pid: int
    memory: int
    since: float
    calls: int


@dataclass(slots=True)
class Held:
    settings: EngineSettings
    care: Care
    launch: Launch
    uses: int = 0  # beginnings and ends of calls
    used_at: float = field(default_factory=time.monotonic)
    _engine: Engine | None = None
    _since: float = 0.0
    _starting: asyncio.Task[Engine] | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _crashes: deque[float] = field(default_factory=deque)
    _words: str = ""
    _busy: float = 0.0  # processor seconds at the last look

    async def ready(self) -> Where:
        """Raises NoEngine."""
        async with self._looking:  # what is suspected is handed to nobody
            await self._bury()
        self.used_at = time.monotonic()
        if self._engine is None:
            await self._wait_for_start()
        engine = self._engine
        if engine is None:
            raise NoEngine(f"{self.settings.name} was unloaded while it was wanted: try again")
        return Where(engine.address, engine.key)

    async def broke(self, where: Where, how: str) -> None:
        """Somebody says so: what does not answer in time is ended."""
        engine = self._engine
        if engine is None or (engine.address, engine.key) != (where.address, where.key):
            return  # that one was ended already
        LOG.warning("the engine of %s did not answer a call", self.settings.name)
        await self.look()

    async def look(self) -> None:
        """Whether it lives and answers; it is ended where not."""
        async with self._looking:
            await self._bury()
            engine = self._engine
            if engine is None or await self._healthy(engine):
                return
            # A connection breaks a moment before its process is gone.
            words = await engine.last_words() or "it ran, and did not answer"
            if self._engine is engine:
                self._engine = None
                self._crashed(words)
                await engine.stop()

    async def unload_if_idle(self) -> None:
        engine = self._engine
        if engine is None or not self.care.idle:
            return
        busy, self._busy = self._busy, cpu_seconds(engine.pid)
        if self._busy - busy > 0.2:  # a call takes as long as it takes
            self.used_at = max(self.used_at, time.monotonic() - self.care.idle / 2)
        elif time.monotonic() - self.used_at > self.care.idle:
            LOG.info("%s is unloaded: nobody has asked it for a while", self.settings.name)
            self._engine = None
            await engine.stop()

    def loaded(self) -> Loaded | None:
        engine = self._engine
        if engine is None or not engine.running:
            return None
        return Loaded(
            name=self.settings.model,
            weights=str(self.settings.weights),
            pid=engine.pid,
            memory=memory(engine.pid),
            since=self._since,
            calls=(self.uses + 1) // 2,
        )

    async def aclose(self) -> None:
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.cancel()
            await asyncio.wait([starting])
            if not starting.cancelled() and starting.exception() is None:
                self._engine = starting.result()
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.stop()

    async def _wait_for_start(self) -> None:
        """All who want it wait for one start, which outlives any of them. Raises NoEngine."""
        if self._starting is None:
            self._refuse_after_crashes()
            self._starting = asyncio.create_task(self._start())
        starting = self._starting
        await asyncio.wait([starting])
        if starting.cancelled():
            raise NoEngine("the daemon ends: resume the job when it runs again")
        if self._starting is starting:
            self._starting = None
            if starting.exception() is None:
                self._engine, self._since = starting.result(), time.time()
        if (error := starting.exception()) is not None:
            if not isinstance(error, ModelError | NoEngine):
                raise error
            raise NoEngine(str(error)) from None

    async def _start(self) -> Engine:
        while True:
            try:
                return await self._launched()
            except EngineKilled as killed:
                # Not by its weights' fault, which says itself what is wrong: it gets another try.
                self._crashed(str(killed))
                self._refuse_after_crashes()

    async def _launched(self) -> Engine:
        if self._crashes:
            pause = self.care.pause * 2.0 ** (len(self._crashes) - 1)
            await asyncio.sleep(min(pause, self.care.longest_pause))
        # Takes a moment, which the daemon's loop has not.
        await asyncio.to_thread(importlib.import_module, "httpx")
        engine = await self.launch(self.settings)
        self.used_at = time.monotonic()
        return engine

    def _refuse_after_crashes(self) -> None:
        now, care = time.monotonic(), self.care
        while self._crashes and now - self._crashes[0] > care.within + care.rest:
            self._crashes.popleft()
        recent = [at for at in self._crashes if self._crashes[-1] - at <= care.within]
        if len(recent) < care.crashes:
            return
        if now - self._crashes[-1] > care.rest:
            self._crashes.clear()
            return
        raise NoEngine(
            f"the embedded engine crashed {len(recent)} times with {self.settings.name} "
            f"({self._words}): try a smaller model, or resume the job in a minute"
        )

    async def _bury(self) -> None:
        """Forget an engine that has died."""
        engine = self._engine
        if engine is None or engine.running:
            return
        words = await engine.last_words()
        if self._engine is engine:
            self._engine = None
            self._crashed(words)
            await engine.stop()

    def _crashed(self, words: str) -> None:
        self._words = words
        self._crashes.append(time.monotonic())
        LOG.warning("the engine of %s ended: %s", self.settings.name, words)

    async def _healthy(self, engine: Engine) -> bool:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(self.care.health_deadline):
                answer = await engine.client.get("/health")
                return answer.status_code == 200
        return False
