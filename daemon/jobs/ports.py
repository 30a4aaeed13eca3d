"""What the job manager needs of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from synthd.daemon.jobs.messages import FromWorker, Start, ToWorker


class Worker(Protocol):
    """A process that runs one job."""

    @property
    def pid(self) -> int: ...

    def send(self, message: ToWorker) -> None:
        """Never waits; a worker that is gone hears nothing."""
        ...

    def messages(self) -> AsyncIterator[FromWorker]:
        """All that it says, until it is gone. What is none of ours is left out and logged."""
        ...

    def last_words(self) -> str:
        """How it ended, once it has, for the user; without source text or secrets."""
        ...


class Workers(Protocol):
    def start(self, start: Start) -> AbstractAsyncContextManager[Worker]:
        """The worker runs inside; leaving the context kills it with all that it started, within a
        second, whatever it does. Raises NoWorker."""
        ...


class NoWorker(Exception):
    """A worker could not be started: why, and what to do."""


@dataclass(frozen=True, slots=True)
class Where:
    """Of an embedded engine. key is a secret of this process and its workers."""

    address: str
    key: str = field(repr=False)


class Engines(Protocol):
    async def ready(self, weights: str, name: str) -> Where:
        """An engine with these weights that listens, started (again) if need be. Raises NoEngine
        once it has tried in vain."""
        ...

    async def broke(self, weights: str, where: Where, how: str) -> None:
        """A call found it not answering: look, and start it anew where it is so."""
        ...

    def used(self, weights: str) -> None:
        """A call has begun or ended; an engine is unloaded some time after the last."""
        ...


class NoEngine(Exception):
    """Why there is none, and what to do."""
