"""A model that only takes its time, a verifier that does, and a problem for both.

Nothing here computes: what the processor does during such a search is orchestration.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard
from synthd.synth.problem import Example, Problem, Spec

TOKENS = 20  # of each completion, each heard by itself
CHECKS = 5
SLICES = 8  # of a call, between which others may have begun or ended


def problem(name: str = "p") -> Problem:
    head = "def f(x: int) -> int:"
    checks = tuple(Example(f"c{i}", f"f({i})", str(i * i), 3) for i in range(CHECKS))
    return Problem(
        name, "A number.", start=f'{head}\n    """A number."""', head=head, entry_point="f",
        spec=Spec(checks),
    )  # fmt: skip


@dataclass(slots=True)
class Timed:
    """Takes latency seconds for a call, up to spread of it more or less, by the call's seed.

    sharing: n calls at once get done n ** sharing times what one does; 1 is a machine that does
    not notice, 0.5 the embedded engine on two cores, where four together are twice as fast as one.
    """

    latency: float
    slots: int
    spread: float = 0.0
    sharing: float = 1.0
    name: str = "local/timed"
    endpoint: str = "nowhere"
    _running: int = 0

    def seconds(self, seed: int) -> float:
        """Of a call alone."""
        return self.latency * (1 + self.spread * (2 * Random(seed).random() - 1))

    async def _take(self, seconds: float) -> None:
        self._running += 1
        try:
            if self.sharing == 1:
                await asyncio.sleep(seconds)
                return
            for _ in range(SLICES):
                await asyncio.sleep(seconds / SLICES * self._running ** (1 - self.sharing))
        finally:
            self._running -= 1

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        await self._take(self.seconds(sampling.seed))
        text = self._answer(prompt[-1].content, sampling.seed)
        pieces = tuple(text.ljust(TOKENS))
        for piece in pieces:
            heard(piece)
        logprobs = tuple(-1.0 for _ in pieces) if sampling.logprobs else None
        text = "".join(pieces)
        return Completion(text, Finish.STOP, 200, len(pieces), logprobs=logprobs, pieces=pieces)

    def _answer(self, asked: str, seed: int) -> str:
        if "one call a line" in asked:
            return "f(7)\nf(9)"
        if "letter A or B" in asked:
            return "AB"[seed % 2]
        return f"{seed}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Says after some seconds what passes(problem, candidate) wants to be said."""

    seconds: float
    passes: Callable[[Problem, Candidate], bool]

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await asyncio.sleep(self.seconds)
        passed = CHECKS if self.passes(problem, candidate) else candidate.seed % CHECKS
        cases = tuple(
            Case(f"c{i}", outcome, f"f({i})", str(i * i), str(candidate.seed % 9))
            for i in range(CHECKS)
            for outcome in [CaseOutcome.PASS if i < passed else CaseOutcome.FAIL]
        )
        verdict = Verdict.ACCEPTED if passed == CHECKS else Verdict.REJECTED
        return Evaluation(verdict, passed / CHECKS, cases, seconds=self.seconds)

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        await asyncio.sleep(self.seconds)
        kind = str(candidate.seed % 5 == 0)
        return tuple(Observation(call, Happened.RETURNED, kind, kind) for call in calls)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text.strip(), Extraction.OK, ""
