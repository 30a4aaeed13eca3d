"""What a prover's cases are about, told by their names.

A case that passes is named by its function. One that fails is an error: its number, the function
where that is known, the kind, and the line, with colons between (`3:Stack::push:overflow:line 12`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from synthd.synth.attempt import Case, CaseOutcome, Evaluation
from synthd.synth.verifiers.verus.report import Kind

_NAME = re.compile(r"\d+:(?:(?P<function>.+):)?(?P<kind>[a-z_]+)(?::line \d+)?")
_OUT_OF_MEANS = (CaseOutcome.TIMEOUT, CaseOutcome.RESOURCE_LIMIT)


@dataclass(frozen=True, slots=True)
class Finding:
    """function: "" where it is not known."""

    kind: Kind
    function: str = ""


def findings(evaluation: Evaluation) -> tuple[Finding, ...]:
    """Of every case that fails and says what it is about."""
    failing = (case for case in evaluation.cases if not case.passed)
    return tuple(found for case in failing if (found := _finding(case)) is not None)


def verified(evaluation: Evaluation) -> tuple[str, ...]:
    """The functions that are known to be verified."""
    return tuple(case.id for case in evaluation.cases if case.passed)


def _finding(case: Case) -> Finding | None:
    named = _NAME.fullmatch(case.id)
    if named is not None and named["kind"] in set(Kind):
        return Finding(Kind(named["kind"]), named["function"] or "")
    return Finding(Kind.RESOURCE_LIMIT) if case.outcome in _OUT_OF_MEANS else None
