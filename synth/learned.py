"""The learned verifier that some papers rank with: an estimate, never a verdict.

synth/verifiers/estimating.py puts one beside the verifier that runs programs. A strategy with a
true attribute `estimates` cannot do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from synthd.synth.attempt import Candidate
from synthd.synth.problem import Problem
from synthd.synth.run import Run
from synthd.synth.unmet import Unmet


@runtime_checkable
class Estimator(Protocol):
    """What a verifier can be besides: one that was trained to foresee verdicts."""

    async def estimate(self, problem: Problem, candidate: Candidate) -> float:
        """The more, the likelier is the program right. For ranking alone."""
        ...


@dataclass(frozen=True, slots=True)
class Remembering:
    """What it says is evidence of the choice that follows."""

    inner: Estimator
    estimates: dict[str, float]

    async def estimate(self, problem: Problem, candidate: Candidate) -> float:
        value = await self.inner.estimate(problem, candidate)
        self.estimates[candidate.code] = value
        return value


def there(run: Run) -> bool:
    """Whether there is one, for whom it is no more than welcome."""
    return isinstance(run.verifier, Estimator)


def learned(run: Run) -> Estimator:
    """Raises Unmet where there is none: to be called before anything is spent."""
    if not isinstance(run.verifier, Estimator):
        raise Unmet("no learned verifier is configured: choose another way to select programs")
    return Remembering(run.verifier, run.evidence.estimates)
