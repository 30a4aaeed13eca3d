"""When two final answers are the same: a port, and the simple half of what is behind it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from synthd.synth.answers import numbers
from synthd.synth.suites.questions import Kind


class Same(StrEnum):
    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"  # beyond the limits, or no answer can be read in it: never a pass


class Comparing(Protocol):
    async def same(self, gold: str, given: str) -> Same:
        """Whether the answer `given` is `gold`. Raises SandboxError where it cannot be told for
        reasons that are neither one's."""
        ...


class Numbers:
    """Equal numbers, however they are written (numbers.py)."""

    async def same(self, gold: str, given: str) -> Same:
        return Same.YES if numbers.same(gold, given) else Same.NO


def spelled(answer: str, kind: Kind) -> str:
    """The answer in the one spelling that is known without comparing."""
    value = numbers.value(answer) if kind is Kind.NUMBER else None
    return answer.strip() if value is None else numbers.spelled(value)
