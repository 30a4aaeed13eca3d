"""Why a program is refuted, in one sentence for people."""

from __future__ import annotations

from collections.abc import Sequence

from synthd.synth.verifiers.verus.report import (
    Diagnostic,
    FunctionResult,
    Kind,
    Level,
    Status,
)

WORDS = {
    Kind.PRECONDITION: "a precondition does not hold",
    Kind.POSTCONDITION: "a postcondition does not hold",
    Kind.INVARIANT_ENTRY: "an invariant does not hold before its loop",
    Kind.INVARIANT_END: "an invariant is not kept by its loop",
    Kind.ASSERTION: "an assertion does not hold",
    Kind.OVERFLOW: "arithmetic may overflow",
    Kind.TERMINATION: "termination is not shown",
    Kind.MODE: "ghost and executable code are mixed up",
    Kind.BORROW: "the borrow checker objects",
    Kind.TYPE: "it does not type-check",
    Kind.SYNTAX: "it does not parse",
    Kind.RESOURCE_LIMIT: "the solver's resource limit was exceeded",
    Kind.UNSUPPORTED: "Verus does not support what it uses",
    Kind.OTHER: "Verus objects",
}


def refuted_because(diagnostics: Sequence[Diagnostic], functions: Sequence[FunctionResult]) -> str:
    errors = [one for one in diagnostics if one.level is Level.ERROR]
    decided = [one for one in errors if one.kind is not Kind.RESOURCE_LIMIT]
    if not decided:
        return "Verus objects"
    first = decided[0]
    ours = [place for place in first.places if place.ours]
    primary = next((place for place in ours if place.primary), ours[0] if ours else None)
    where = f" in {first.function}" if first.function else ""
    where += f" (line {primary.line})" if primary is not None else ""
    failed = sum(one.status is Status.FAILED for one in functions)
    more = len(decided) - 1
    rest = f", and {more} more error{'s' if more > 1 else ''}" if more else ""
    rest += f"; {failed} functions failed" if failed > 1 else ""
    said = "" if first.kind in _SELF_EVIDENT else f": {first.message.splitlines()[0][:200]}"
    return f"{WORDS[first.kind]}{where}{said}{rest}"


_SELF_EVIDENT = frozenset(
    {
        Kind.PRECONDITION,
        Kind.POSTCONDITION,
        Kind.INVARIANT_ENTRY,
        Kind.INVARIANT_END,
        Kind.ASSERTION,
    }
)
