"""What a run of Verus counts to, for the search."""

from __future__ import annotations

from synthd.synth.attempt import ProofCounts
from synthd.synth.proving.value import value
from synthd.synth.verifiers.verus.report import Diagnostic, Level, VerusReport

_SUMS_UP = ("aborting due to", "could not compile")

__all__ = ["counts", "errors", "score", "value"]


def errors(report: VerusReport) -> tuple[Diagnostic, ...]:
    """Those of the level `error`, without the message that only sums up."""
    return tuple(
        one
        for one in report.diagnostics
        if one.level is Level.ERROR and not one.message.startswith(_SUMS_UP)
    )


def counts(report: VerusReport) -> ProofCounts:
    notes = sum(one.level is Level.NOTE for one in report.diagnostics)
    return ProofCounts(report.verified, report.errors, len(errors(report)), notes)


def score(proof: ProofCounts) -> float:
    """Of an Evaluation: the value, where what is worth less than nothing is worth nothing."""
    return min(1.0, max(0.0, value(proof)))
