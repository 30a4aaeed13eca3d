"""From a completion to the code of candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from synthd.synth.attempt import Extraction

# From a completion (and whether it was cut) to (code, extraction, note).
Read = Callable[[str, bool], tuple[str, Extraction, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One program of a completion. program: its text as it stands there, where that is known."""

    code: str
    extraction: Extraction
    note: str = ""
    program: str = ""


@runtime_checkable
class Several(Protocol):
    """What a Read can be besides: one that finds several programs in a completion."""

    def every(self, text: str, cut: bool, /) -> tuple[Reading, ...]:
        """At least one, in order."""
        ...


def readings(read: Read, text: str, cut: bool) -> tuple[Reading, ...]:
    """All that is read; one without code where there is none."""
    return read.every(text, cut) if isinstance(read, Several) else (Reading(*read(text, cut)),)
