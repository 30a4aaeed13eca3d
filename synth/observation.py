"""What a program does on an input, without a word on whether that is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Happened(StrEnum):
    RETURNED = "returned"
    RAISED = "raised"
    TIMEOUT = "timeout"
    DIED = "died"  # killed, out of memory, does not compile: nothing else will come of it
    INVALID = "invalid"  # the call is none: it fails before the program is reached
    UNKNOWN = "unknown"  # our or the environment's fault


@dataclass(frozen=True, slots=True)
class Observation:
    """text: the value in one canonical spelling, or the exception's type; shown: as it came."""

    call: str
    happened: Happened
    text: str = ""
    shown: str = ""
    seconds: float = 0.0

    @property
    def ran(self) -> bool:
        """Whether there is a value. Two failures do not agree with each other."""
        return self.happened is Happened.RETURNED

    @property
    def key(self) -> tuple[str, str]:
        """Equal where two programs did the same."""
        return (self.happened.value, self.text)
