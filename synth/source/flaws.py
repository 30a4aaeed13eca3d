"""What is wrong with the examples of one docstring, told by line, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.source.contradictions import contradictions
from synthd.synth.source.examples import Stated


class FlawKind(StrEnum):
    CONTRADICTION = "contradictory-examples"
    UNPARSED = "unreadable-example"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Lines count from 0. other: the line that a contradiction is with."""

    kind: FlawKind
    line: int
    message: str
    other: int | None = None


def flaws(stated: Stated, before: int = 0) -> tuple[Flaw, ...]:
    """before: lines of the text that the caller's lines do not count."""
    found = [
        Flaw(FlawKind.UNPARSED, one.line - 1 - before, f"This example is not used: {one.why}.")
        for one in stated.unparsed
    ]
    for one in contradictions(stated.checks):
        if one.first_line is None or one.second_line is None:
            continue
        first, second = one.first_line - 1 - before, one.second_line - 1 - before
        message = f"No function can do both: {one.call} is {one.second} here, {one.first} above."
        found.append(Flaw(FlawKind.CONTRADICTION, second, message, first))
    return tuple(sorted(found, key=lambda flaw: flaw.line))
