"""Models as a worker asks them: each call by the daemon's leave, in an engine of the daemon's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from synthd.daemon.models import OwnedModel
from synthd.daemon.workers.leases import Lease, Leases
from synthd.synth.models import openai_wire
from synthd.synth.models.embedded import EmbeddedModel, described
from synthd.synth.models.engine import client
from synthd.synth.models.errors import ModelError, ModelFailed
from synthd.synth.models.identified import Identifiable
from synthd.synth.models.retry import Patience, Transient, once
from synthd.synth.models.stream import Collector, Piece
from synthd.synth.ports import Completion, Prompt, Sampling, continues, tunes, unheard

if TYPE_CHECKING:
    import httpx

# An engine that dies is started anew, and the call made again. That ends where the daemon refuses,
# or here: a call that brings every engine down is not worth a fourth.
TRIES = 3
PAUSE = 0.2


def leased(model: OwnedModel, leases: Leases) -> Leased:
    if isinstance(model, EmbeddedModel):
        return LeasedEngine(model, leases)
    return Leased(model, leases)


class Leased:
    """A model of somebody else's server. Close the model itself, which stays its owner's."""

    def __init__(self, model: OwnedModel, leases: Leases) -> None:
        self._model = model
        self._leases = leases
        self._identity = str(getattr(model, "identity", ""))

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def endpoint(self) -> str:
        return self._model.endpoint

    @property
    def slots(self) -> int:
        return self._model.slots

    @property
    def continues(self) -> bool:
        return continues(self._model)

    @property
    def tunes(self) -> bool:
        return tunes(self._model)

    @property
    def identity(self) -> str:
        """Which weights these are, as far as it is known by now."""
        return self._identity

    async def identify(self) -> str:
        """Asks whoever has them, until they have told."""
        if not self._identity and isinstance(self._model, Identifiable):
            self._identity = await self._model.identify()
        return self._identity

    @property
    def weights(self) -> str:
        """The file that the daemon starts an engine with; "" where it has none to start."""
        return ""

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        async with self._leases.one():
            return await self._model.complete(prompt, sampling, heard)

    async def aclose(self) -> None:
        """Nothing is open here."""


class LeasedEngine(Leased):
    """A model in an engine of the daemon's, which may be another one at every call."""

    def __init__(
        self, model: EmbeddedModel, leases: Leases, patience: Patience | None = None
    ) -> None:
        super().__init__(model, leases)
        self._settings = model.settings
        self._backend = described(model.settings)
        self._patience = patience or Patience()
        self._clients: dict[tuple[str, str], httpx.AsyncClient] = {}

    @property
    def weights(self) -> str:
        return str(self._settings.weights.resolve())

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        """A call that an engine did not live to answer is one call, however often it is made."""
        onward = Onward(heard)
        failed: ModelError = ModelFailed(f"{self.name} was not asked")
        for _ in range(TRIES):
            async with self._leases.one() as lease:
                collector = Collector(prompt, onward.again())
                try:
                    return await once(
                        self.name,
                        partial(self._stream, lease, prompt, sampling),
                        collector,
                        self._patience,
                    )
                except Transient as failure:
                    lease.broken, failed = str(failure), failure.error
            await asyncio.sleep(PAUSE)
        raise failed

    async def aclose(self) -> None:
        for reaching in self._clients.values():
            await reaching.aclose()

    async def _stream(
        self, lease: Lease, prompt: Prompt, sampling: Sampling
    ) -> AsyncGenerator[Piece, None]:
        place = (lease.address, lease.key)
        if place not in self._clients:
            self._clients[place] = client(*place)
        asked = openai_wire.body(prompt, sampling)
        async with aclosing(openai_wire.chat(self._clients[place], self._backend, asked)) as pieces:
            async for piece in pieces:
                yield piece


class Onward:
    """Tells of the pieces of a call that is made several times only those that are further on than
    any before: what is heard is what one call costs."""

    def __init__(self, heard: Callable[[str], None]) -> None:
        self._heard = heard
        self._told = 0

    def again(self) -> Callable[[str], None]:
        at = 0

        def hear(piece: str) -> None:
            nonlocal at
            at += 1
            if at > self._told:
                self._told = at
                self._heard(piece)

        return hear
