"""Never lose a verified function: AutoVerus' good repair (Yang et al., arXiv 2409.13082).

A repair that mends one function and breaks another that was proved is no step forward, whatever
its counts say.
"""

from __future__ import annotations

from synthd.synth.attempt import Attempt, Evaluation, Verdict
from synthd.synth.proving.findings import findings, verified


def lost(before: Evaluation, after: Evaluation) -> bool:
    """Whether something that was verified in `before` fails in `after`.

    By name, as the cases have it; where there are none, by the number of verified obligations.
    (Verus counts queries, so that number is no sure sign: a body with one loop less has fewer.)
    Nothing is lost by what was accepted, and only a proof has anything to lose.
    """
    if before.proof is None or after.verdict is Verdict.ACCEPTED:
        return False
    if before.cases or after.cases:
        failing = {finding.function for finding in findings(after)}
        return not failing.isdisjoint(verified(before))
    return after.proof is None or after.proof.verified < before.proof.verified


def loses(attempt: Attempt) -> bool:
    """Whether an attempt lost something that its parent had verified."""
    parent = attempt.candidate.parent
    return parent is not None and lost(parent.evaluation, attempt.evaluation)


def preferred(attempt: Attempt, best: Attempt) -> bool:
    """Whether an attempt takes the place of the best one so far: it ranks higher, and does not
    lack what an ancestor of its own, the best one, had verified."""
    if attempt.rank <= best.rank:
        return False
    descended = any(each is best for each in attempt.lineage())
    return not (descended and lost(best.evaluation, attempt.evaluation))
