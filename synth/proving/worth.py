"""What an attempt is worth to Treefinement, whether tests or a prover judged it."""

from __future__ import annotations

from synthd.synth.attempt import CaseOutcome, Evaluation, Verdict
from synthd.synth.proving.value import INVALID, value

_SAYS_NOTHING = (CaseOutcome.COMPILE_ERROR, CaseOutcome.NO_CODE, CaseOutcome.INFRA_ERROR)


def worth(evaluation: Evaluation, error_penalty: float, note_penalty: float) -> float:
    """At most 1; INVALID for what says nothing about how far it got, and for cheats."""
    if evaluation.proof is not None:
        return _of_proof(evaluation, error_penalty, note_penalty)
    return _of_cases(evaluation, error_penalty, note_penalty)


def _of_proof(evaluation: Evaluation, error_penalty: float, note_penalty: float) -> float:
    """The formula of `value`, where the verdict bears it out.

    Without an error but not accepted: vacuous, or nothing was decided. With errors an undecided
    one (a resource limit) is as far as its counts say.
    """
    proof = evaluation.proof
    if proof is None or evaluation.verdict is Verdict.FORBIDDEN:
        return INVALID
    if evaluation.verdict is Verdict.ACCEPTED:
        return 1.0
    return value(proof, error_penalty, note_penalty) if proof.errors else INVALID


def _of_cases(evaluation: Evaluation, error_penalty: float, note_penalty: float) -> float:
    """(passed - error_penalty·failing - note_penalty·raised) / checks."""
    outcomes = [case.outcome for case in evaluation.cases]
    if (
        evaluation.verdict in (Verdict.FORBIDDEN, Verdict.UNDECIDED)
        or evaluation.labels
        or all(outcome in _SAYS_NOTHING for outcome in outcomes)
    ):
        return INVALID
    failing = sum(outcome is not CaseOutcome.PASS for outcome in outcomes)
    raised = failing - outcomes.count(CaseOutcome.FAIL)
    passed = len(outcomes) - failing
    return (passed - error_penalty * failing - note_penalty * raised) / len(outcomes)
