"""Several endpoints of the same model as one, balanced by their free slots.

A call waits for a slot anywhere, first come, first served, and goes to the endpoint that has most
of them free. An endpoint that breaks is set aside for a while that grows with each failure, then
one call tries it again. Its calls go to another endpoint, unless their answer has begun: a second
try would cost more than `max_tokens` allows, as in retry.py.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from synthd.synth.models.errors import ConnectionRefused, EngineKilled, ModelError, Unavailable
from synthd.synth.models.identified import Identifiable
from synthd.synth.ports import Completion, Model, Prompt, Sampling, continues, tunes, unheard

BROKEN = (ConnectionRefused, Unavailable, EngineKilled)
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 120.0  # seconds


class Owned(Model, Protocol):
    """A model whose connections and processes are its owner's to close."""

    async def aclose(self) -> None: ...


class Differing(ModelError):
    """The endpoints do not have the same model: their answers must not be mixed."""


@dataclass(slots=True, eq=False)
class _Endpoint:
    """aside: until when nothing is sent there. since: when it was last set aside. Both by the
    loop's clock. failures: in a row. sure: that its weights are still those of the others."""

    model: Owned
    busy: int = 0
    failures: int = 0
    since: float = 0.0
    aside: float = 0.0
    sure: bool = True

    @property
    def free(self) -> int:
        return max(1, self.model.slots) - self.busy

    def room(self, now: float) -> int:
        """How many more calls it should get now. After a failure one call tries it first."""
        if now < self.aside:
            return 0
        return self.free if not self.failures else min(self.free, 1 - self.busy)


@dataclass(slots=True, order=True)
class _Waiting:
    """A call without a slot. number: the order of asking, which a call keeps when it goes on to
    another endpoint. tried: where it failed."""

    number: int
    turn: asyncio.Future[_Endpoint] = field(compare=False)
    tried: frozenset[int] = field(compare=False)


