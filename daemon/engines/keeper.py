"""The daemon's embedded engines: one for each set of weights, shared by all jobs that use it.

Nothing is loaded before it is wanted, and nothing stays that is not used. An engine that dies is
started again at the next call, which its worker makes anew: jobs go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthd.daemon.engines.held import Care, Held, Launch, Loaded
from synthd.daemon.jobs.ports import NoEngine, Where
from synthd.synth.models.engine import Engine, EngineSettings
from synthd.synth.models.hf.options import Options, engine_settings
from synthd.synth.models.names import Backend

__all__ = ["Care", "Keeper", "Loaded"]


@dataclass(slots=True)
class Keeper:
    """Engines of ports.py. To be used in one loop, and closed. launch: starts an engine. hf: how
    the next engine of `hf/…` is started."""

    care: Care = field(default_factory=Care)
    launch: Launch = Engine.launch
    hf: Options = field(default_factory=Options)
    _held: dict[str, Held] = field(default_factory=dict)
    _watching: asyncio.Task[None] | None = None
    _closed: bool = False

    async def ready(self, weights: str, name: str) -> Where:
        if self._closed:
            raise NoEngine("the daemon ends: resume the job when it runs again")
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        if weights not in self._held:
            self._held[weights] = Held(self._settings(weights, name), self.care, self.launch)
        return await self._held[weights].ready()

    async def broke(self, weights: str, where: Where, how: str) -> None:
        if (held := self._held.get(weights)) is not None:
            await held.broke(where, how)

    def used(self, weights: str) -> None:
        if (held := self._held.get(weights)) is not None:
            held.uses += 1
            held.used_at = time.monotonic()

    def _settings(self, weights: str, name: str) -> EngineSettings:
        backend, _, rest = name.partition("/")
        if backend == Backend.HF:
            return engine_settings(Path(weights), rest, self.hf)
        return EngineSettings(Path(weights), name.removeprefix("local/"))

    def loaded(self) -> tuple[Loaded, ...]:
        found = (held.loaded() for held in self._held.values())
        return tuple(each for each in found if each is not None)

    def unload_after(self, seconds: float) -> None:
        """Without calls; 0: never. For all that is loaded, too."""
        self.care = replace(self.care, idle=seconds)
        for held in self._held.values():
            held.care = self.care

    async def aclose(self) -> None:
        """Ends all of them, at once."""
        self._closed = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        for held in self._held.values():
            await held.aclose()

    async def _watch(self) -> None:
        """Unloads what is idle, and ends what does not answer though nobody asks it anything."""
        looked = time.monotonic()
        while True:
            every = self.care.health_every
            if self.care.idle:
                every = min(every, max(self.care.idle / 4, 0.05))
            await asyncio.sleep(every)
            now = time.monotonic()
            for held in tuple(self._held.values()):
                await held.unload_if_idle()
                if now - looked >= self.care.health_every > 0 and now - held.used_at >= every:
                    with contextlib.suppress(OSError):
                        await held.look()
            if now - looked >= self.care.health_every:
                looked = now
