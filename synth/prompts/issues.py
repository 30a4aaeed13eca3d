"""What is wrong with a program, in the fewest words: what SEIDR's questions are about."""

from __future__ import annotations

from synthd.synth import feedback
from synthd.synth.attempt import Attempt
from synthd.synth.prompts import verus


def issue(attempt: Attempt) -> str:
    """Its single worst check; of a proof its first error."""
    if attempt.evaluation.proof is None:
        return feedback.issue(attempt)
    return verus.told(attempt, "first-failing")
