"""What a trace holds: how a search began, what happened when, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.budget import Budget, Usage
from synthd.synth.events import Answered, Asked, Chose, Observed, Pruned, Tried, Tuned

SCHEMA = 1

# Every event but Heard: Answered has all the text.
Told = Asked | Tuned | Answered | Tried | Observed | Chose | Pruned
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class VisibleCheck:
    """A check that may steer the search. Others are in no trace."""

    id: str
    given: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """started: UTC, ISO 8601. target: as users name it, FILE::FUNCTION."""

    run: str
    started: str
    target: str
    problem: str
    statement_sha256: str
    checks: tuple[VisibleCheck, ...]
    strategy: str
    parameters: tuple[tuple[str, Scalar], ...]
    model: str
    endpoint: str
    identity: str
    seed: int
    budget: Budget
    synthd: str


@dataclass(frozen=True, slots=True)
class Entry:
    """at: seconds since the search began."""

    at: float
    event: Told


@dataclass(frozen=True, slots=True)
class End:
    """stop: why (synth/solve.py), or "failed", "interrupted". best: the node of the result;
    number: the how manieth program that is, as one name may come again in a later round.
    oracle: held-out tests decided when to stop (synth/oracle.py)."""

    at: float
    stop: str
    best: str
    chosen: bool
    accepted: bool
    usage: Usage
    message: str = ""
    number: int = 0
    oracle: bool = False


Record = Header | Entry | End


@dataclass(frozen=True, slots=True)
class Recorded:
    """A trace as it was read. end is None where the search was killed, or goes on.

    damaged: lines that are none of ours, besides a last one that was never finished.
    """

    header: Header
    entries: tuple[Entry, ...] = ()
    end: End | None = None
    damaged: int = 0
