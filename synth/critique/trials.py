"""Bodies that may satisfy a spec without doing what it means, and what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    CaseOutcome,
    Evaluation,
    Extraction,
    Verdict,
)
from synthd.synth.critique.opinion import Standing
from synthd.synth.critique.trivial import Triviality
from synthd.synth.ports import Verifier
from synthd.synth.problem import Problem

NOT_TRIVIAL = "not-trivial"


class Came(StrEnum):
    """What came of a trial. Only ADMITTED speaks against the spec by itself."""

    ADMITTED = "admitted"  # it is verified, and does what it does in a few tokens
    AS_TRIVIAL = "as-trivial"  # it is verified; the body in the file is no less trivial
    DETERMINED = "determined"  # it is verified, and no other result would be
    OWN = "own"  # it is the body that the file has
    NOT_TRIVIAL = "not-trivial"  # an attempt at the real thing; not verified
    REFUTED = "refuted"
    BROKEN = "broken"  # it does not compile, which says nothing of the spec
    FORBIDDEN = "forbidden"
    UNDECIDED = "undecided"
    NO_BODY = "no-body"

    @property
    def verified(self) -> bool:
        return self in (Came.ADMITTED, Came.AS_TRIVIAL, Came.DETERMINED, Came.OWN)


@dataclass(frozen=True, slots=True)
class Trial:
    """node: `stock.N` for bodies that are always tried, `exploit.N` for a model's answers."""

    node: str
    attempt: Attempt
    came: Came

    @property
    def body(self) -> str:
        return self.attempt.candidate.code


@dataclass(frozen=True, slots=True)
class OnlyTrivial:
    """A verifier that is asked about trivial bodies only: an honest program is no exploit."""

    inner: Verifier
    triviality: Triviality

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        lacks = self.triviality.lacks(candidate.code) if candidate.code.strip() else ""
        if lacks and not self.triviality.is_own(candidate.code):
            report = f"not a trivial body: {lacks}"
            return Evaluation(Verdict.REJECTED, 0.0, report=report, labels=(NOT_TRIVIAL,))
        return await self.inner.verify(problem, candidate)


def came(attempt: Attempt, triviality: Triviality, *, determined: bool) -> Came:
    """determined: the contract admits one result only."""
    evaluation, candidate = attempt.evaluation, attempt.candidate
    if candidate.extraction in (Extraction.NO_CODE, Extraction.UNUSABLE) or not candidate.code:
        return Came.NO_BODY
    if NOT_TRIVIAL in evaluation.labels:
        return Came.NOT_TRIVIAL
    if any(case.outcome is CaseOutcome.COMPILE_ERROR for case in evaluation.cases):
        return Came.BROKEN
    if evaluation.verdict is not Verdict.ACCEPTED:
        return _REFUSED[evaluation.verdict]
    if triviality.is_own(candidate.code):
        return Came.OWN
    if determined:
        return Came.DETERMINED
    return Came.AS_TRIVIAL if triviality.own_is_trivial else Came.ADMITTED


_REFUSED = {
    Verdict.REJECTED: Came.REFUTED,
    Verdict.FORBIDDEN: Came.FORBIDDEN,
    Verdict.UNDECIDED: Came.UNDECIDED,
}


def standing(trials: Sequence[Trial]) -> Standing:
    """SOUND needs a body that Verus decided about: without one nothing was looked at."""
    seen = Counter(trial.came for trial in trials)
    if seen[Came.ADMITTED]:
        return Standing.FAULTY
    if seen[Came.AS_TRIVIAL]:
        return Standing.UNDECIDED
    decided = (Came.REFUTED, Came.DETERMINED, Came.OWN)
    return Standing.SOUND if any(seen[each] for each in decided) else Standing.UNDECIDED


def overall(standings: Iterable[Standing]) -> Standing:
    """One finding is enough; what is undecided leaves the whole undecided."""
    seen = set(standings)
    return next((s for s in (Standing.FAULTY, Standing.UNDECIDED) if s in seen), Standing.SOUND)
