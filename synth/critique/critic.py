"""The critique as a strategy: answers to compare, then bodies to try, all within one budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from synthd.synth.attempt import Attempt
from synthd.synth.concurrently import concurrently
from synthd.synth.critique import comparing, exploiting
from synthd.synth.critique.opinion import Opinion, opinion
from synthd.synth.critique.trials import Came, Trial
from synthd.synth.ports import Finish, Prompt
from synthd.synth.run import Ask, Run

_ENOUGH = (Came.ADMITTED, Came.DETERMINED)


@dataclass(frozen=True, slots=True)
class Vote:
    """node: `vote.N`. opinion: None where the answer has none."""

    node: str
    answer: str
    cut: bool
    opinion: Opinion | None


@dataclass(frozen=True, slots=True)
class Critic:
    """Each prompt with how many answers to it are wanted; none without a prompt.

    stock: bodies that are tried before a model is asked for any. assess: what a tried body comes
    to. tell: hears of each vote and trial as it is there. The first body that speaks against the
    spec ends the search: one is enough.
    """

    tell: Callable[[Vote | Trial], None]
    assess: Callable[[Attempt], Awaitable[Came]]
    comparison: Prompt | None = None
    samples: int = comparing.SAMPLES
    exploit: Prompt | None = None
    exploits: int = exploiting.SAMPLES
    stock: tuple[str, ...] = ()
    collects: ClassVar[bool] = True

    async def __call__(self, run: Run) -> None:
        if self.comparison is not None:
            prompt = self.comparison
            await concurrently(self._vote(run, prompt, n) for n in range(self.samples))
        if self.exploit is not None:
            prompt = self.exploit
            for number, body in enumerate(self.stock):
                node = f"stock.{number}"
                await self._tried(run, node, await run.given(body, node))
            await concurrently(self._try(run, prompt, n) for n in range(self.exploits))

    async def _vote(self, run: Run, prompt: Prompt, number: int) -> None:
        node = f"vote.{number}"
        ask = Ask(
            prompt,
            comparing.TEMPERATURE,
            node,
            "compare",
            (number,),
            closing=True,  # it makes no program, so that no program need be left for it
            most=comparing.MOST_TOKENS,
        )
        completion = await run.sample(ask)
        if completion is not None:
            cut = completion.finish is Finish.LENGTH
            found = opinion(completion.text, cut=cut)
            self.tell(Vote(node, completion.text, cut, found))

    async def _try(self, run: Run, prompt: Prompt, number: int) -> None:
        node = f"exploit.{number}"
        ask = Ask(
            prompt,
            exploiting.TEMPERATURE,
            node,
            "exploit",
            (number,),
            most=exploiting.MOST_TOKENS,
        )
        await self._tried(run, node, await run.attempt(ask))

    async def _tried(self, run: Run, node: str, attempt: Attempt | None) -> None:
        if attempt is None:
            return
        trial = Trial(node, attempt, await self.assess(attempt))
        self.tell(trial)
        if trial.came in _ENOUGH:
            run.choose(attempt)
