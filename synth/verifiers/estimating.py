"""A verifier that can also estimate: whatever it decides, it decides as before.

Who asks for an estimate gets a number to rank by (synth/learned.py); no verdict, no score and no
report comes from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from synthd.synth import prompts
from synthd.synth.attempt import Candidate, Evaluation
from synthd.synth.observation import Observation
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Executor, Observer, Verifier, blind, question
from synthd.synth.problem import Problem
from synthd.synth.store import estimates
from synthd.synth.store.estimates import Estimates
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.scoring import Scorer

# An estimate depends in its last digits on what else was in its batch.
DIGITS = 4


def estimating(verifier: Verifier, scorer: Scorer | None) -> Verifier:
    """The same verifier where there is nothing to estimate with; an Observer stays one, an Oracle
    too, and no other becomes one."""
    if scorer is None:
        return verifier
    if isinstance(verifier, Oracle):
        return _EstimatingOracle(verifier, scorer)
    if isinstance(verifier, Observer):
        executor: Executor = verifier
        return _EstimatingObserver(executor, scorer)
    return _Estimating(verifier, scorer)


class _Estimating:
    def __init__(self, inner: Verifier, scorer: Scorer) -> None:
        self._inner, self._scorer = inner, scorer
        self.blind = blind(inner)
        if hasattr(inner, "calls"):
            self.calls = inner.calls

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        return await self._inner.verify(problem, candidate)

    async def estimate(self, problem: Problem, candidate: Candidate) -> float:
        """Of an answer without a program the least that there is. Raises Unmet."""
        if not candidate.code.strip():
            return -math.inf
        return round(await self._scorer.score(first_message(problem), candidate.code), DIGITS)


class _EstimatingObserver(_Estimating):
    def __init__(self, inner: Executor, scorer: Scorer) -> None:
        super().__init__(inner, scorer)
        self._observer: Observer = inner

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        return await self._observer.observe(problem, candidate, calls)


class _EstimatingOracle(_Estimating, Oracle):
    """An Oracle to whoever asks (synth/oracle.py)."""


def first_message(problem: Problem) -> str:
    """What a verifier is trained on: the first user's message of a search."""
    return question(prompts.draft(problem))


@dataclass(frozen=True, slots=True)
class KeptScorer:
    """Remembers what was said. inner: None where only what is kept may be used (a replay)."""

    verifier: str
    kept: Estimates
    inner: Scorer | None

    @property
    def identity(self) -> str:
        return self.verifier

    async def score(self, x: str, program: str) -> float:
        """Raises Unmet, and OSError where nothing can be kept."""
        name = estimates.key(self.verifier, x, program)
        known = self.kept.get(name)
        if known is not None:
            return known
        if self.inner is None:
            raise Unmet("a replay asks no model, and this program's estimate is not among the kept")
        value = await self.inner.score(x, program)
        self.kept.put(name, value)
        return value
