"""The model calls of one search: each waits for a slot and for tokens, is paid for, and is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from synthd.synth.ask import Ask
from synthd.synth.continuing import Continuing
from synthd.synth.events import Answered, Heard, Tuned
from synthd.synth.models.errors import ContextTooLong, EmptyAnswer
from synthd.synth.ports import Completion, Finish, Sampling
from synthd.synth.pruning import Cut
from synthd.synth.slots import Slots
from synthd.synth.streams import derived_seed
from synthd.synth.telling import answered, asked
from synthd.synth.unmet import Unmet

if TYPE_CHECKING:
    from synthd.synth.run import Run


@dataclass(slots=True)
class Calling:
    """numbers: of calls, in the order in which they are made."""

    run: Run = field(repr=False)
    slots: Slots
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _begun: Continuing = field(default_factory=Continuing)
    _settled: asyncio.Event = field(default_factory=asyncio.Event)  # the next call

    async def sample(self, ask: Ask, *, holds: bool = False) -> Completion | None:
        """holds: whoever asks has the slot already, and keeps it."""
        pruning = self.run.pruning
        if ask.parent is None:
            return await self._sampled(ask, holds)
        if pruning.refuses(ask.parent):
            return None
        try:
            async with pruning.unless_cut(ask.parent):
                return await self._sampled(ask, holds)
        except Cut:
            return None

    async def _sampled(self, ask: Ask, holds: bool) -> Completion | None:
        run = self.run
        await run.step(f"wanted {ask.purpose} {ask.node}")
        async with nullcontext() if holds else self.slots.one(ask.priority):
            await run.step(f"asked {ask.purpose} {ask.node}")
            if not ask.closing and run.ledger.usage.programs >= run.budget.programs:
                run.ledger.exhausted = True
                return None
            grant = await self._grant(ask)
            if not grant:
                return None
            try:
                return await self._call(ask, grant)
            except EmptyAnswer:
                # An answer, though a bad one: it was paid for, and counts as one without text.
                return Completion("", Finish.STOP, 0, 0)
            except ContextTooLong:
                # A repair whose report is too long costs that child, not the search.
                if ask.parent is None:
                    raise
                return None

    def seed(self, ask: Ask) -> int:
        return derived_seed(self.run.seed, self.run.problem.id, ask.node, "sample")

    async def _grant(self, ask: Ask) -> int:
        """Tokens for one call, once there are enough or nothing in flight can give any back."""
        while (grant := self.run.ledger.grant_tokens(ask.most)) is None:
            await self._settled.wait()
            # Several may wait, and who is first decides what each can have.
            await self.run.step(f"granted {ask.purpose} {ask.node}")
        return grant

    def _settle(self, grant: int, prompt: int, completion: int, *, counted: bool) -> None:
        self.run.ledger.settle_tokens(grant, prompt, completion, counted=counted)
        self._settled.set()
        self._settled = asyncio.Event()

    async def _call(self, ask: Ask, grant: int) -> Completion:
        run, call = self.run, next(self.numbers)
        heard = 0

        def hear(piece: str) -> None:
            nonlocal heard
            heard += 1
            run.trace(Heard(call, piece))

        sampling = Sampling(
            ask.temperature, grant, self.seed(ask), ask.logprobs, ask.top_p, ask.tuning
        )
        run.trace(asked(call, ask, self._begun.given(run.model, ask.prompt), sampling))
        completion: Completion | EmptyAnswer
        try:
            try:
                completion = await self._begun.complete(run.model, ask.prompt, sampling, hear)
            except EmptyAnswer as empty:
                completion = empty
            if run.pruning.refuses(ask.parent):
                raise Cut  # it came in the moment in which it was cut off
            await run.step(f"answered {ask.purpose} {ask.node}")
        except BaseException:
            # Cancelled or failed: what was heard was generated, and is paid for.
            self._settle(grant, 0, heard, counted=False)
            raise
        prompt_tokens, tokens = completion.prompt_tokens, completion.completion_tokens
        if isinstance(completion, EmptyAnswer):
            self._settle(grant, prompt_tokens, tokens, counted=True)
            run.trace(Answered(call, "", prompt_tokens, tokens))
            raise completion
        self._settle(grant, prompt_tokens, tokens, counted=completion.counted)
        if completion.learned:
            run.trace(Tuned(call, completion.learned))
        run.trace(answered(call, completion))
        if ask.logprobs and completion.logprobs is None:
            raise Unmet(
                f"this strategy ranks by log-probabilities, which {run.model.name} does not give: "
                "use a local model, or another strategy"
            )
        return completion
