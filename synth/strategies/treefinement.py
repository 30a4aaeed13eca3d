"""Treefinement: tree search over refinements, led by how far the verifier got with each program.

Aggarwal, Parno, Welleck: "AlphaVerus: Bootstrapping Formally Verified Code Generation through
Self-Improving Translation and Treefinement", ICML 2025 (arXiv 2412.06176); the parameters are those
of the NeurIPS 2024 tutorial on meta-generation.

Drafts are the roots; of those and of each level after them the valid ones share `width`
refinements by REBASE (synthd.synth.rebase), so that promising programs get more. A refinement is a
further turn of the conversation that led to its program. Where no child is valid, the level is
refined once more; where no draft is, drafts are drawn again. A program that is given is the only
root, valid or not, and is judged before any model is asked.

The value of a proof is n_v/N - (error_penalty·E + note_penalty·W)/N: of N obligations n_v hold; E
diagnostics are errors, W are notes. That of a tested program is the same with checks that pass,
that fail, and that ended in an error. Invalid is what does not compile or cheats (by the verifier's
word, not by substrings), and what has a negative value, so also what passes nothing; prune=invalid
keeps the latter, and prune=nothing refines any code where nothing better is.

With value=verifier (ours) σ of a learned verifier's estimate decides how refinements are shared;
who is valid is decided as ever.

Both reference codes draw the parents (allocation=sample) where the paper rounds, and test for
success only after that: they can lose a program that is proved. Here what is accepted ends the
search at once. Their parameters, besides allocation=sample keep_verified=false:

    tutorial               as by default: drafts=32 width=32 iterations=10 temperature=0.7
    AlphaVerus, inference  temperature=1.0 roots=best (the paper: drafts=256); its MODE is `mode`
    AlphaVerus, training   iterations=8 roots=best
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from synthd.synth import prompts
from synthd.synth.attempt import Attempt
from synthd.synth.concurrently import concurrently
from synthd.synth.feedback import Level
from synthd.synth.learned import learned
from synthd.synth.parameter import parameter
from synthd.synth.ports import Prompt
from synthd.synth.prompts.tree import refinement
from synthd.synth.prompts.turns import History
from synthd.synth.proving.keep import loses
from synthd.synth.proving.value import INVALID
from synthd.synth.proving.worth import worth
from synthd.synth.rebase import Allocation, allocate
from synthd.synth.run import Ask, Run
from synthd.synth.shortening import attempt_or_shorter
from synthd.synth.slots import Priority

Roots = Literal["shared", "each", "best"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Treefinement:
    drafts: int = parameter(32, "programs drawn as roots")
    width: int = parameter(32, "refinements of each level")
    iterations: int = parameter(10, "levels after the roots")
    temperature: float = parameter(0.7, "sampling temperature of all")
    top_p: float = parameter(
        0.0, "share of the likeliest tokens; 0: the backend's own (the paper: 1)", most=1
    )
    tau: float = parameter(0.1, "temperature of sharing among parents")
    allocation: Allocation = parameter("rebase_ceil", "how refinements are shared among parents")
    mode: Literal["rebase", "breadth", "beam"] = parameter(
        "rebase", "who shares them: all valid by value, all alike, or the best alike"
    )
    beam: int = parameter(4, "mode=beam: how many of the best")
    roots: Roots = parameter(
        "shared", "drafts that are refined: by value, each once, or the best alone"
    )
    error_penalty: float = parameter(0.1, "for each failing check, or error of a prover")
    note_penalty: float = parameter(
        0.04, "for each check that ended in an error, or note of a prover"
    )
    value: Literal["checks", "verifier"] = parameter(
        "checks", "what a program is worth: its checks, or a learned verifier's estimate"
    )
    prune: Literal["negative", "invalid", "nothing"] = parameter(
        "negative", "what is not refined, by value"
    )
    keep_verified: bool = parameter(
        True, "proofs: what lost a verified function of its parent is not refined"
    )
    feedback: Level = parameter("diff", "what is told about a failing program")
    history: History = parameter("full", "shown: the conversation, or the last program alone")

    @property
    def estimates(self) -> bool:
        return self.value == "verifier"

    async def __call__(self, run: Run) -> None:
        if self.estimates:
            learned(run)
        frontier = [run.start] if run.start else []
        for level in range(len(frontier), self.iterations + 1):
            asks = await self._refinements(run, frontier, level) or self._drafts(run, level)
            grown = await self._grown(run, asks)
            if not grown:
                return
            frontier = [each for each in grown if self._valid(each)] or frontier
            frontier = [each for each in frontier if not run.refuses(each)]

    async def _grown(self, run: Run, asks: Iterable[Ask]) -> list[Attempt]:
        """What came of all that was asked. A failed call costs its own child alone."""

        def shorter(parent: Attempt) -> Prompt:
            return refinement(run.problem, parent, self.feedback, "last")

        tried = await concurrently(attempt_or_shorter(run, ask, shorter) for ask in asks)
        return [attempt for attempt in tried if attempt is not None]

    def _drafts(self, run: Run, level: int) -> list[Ask]:
        prompt = prompts.draft(run.problem)
        return [
            self._ask(prompt, f"draft.{level}.{place}", "draft", (level, place))
            for place in range(self.drafts)
        ]

    async def _refinements(self, run: Run, frontier: list[Attempt], level: int) -> list[Ask]:
        """Each parent's share, the children of the best first."""
        values = await self._values(run, frontier)
        places = sorted(range(len(frontier)), key=lambda place: values[place], reverse=True)
        ranked = [frontier[place] for place in places]
        drafts = all(parent.candidate.parent is None for parent in frontier)
        roots = self.roots if drafts and not run.problem.given else "shared"
        random = run.random("allocate", str(level))
        shares = self.shares([values[place] for place in places], roots, random)
        return [
            self._refinement(run, parent, level, rank, copy)
            for rank, (parent, share) in enumerate(zip(ranked, shares, strict=True))
            for copy in range(share)
        ]

    def shares(self, values: Sequence[float], roots: Roots, random: Random) -> list[int]:
        """How many children each parent gets, the values best first; the width in all, but for
        roots=each."""
        if roots == "each":
            return [1] * len(values)
        best = 1 if roots == "best" else self.beam if self.mode == "beam" else len(values)
        if best >= len(values) and self.mode == "rebase":
            return allocate(values, self.width, self.tau, self.allocation, random)
        alike = [float(rank < best) for rank in range(len(values))]
        return allocate(alike, self.width, 0.0, self.allocation, random)

    def _refinement(self, run: Run, parent: Attempt, level: int, rank: int, copy: int) -> Ask:
        prompt = refinement(run.problem, parent, self.feedback, self.history)
        # A parent may be refined again on a later level: the level keeps its children apart.
        node = f"{parent.candidate.node}/{level}.refine.{copy}"
        return self._ask(prompt, node, "refine", (level, rank, copy), parent)

    def _ask(
        self,
        prompt: Prompt,
        node: str,
        purpose: str,
        turn: Priority,
        parent: Attempt | None = None,
    ) -> Ask:
        top_p = self.top_p or None
        return Ask(prompt, self.temperature, node, purpose, turn, parent, top_p=top_p)

    def _valid(self, attempt: Attempt) -> bool:
        if self.keep_verified and loses(attempt):
            return False
        match self.prune:
            case "negative":
                return self.by_checks(attempt) >= 0
            case "invalid":
                return self.by_checks(attempt) > INVALID
            case "nothing":
                return bool(attempt.candidate.code)

    async def _values(self, run: Run, frontier: Sequence[Attempt]) -> list[float]:
        if not self.estimates or not frontier:
            return [self.by_checks(attempt) for attempt in frontier]
        estimator = learned(run)
        said = await concurrently(estimator.estimate(run.problem, a.candidate) for a in frontier)
        return [_sigmoid(value) for value in said]

    def by_checks(self, attempt: Attempt) -> float:
        return worth(attempt.evaluation, self.error_penalty, self.note_penalty)


def _sigmoid(value: float) -> float:
    """Of any size, without an overflow."""
    return (1 + math.tanh(value / 2)) / 2
