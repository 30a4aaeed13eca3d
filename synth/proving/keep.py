"""Never lose a verified function: AutoVerus' good repair (Yang et al., arXiv 2409.13082).

A repair that mends one function and breaks another that was proved is no step forward, whatever
its counts say.
"""

from __future__ import annotations

from synthd.synth.attempt import Attempt, Evaluation, Verdict


def lost(before: Evaluation, after: Evaluation) -> bool:
    """Whether `after` lacks something that was verified in `before`.

    By name where both have cases; where names are not to be had, by the number of verified
    obligations. Nothing is lost by what was accepted, and only a prover's evaluations have
    anything to lose.
    """
    if before.proof is None or after.verdict is Verdict.ACCEPTED:
        return False
    had = {case.id for case in before.cases if case.passed}
    if had and after.cases:
        return not had <= {case.id for case in after.cases if case.passed}
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
