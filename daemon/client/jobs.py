"""Jobs and what happens to them, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from synthd.daemon.jobs.states import Priority, State

__all__ = ["Event", "Job", "Priority", "Progress", "State", "Update", "Voided", "update_of"]


@dataclass(frozen=True, slots=True)
class Progress:
    """The latest of a running job; not kept."""

    message: str = ""
    fraction: float | None = None
    programs: int = 0
    tokens: int = 0
    best: float = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Progress:
        return cls(**{one.name: told[one.name] for one in fields(cls) if one.name in told})


@dataclass(frozen=True, slots=True)
class Job:
    """How a job stands. status, grade, message: of its result, "" before. result: all of it, where
    the job was asked for by itself and is over. told: the daemon's whole answer."""

    id: str
    state: State
    why: str = ""
    path: str = ""
    function: str = ""
    priority: Priority = Priority.INTERACTIVE
    created: float = 0.0
    changed: float = 0.0
    spent_seconds: float = 0.0
    attempt: int = 0
    ahead: int = 0
    model: str = ""
    endpoint: str = ""
    strategy: str = ""
    status: str = ""
    grade: str = ""
    message: str = ""
    progress: Progress | None = None
    result: Mapping[str, Any] | None = field(default=None, repr=False)
    told: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def over(self) -> bool:
        return self.state.over

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Job:
        known = {one.name: told[one.name] for one in fields(cls) if one.name in told}
        known["state"] = State(told["state"])
        known["priority"] = Priority(told.get("priority", Priority.INTERACTIVE))
        moved = told.get("progress")
        known["progress"] = Progress.of(moved) if moved else None
        return cls(**{**known, "told": told})


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the job's trace; seq counts from 0 without gaps."""

    seq: int
    line: str

    @property
    def record(self) -> dict[str, Any]:
        read = json.loads(self.line)
        return read if isinstance(read, dict) else {}


@dataclass(frozen=True, slots=True)
class Voided:
    """Events from seq on no longer count; those that count instead follow."""

    seq: int
    why: str
    count: int


Update = Job | Event | Voided | Progress


def update_of(item: Mapping[str, Any]) -> Update | None:
    """None for what a newer daemon says."""
    match item.get("kind"):
        case "job":
            return Job.of(item["job"])
        case "event":
            return Event(int(item["seq"]), str(item["line"]))
        case "void":
            return Voided(int(item["seq"]), str(item["why"]), int(item["count"]))
        case "progress":
            return Progress.of(item["progress"])
    return None
