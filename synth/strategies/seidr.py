"""SEIDR: synthesize, execute, instruct, debug, rank.

Grishina, Liventsev, Härmä, Moonen: "Fully Autonomous Programming using Iterative Multi-Agent
Debugging with Large Language Models", ACM TELO 2025 (arXiv 2503.07693).

Every generation is executed and ranked. The worst check of a parent becomes instructions, each an
explanation of its bug, and every instruction becomes repairs. Children replace their parents. How
many parents there are against how many repairs each gets is the repair-replace trade-off that the
paper studies: one parent repairs for ever, many parents with one repair each only replace.
The paper's knob is N = drafts_per_prompt = repairs_per_explanation = beam_width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Literal

from synthd.synth import prompts, select
from synthd.synth.attempt import Attempt, Verdict
from synthd.synth.concurrently import concurrently
from synthd.synth.parameter import parameter
from synthd.synth.run import Ask, Run
from synthd.synth.temperatures import climbing


@dataclass(frozen=True, slots=True, kw_only=True)
class Seidr:
    drafts_per_prompt: int = parameter(4, "programs in the first beam")
    beam_width: int = parameter(4, "parents kept of each generation")
    explanations_per_program: int = parameter(2, "bug explanations asked for each parent")
    repairs_per_explanation: int = parameter(2, "repairs asked for each explanation")
    ranking: Literal["tournament", "lexicase"] = parameter("tournament", "how parents are chosen")
    replacement: bool = parameter(True, "lexicase: one program may be chosen more than once")
    epsilon: bool = parameter(False, "lexicase: keep what is within the MAD of the best")
    elitism: bool = parameter(False, "parents stay in the next generation's ranking")
    heat: float = parameter(1.0, "the temperature that a series climbs to")
    batch: int = parameter(1, "completions drawn at each step of the temperature")
    clamp_batch: bool = parameter(
        True, "batch is at most the number wanted (the reference: for drafts only)"
    )
    greedy_first: bool = parameter(
        True, "the first draft is drawn alone, at temperature 0 (the paper: off)"
    )

    async def __call__(self, run: Run) -> None:
        start = run.start
        if start is not None and start.evaluation.verdict is not Verdict.UNDECIDED:
            generation = [start]
        else:
            generation = await self._synthesize(run)
        for number in count(1):
            ranked = self._rank(run, generation, number)
            families = await concurrently(
                self._debug(run, parent, (number, place)) for place, parent in enumerate(ranked)
            )
            children = list(chain.from_iterable(families))
            if not children:
                return
            generation = children + (ranked if self.elitism else [])

    async def _synthesize(self, run: Run) -> list[Attempt]:
        """The first beam: drafts along the temperature schedule."""
        heats = list(self.temperatures(self.drafts_per_prompt, clamp=True))
        if self.greedy_first:
            heats = [0.0, *self.temperatures(self.drafts_per_prompt - 1, clamp=True)]
        asks = [
            Ask(prompts.draft(run.problem), heat, f"draft.{place}", "draft", (0, place))
            for place, heat in enumerate(heats)
        ]
        # A small model's greedy answer is worth more than several warm ones, and alone it comes
        # at the full speed of the engine.
        alone = 1 if self.greedy_first else 0
        return await run.attempts(asks[:alone]) + await run.attempts(asks[alone:])

    def _rank(self, run: Run, generation: Sequence[Attempt], number: int) -> list[Attempt]:
        judged = [a for a in generation if a.evaluation.verdict is not Verdict.UNDECIDED]
        pool = select.distinct([a for a in judged if not run.refuses(a)])
        random = run.random("rank", str(number))
        if self.ranking == "tournament":
            return select.tournament(pool, self.beam_width, random)
        return select.lexicase(
            pool, self.beam_width, random, replacement=self.replacement, epsilon=self.epsilon
        )

    async def _debug(self, run: Run, parent: Attempt, place: tuple[int, int]) -> list[Attempt]:
        """The children of one parent: its bug explained, each explanation acted upon."""
        issue = prompts.issue(parent)
        prompt = prompts.explain(run.problem, parent, issue)
        # Lexicase may choose a parent twice: the place keeps the two families apart.
        root = f"{parent.candidate.node}/{place[0]}.{place[1]}"

        async def family(index: int, heat: float) -> list[Attempt]:
            node = f"{root}.explain.{index}"
            told = await run.sample(Ask(prompt, heat, node, "explain", (*place, index), parent))
            if told is None:
                return []
            again = prompts.repair(run.problem, parent, issue, told.text.strip())
            heats = self.temperatures(self.repairs_per_explanation, clamp=self.clamp_batch)
            return await run.attempts(
                Ask(again, warm, f"{node}.repair.{j}", "repair", (*place, index, j), parent)
                for j, warm in enumerate(heats)
            )

        heats = self.temperatures(self.explanations_per_program, clamp=self.clamp_batch)
        families = await concurrently(family(i, heat) for i, heat in enumerate(heats))
        return list(chain.from_iterable(families))

    def temperatures(self, wanted: int, *, clamp: bool) -> Iterator[float]:
        batch = min(self.batch, wanted) if clamp else self.batch
        return climbing(wanted, self.heat, batch)
