"""Where a job stands. How it ended in the field's words is its result's status."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"  # it can go on, with what it has; `why` says what it waits for
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self in (State.DONE, State.CANCELLED)


class Priority(StrEnum):
    """Whose turn it is first. Batch waits for interactive, never the other way round."""

    INTERACTIVE = "interactive"
    BATCH = "batch"
