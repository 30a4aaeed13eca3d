"""Where a watcher stands in a job's trace, so that it goes on there over another connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from synthd.daemon.client.errors import Lost
from synthd.daemon.client.jobs import Event, Job, Update, Voided, update_of

TRIES = 5  # connections in a row that brought nothing
PAUSE = 0.2  # seconds, and longer each time


@dataclass(slots=True)
class Place:
    id: str
    seq: int = 0
    voids: int | None = None
    done: bool = False
    in_vain: int = 0

    @property
    def request(self) -> dict[str, Any]:
        known = {} if self.voids is None else {"voids": self.voids}
        return {"id": self.id, "seq": self.seq, **known}

    def take(self, item: dict[str, Any]) -> Update | None:
        update = update_of(item)
        match update:
            case Event():
                self.in_vain = 0
                self.seq = update.seq + 1
            case Voided():
                self.seq, self.voids = update.seq, update.count
            case Job():
                self.id = update.id
                self.done = update.over
                if self.voids is None:
                    self.voids = int(update.told.get("voids", 0))
        return update

    def ended(self) -> None:
        """The stream said that this is all. Raises Lost where it is not."""
        if not self.done:
            raise Lost(f"the daemon stopped telling about job {self.id}")

    @property
    def pause(self) -> float:
        """Before the next connection."""
        self.in_vain += 1
        return PAUSE * self.in_vain
