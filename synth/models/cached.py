"""A model whose answers are kept, and one that says only what was kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from synthd.synth.models.errors import EmptyAnswer, NotKept, NotRecorded
from synthd.synth.models.forwarding import Forwarding
from synthd.synth.ports import Completion, Model, Prompt, Sampling, unheard
from synthd.synth.store.completions import Completions, Kept, key


class Following(Protocol):
    """A search that first follows the steps of an earlier attempt: what a model must know of it."""

    @property
    def following(self) -> bool: ...

    async def caught_up(self) -> None:
        """Returns once all steps are followed, and the search goes on."""
        ...

    def drawing(self) -> AbstractContextManager[None]:
        """Around a call of the model, which may take its time."""
        ...


class CachedModel(Forwarding):
    """Asks the model only for what the store does not have; with replay never.

    A kept answer costs the search what it cost the first time: with a cache a search takes less
    time, and goes the same way. One for each search, as it counts samples; close the model
    itself, which stays its owner's. follows: the replay goes in the recorded order, so that a
    call that was cancelled then will be again. resuming: goes on from an earlier attempt. A call
    that was cancelled in it, by itself or with it, is made anew once the search is beyond it.
    """

    def __init__(
        self,
        model: Model,
        store: Completions,
        *,
        replay: bool = False,
        follows: bool = False,
        resuming: Following | None = None,
    ) -> None:
        super().__init__(model)
        self._store = store
        self._replay = replay
        self._follows = follows
        self._resuming = resuming
        self._asked: Counter[str] = Counter()
        self._calls = 0

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
        if self._resuming is not None:
            return await self._resumed(self._resuming, place, prompt, sampling, heard)
        try:
            kept = await asyncio.to_thread(self._store.get, place)
        except asyncio.CancelledError:
            self._cut(place, ())
            raise
        if kept is not None and not kept.unfinished:
            return await _again(self.name, kept, heard)
        return await self._draw(place, prompt, sampling, heard)

    async def _resumed(
        self,
        search: Following,
        place: str,
        prompt: Prompt,
        sampling: Sampling,
        heard: Callable[[str], None],
    ) -> Completion:
        # Read and written at once: an order of threads would be one more that nothing decides.
        kept = self._store.get(place)
        if kept is not None and not kept.unfinished:
            return await _again(self.name, kept, heard)
        if kept is not None or not search.following:
            # Also the first new call waits for those that were cut: they were asked for before it.
            try:
                await search.caught_up()
            except asyncio.CancelledError:
                for piece in kept.heard if kept else ():  # as it was then
                    heard(piece)
                raise
        with search.drawing():
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
            completion = await self.inner.complete(prompt, sampling, hear)
        except EmptyAnswer as empty:
            cost = (empty.prompt_tokens, empty.completion_tokens)
            return _answer(await self._keep(place, Kept(tuple(pieces), None, str(empty), *cost)))
        except asyncio.CancelledError:
            self._cut(place, tuple(pieces))
            raise
        return _answer(await self._keep(place, Kept(tuple(pieces), completion)))

    async def _keep(self, place: str, kept: Kept) -> Kept:
        """What is kept from now on: another search may have been first with the same call."""
        try:
            if self._resuming is not None:
                return self._store.settle(place, kept)
            return await asyncio.to_thread(self._store.settle, place, kept)
        except asyncio.CancelledError:
            # The thread may never have begun.
            with contextlib.suppress(OSError):
                self._store.settle(place, kept)
            raise
        except OSError as error:
            raise NotKept(
                f"the answer could not be kept: {error.strerror or error}; make room, "
                + ("or use --no-cache" if self._resuming is None else "then resume the job")
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
    return _answer(kept)


def _answer(kept: Kept) -> Completion:
    if kept.completion is None:
        raise EmptyAnswer(kept.message, kept.prompt_tokens, kept.completion_tokens)
    return kept.completion
