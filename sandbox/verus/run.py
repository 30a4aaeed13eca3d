"""One run of Verus: what goes in and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    EXITED = "exited"
    SIGNALLED = "signalled"
    TIMEOUT = "timeout"
    OUTPUT = "output"  # it wrote more than it may, and was ended


JSON_FLAGS = ("--output-json", "--error-format=json")


@dataclass(frozen=True, slots=True)
class VerusLimits:
    """rlimit: the solver's resources for each function, as `--rlimit` has them (about seconds)."""

    wall_seconds: float = 60.0
    memory_bytes: int = 4 << 30
    output_bytes: int = 4 << 20  # each of the two streams
    rlimit: float = 30.0
    multiple_errors: int = 100
    threads: int = 1


@dataclass(frozen=True, slots=True)
class VerusRan:
    """What the process left. code: of its exit, or the number of the signal. asked: the flags that
    it was run with: without both of JSON's it says nothing that can be relied on."""

    ending: Ending
    code: int
    stdout: str
    stderr: str
    seconds: float
    isolation: str
    asked: tuple[str, ...] = JSON_FLAGS
