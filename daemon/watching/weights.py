"""Which weights are on this machine, seen anew whenever their folder changes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from synthd.daemon.watching.observing import Observing, Watch
from synthd.daemon.weights.store import Store

log = logging.getLogger(__name__)


class InstalledWeights:
    """Use `async with`. folder: asked again after every change of settings."""

    def __init__(self, observing: Observing, folder: Callable[[], Path]) -> None:
        self.names: tuple[str, ...] = ()
        self._observing = observing
        self._folder = folder
        self._heard: list[Callable[[tuple[str, ...]], None]] = []
        self._look = asyncio.Event()
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._watch = self._observing.watch((), lambda _: self._look.set())
        self.again()
        self._task = asyncio.create_task(self._follow(), name="following weights")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watch is not None:
            self._watch.close()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def again(self) -> None:
        """Another folder, perhaps."""
        store = Store(self._folder())
        if self._watch is not None:
            notes = (store.note(weights) for weights in store.catalogue)
            self._watch.set([*notes, *map(store.path_of, store.catalogue)])
        self._look.set()

    def subscribe(self, heard: Callable[[tuple[str, ...]], None]) -> Callable[[], None]:
        """heard(names) in the loop, when others are there; what is returned ends it."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    async def _follow(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            found = await asyncio.to_thread(Store(self._folder()).installed)
            names = tuple(one.name for one in found)
            if names == self.names:
                continue
            self.names = names
            for heard in list(self._heard):
                try:
                    heard(names)
                except Exception:
                    log.exception("news of weights were not taken")
