"""What a daemon is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.service.crash import Marker
from synthd.daemon.service.listening import Listener


@dataclass(frozen=True, slots=True)
class Folders:
    """state: what lasts (jobs, logs, crash reports). runtime: sockets and locks."""

    state: Path
    runtime: Path
    log: Path

    @property
    def crashes(self) -> Path:
        return self.state / "crashes"

    @property
    def jobs(self) -> Path:
        return self.state / "jobs"


@dataclass(frozen=True, slots=True)
class Setting:
    build: str
    folders: Folders
    listener: Listener
    marker: Marker
