"""A model whose answers are kept, and one that says only what was kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable

from synthd.synth.models.errors import EmptyAnswer, ModelFailed, NotRecorded
from synthd.synth.ports import Completion, Model, Prompt, Sampling, continues, unheard
from synthd.synth.store.completions import Completions, Kept, key


class CachedModel:
    """Asks the model only for what the store does not have; with replay never.

    A kept answer costs the search what it cost the first time: with a cache a search takes less
    time, and goes the same way. One for each search, as it counts samples; close the model
    itself, which stays its owner's. follows: the replay goes in the recorded order, so that a
    call that was cancelled then will be again.
    """

    def __init__(
        self, model: Model, store: Completions, *, replay: bool = False, follows: bool = False
    ) -> None:
        self._model = model
        self._store = store
        self._replay = replay
        self._follows = follows
        self._asked: Counter[str] = Counter()
        self._calls = 0

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
    def identity(self) -> str:
        """The SHA-256 of the weights, where the model knows it."""
        return str(getattr(self._model, "identity", ""))

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        """Raises NotRecorded besides what the model raises."""
        self._calls += 1
        place = self._key(prompt, sampling)
        if self._replay:
            # Read at once: what a cancelled call had said must be heard before it is cancelled.
            kept = self._store.get(place)
            if kept is None or (kept.unfinished and not self._follows):
                raise self._missing(prompt, sampling)
            return await _again(self.name, kept, heard)
        try:
            kept = await asyncio.to_thread(self._store.get, place)
        except asyncio.CancelledError:
            self._cut(place, ())
            raise
        if kept is not None and not kept.unfinished:
            return await _again(self.name, kept, heard)
        return await self._draw(place, prompt, sampling, heard)

    def _key(self, prompt: Prompt, sampling: Sampling) -> str:
        first = key(self.name, self.identity, prompt, sampling, 0)
        index = self._asked[first]
        self._asked[first] += 1
        return key(self.name, self.identity, prompt, sampling, index) if index else first

    async def _draw(
        self, place: str, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None]
    ) -> Completion:
        pieces: list[str] = []

        def hear(piece: str) -> None:
            pieces.append(piece)
            heard(piece)

        try:
            completion = await self._model.complete(prompt, sampling, hear)
        except EmptyAnswer as empty:
            cost = (empty.prompt_tokens, empty.completion_tokens)
            await self._keep(place, Kept(tuple(pieces), None, str(empty), *cost))
            raise
        except asyncio.CancelledError:
            self._cut(place, tuple(pieces))
            raise
        await self._keep(place, Kept(tuple(pieces), completion))
        return completion

    async def _keep(self, place: str, kept: Kept) -> None:
        try:
            await asyncio.to_thread(self._store.put, place, kept)
        except asyncio.CancelledError:
            # The thread may never have begun.
            with contextlib.suppress(OSError):
                self._store.put(place, kept)
            raise
        except OSError as error:
            raise ModelFailed(
                f"the answer could not be kept: {error}; make room, or use --no-cache"
            ) from None

    def _cut(self, place: str, heard: tuple[str, ...]) -> None:
        """Keep that the call was cancelled, at once: a cancelled task should not wait."""
        if self._store.get(place) is None:
            with contextlib.suppress(OSError):
                self._store.put(place, Kept(heard, unfinished=True))

    def _missing(self, prompt: Prompt, sampling: Sampling) -> NotRecorded:
        words = " ".join(prompt[-1].content.split())
        return NotRecorded(
            f"replay: nothing is recorded for call {self._calls} of this search "
            f"(temperature {sampling.temperature:.2g}, seed {sampling.seed}, "
            f"asking “… {words[-80:]}”); run it once more with --cache"
        )


async def _again(model: str, kept: Kept, heard: Callable[[str], None]) -> Completion:
    for piece in kept.heard:
        heard(piece)
    if kept.unfinished:
        await asyncio.Event().wait()  # it was cancelled then, and will be now
    await asyncio.sleep(0)  # a model never answers before others had their turn
    if kept.completion is None:
        raise EmptyAnswer(kept.message, kept.prompt_tokens, kept.completion_tokens)
    return kept.completion
