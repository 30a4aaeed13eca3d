"""What strategies that learn from failures ask for, and which attempts teach them."""

from __future__ import annotations

from synthd.synth.attempt import Attempt, Verdict
from synthd.synth.ports import blind, tunes
from synthd.synth.run import Run
from synthd.synth.unmet import Unmet


def demand(run: Run, does: str) -> None:
    """does: to the weights, as "changes". Raises Unmet where the model gives none, and where
    nothing says what fails."""
    if not tunes(run.model):
        raise Unmet(
            f"this strategy {does} weights, and {run.model.name} gives none of its own: "
            "use a model hf/…, or another strategy"
        )
    if blind(run.verifier):
        raise Unmet(
            "this strategy learns from what failed, and nothing here says what does: "
            "give it visible checks, or in a benchmark oracle=true"
        )


def wrong(attempt: Attempt) -> bool:
    """Whether it is an answer with a program, and it was said to be wrong."""
    refused = attempt.evaluation.verdict in (Verdict.REJECTED, Verdict.FORBIDDEN)
    return refused and bool(attempt.candidate.code)