class Balanced:
    """A model that is behind one or more endpoints.

    told: gets a line for each endpoint that is set aside. Raises ValueError without models, and
    Differing where their names, or weights that are known, are not the same.
    """

    def __init__(
        self,
        models: Sequence[Owned],
        told: Callable[[str], None],
        *,
        pause: float = FIRST_PAUSE,
    ) -> None:
        if not models:
            raise ValueError("a model needs at least one endpoint")
        _same([(model, model.name) for model in models], "models")
        self._endpoints = [_Endpoint(model) for model in models]
        self._told = told
        self._pause = pause
        self._waiting: list[_Waiting] = []
        self._numbers = count()
        self._wake: asyncio.TimerHandle | None = None
        self._refused: Differing | None = None
        self._identity = _same(
            [(model, str(getattr(model, "identity", ""))) for model in models], "weights"
        )

    @property
    def name(self) -> str:
        return self._endpoints[0].model.name

    @property
    def endpoint(self) -> str:
        return ", ".join(dict.fromkeys(one.model.endpoint for one in self._endpoints))

    @property
    def slots(self) -> int:
        return sum(max(1, one.model.slots) for one in self._endpoints)

    @property
    def continues(self) -> bool:
        return all(continues(one.model) for one in self._endpoints)

    @property
    def tunes(self) -> bool:
        return all(tunes(one.model) for one in self._endpoints)

    @property
    def identity(self) -> str:
        """Of the weights, where it is known: see `agreed`."""
        return self._identity

    async def agreed(self) -> str:
        """Ask the endpoints which weights they have; "" where none can say.

        Raises Differing where two say differently, as does every call from then on.
        """
        said = await asyncio.gather(*(_identity(one.model) for one in self._endpoints))
        told = [(one.model, what) for one, what in zip(self._endpoints, said, strict=True)]
        try:
            self._identity = _same(told, "weights") or self._identity
        except Differing as differing:
            self._refused = differing
            raise
        for one, what in zip(self._endpoints, said, strict=True):
            one.sure = bool(what)
        return self._identity

    async def identify(self) -> str:
        """As Identifiable wants it: never raises; then the first call does."""
        with suppress(Differing):
            return await self.agreed()
        return ""

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        if self._refused is not None:
            raise self._refused
        number, tried, begun = next(self._numbers), frozenset[int](), False

        def hear(piece: str) -> None:
            nonlocal begun
            begun = True
            heard(piece)

        while True:
            endpoint = await self._acquire(number, tried)
            asked = asyncio.get_running_loop().time()
            try:
                await self._make_sure(endpoint)
                completion = await endpoint.model.complete(prompt, sampling, hear)
                if asked >= endpoint.since:
                    endpoint.failures = 0
                return completion
            except BROKEN as error:
                tried |= {self._endpoints.index(endpoint)}
                if begun or len(tried) == len(self._endpoints):
                    self._set_aside(endpoint, asked, f"{error}")
                    raise
                self._set_aside(endpoint, asked, f"its call goes to another endpoint: {error}")
            finally:
                self._release(endpoint)

    async def aclose(self) -> None:
        """Closes all, also where one of them fails to. Nothing may be drawing any more."""
        if self._wake is not None:
            self._wake.cancel()
        closed = await asyncio.gather(
            *(one.model.aclose() for one in self._endpoints), return_exceptions=True
        )
        for failure in closed:
            if isinstance(failure, BaseException):
                raise failure

    async def _make_sure(self, endpoint: _Endpoint) -> None:
        """Whoever was away may have come back with other weights. Raises Unavailable."""
        if endpoint.sure or not self._identity:
            return
        now = await _identity(endpoint.model)
        if now and now != self._identity:
            raise Unavailable(
                f"{endpoint.model.endpoint} has other weights now ({now[:19]}): "
                f"give it those of the others ({self._identity[:19]})"
            )
        endpoint.sure = bool(now)

    async def _acquire(self, number: int, tried: frozenset[int]) -> _Endpoint:
        loop = asyncio.get_running_loop()
        waiting = _Waiting(number, loop.create_future(), tried)
        insort(self._waiting, waiting)
        self._hand_out()
        try:
            return await waiting.turn
        except asyncio.CancelledError:
            # Cancelled in the same turn of the loop in which the slot was handed over.
            if waiting.turn.done() and not waiting.turn.cancelled():
                self._release(waiting.turn.result())
            else:
                self._waiting.remove(waiting)
            raise

    def _release(self, endpoint: _Endpoint) -> None:
        endpoint.busy -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        """Free slots to those who wait, in their order, as far as there are any."""
        now = asyncio.get_running_loop().time()
        place = 0
        while place < len(self._waiting) and any(one.free > 0 for one in self._endpoints):
            waiting = self._waiting[place]
            endpoint = self._for(waiting.tried, now)
            if endpoint is None or waiting.turn.done():
                place += 1
                continue
            del self._waiting[place]
            endpoint.busy += 1
            waiting.turn.set_result(endpoint)
        self._wake_up_later(now)

    def _for(self, tried: frozenset[int], now: float) -> _Endpoint | None:
        """Where a call goes now that failed at some. With all the others set aside it goes there
        nevertheless: no call fails before each endpoint had it."""
        left = [one for place, one in enumerate(self._endpoints) if place not in tried]
        if all(now < one.aside for one in left):
            best = max(left, key=lambda one: one.free)
            return best if best.free > 0 else None
        best = max(left, key=lambda one: one.room(now))
        return best if best.room(now) > 0 else None

    def _set_aside(self, endpoint: _Endpoint, asked: float, why: str) -> None:
        """Once for all calls that were there when it broke. An only endpoint never is."""
        if len(self._endpoints) == 1 or asked < endpoint.since:
            return
        pause = min(LONGEST_PAUSE, self._pause * 2.0 ** min(endpoint.failures, 20))
        endpoint.failures += 1
        endpoint.sure = False
        endpoint.since = asyncio.get_running_loop().time()
        endpoint.aside = endpoint.since + pause
        self._told(f"{endpoint.model.endpoint} is set aside for {pause:g} s; {why}")

    def _wake_up_later(self, now: float) -> None:
        """Those who still wait may go where nothing is sent yet, once its while is over."""
        if self._wake is not None:
            self._wake.cancel()
        self._wake = None
        ends = [one.aside for one in self._endpoints if now < one.aside]
        if self._waiting and ends:
            self._wake = asyncio.get_running_loop().call_at(min(ends), self._hand_out)


async def _identity(model: Model) -> str:
    if isinstance(model, Identifiable):
        return await model.identify()
    return str(getattr(model, "identity", ""))


def _same(said: Sequence[tuple[Model, str]], what: str) -> str:
    """What all models say, those apart that say nothing. Raises Differing."""
    known = [(model.endpoint, value) for model, value in said if value]
    if len({value for _, value in known}) > 1:
        each = ", ".join(f"{endpoint} has {value[:19]}" for endpoint, value in known)
        raise Differing(f"the endpoints have different {what}: {each}; name only equal ones")
    return known[0][1] if known else ""
