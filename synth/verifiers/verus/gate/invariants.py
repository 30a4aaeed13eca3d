"""Where only what loops lack may be added: every other token of the body stays where it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from synthd.synth.rust import invariants
from synthd.synth.rust.invariants import Loop
from synthd.synth.verifiers.verus.gate.rules import Rule, Violation

_TERMINATION = "decreases"


def invariants_alone(original: str, changed: str, first_line: int) -> Iterator[Violation]:
    """Both: a body with its braces. first_line: that of the changed one in its file."""
    old, new = invariants.read(original), invariants.read(changed)

    def violation(at: int, token: str, message: str) -> Violation:
        line = first_line + changed.count("\n", 0, at)
        return Violation(Rule.INVARIANTS.value, token, line, message)

    for one, other in zip_longest(old.rest, new.rest):
        if one is None or other is None or one.text != other.text:
            wanted = f"`{one.text}`" if one else "nothing"
            message = f"only clauses of loops may be added: the function has {wanted} here"
            at = other.start if other else len(changed)
            yield violation(at, other.text if other else "}", message)
            return
    for loop, found in zip(old.loops, new.loops, strict=True):
        lost = _lost(loop, found)
        if lost:
            message = "what the loop has stays: clauses may only be added"
            yield violation(found.word, lost, message)


def _lost(loop: Loop, found: Loop) -> str:
    """The first expression that is there no more; a measure may not get a second part either."""
    for clause in loop.clauses:
        kept = found.expressions(clause.word)
        for expression in clause.expressions:
            if expression not in kept:
                return " ".join(expression)
        if clause.word == _TERMINATION and kept != clause.expressions:
            return _TERMINATION
    return ""
