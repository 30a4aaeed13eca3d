"""What it says about a check that the candidate's process ended."""

from __future__ import annotations

from synthd.sandbox.checks import Outcome
from synthd.sandbox.limits import Limits
from synthd.sandbox.process import Gone


def outcome_of(gone: Gone, cpu_seconds: float, wall_seconds: float) -> tuple[Outcome, str]:
    if gone.how == "cpu":
        return Outcome.TIMEOUT, f"more than {cpu_seconds:g} s of CPU time"
    if gone.how == "wall":
        return Outcome.TIMEOUT, f"no answer within {wall_seconds:g} s"
    if gone.how == "signal":
        return Outcome.KILLED, gone.name
    if gone.how == "exit":
        return Outcome.RUNTIME_ERROR, f"exited with status {gone.code} before returning"
    if gone.how == "closed":
        return Outcome.RUNTIME_ERROR, "closed the channel to the judge"
    if gone.how == "garbage":
        return Outcome.RUNTIME_ERROR, "wrote into the channel to the judge"
    return Outcome.INFRA_ERROR, gone.name or "the sandbox ended unexpectedly"


def load_outcome(kind: str) -> Outcome:
    """Of a candidate whose module does not load, although the user's own does."""
    if kind == "compile":
        return Outcome.COMPILE_ERROR
    return Outcome.RESOURCE_LIMIT if kind == "memory" else Outcome.RUNTIME_ERROR


def may_be_our_fault(gone: Gone, limits: Limits) -> bool:
    """It waited, rather than computed: perhaps for a busy machine."""
    return gone.how == "wall" and gone.cpu < limits.cpu_seconds / 2
