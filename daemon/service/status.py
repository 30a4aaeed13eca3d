"""What the daemon says of itself: from memory, so that it answers while everything is busy.

What has to be looked up (sizes on disk, the sandbox's level) is looked up in the background, and
said as it was at the last look.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from synthd.daemon.service import crash
from synthd.daemon.service.calls import SCHEMA, Body
from synthd.daemon.service.crash import Crash
from synthd.daemon.service.guests import Guest, Guests
from synthd.daemon.service.instance import living
from synthd.daemon.service.lag import Lag
from synthd.daemon.service.setting import Folders, Setting

if TYPE_CHECKING:
    from synthd.daemon.jobs.view import JobView
    from synthd.daemon.service.home import Home
    from synthd.sandbox.level import Detection

STALE = 30.0  # seconds after which a look is worth repeating, when somebody asks
MOST_JOBS = 50


@dataclass(frozen=True, slots=True)
class Looked:
    """at: on the monotonic clock. others: pids of this user's other daemons."""

    at: float = -STALE
    cache_bytes: int | None = None
    state_bytes: int | None = None
    crash: Crash | None = None
    others: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class Status:
    setting: Setting
    guests: Guests
    home: Home
    ending: Callable[[], str]
    superseded: Callable[[], bool]
    lag: Lag
    began: float = field(default_factory=time.monotonic)
    sandbox: Detection | None = None
    _looked: Looked = field(init=False)
    _looking: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        # Whoever asks first is told, too; all else that takes a look at the disk can wait.
        self._looked = Looked(crash=crash.last(self.setting.folders.crashes))

    def now(self, asker: str) -> Body:
        """Never waits, reads nothing. asker: the client that is left out."""
        self._look_again()
        looked, sandbox = self._looked, self.sandbox
        return {
            "schema": SCHEMA,
            "pid": os.getpid(),
            "build": self.setting.build,
            "address": self.setting.listener.address,
            "log": str(self.setting.folders.log),
            "uptime_seconds": round(time.monotonic() - self.began, 3),
            "ending": self.ending(),
            "superseded": self.superseded(),
            "problem": self.home.problem,
            "notes": self.home.notes(),
            "clients": [_client(guest) for guest in self.guests.all() if guest.caller.id != asker],
            "clients_served": self.guests.served,
            "jobs": [_job(job) for job in self.home.running()[:MOST_JOBS]],
            "jobs_in_all": len(self.home.running()),
            "models": list(self.home.models()),
            "watching": self.home.watching(),
            "sandbox": str(sandbox.level) if sandbox else None,
            "sandbox_why": list(sandbox.reasons) if sandbox else [],
            "loop_lag_ms": round(1000 * self.lag.late.recent, 1),
            "loop_lag_worst_ms": round(1000 * self.lag.late.ever, 1),
            "loop_held_ms": round(1000 * self.lag.held.recent, 1),
            "sandbox_fix": sandbox.fix if sandbox else "",
            "cache_bytes": looked.cache_bytes,
            "state_bytes": looked.state_bytes,
            "last_crash": asdict(looked.crash) if looked.crash else None,
            "other_daemons": [{"pid": pid, "build": build} for pid, build in looked.others],
        }

    async def look(self) -> None:
        self._looked = await asyncio.to_thread(_look, self.setting.folders, self.setting.build)

    def _look_again(self) -> None:
        """For the next time that somebody asks."""
        idle = self._looking is None or self._looking.done()
        if idle and time.monotonic() - self._looked.at > STALE:
            self._looking = asyncio.create_task(self.look(), name="look at the disk")

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)


def _client(guest: Guest) -> Body:
    return {
        "name": guest.caller.name,
        "wants": guest.wants,
        "pid": guest.caller.pid,
        "cwd": guest.caller.cwd,
        "seconds": round(time.monotonic() - guest.since, 1),
    }


def _job(job: JobView) -> Body:
    progress = job.progress
    return {
        "id": job.id,
        "state": str(job.state),
        "why": job.why,
        "path": job.path,
        "function": job.function,
        "message": progress.message if progress else "",
        "fraction": progress.fraction if progress else None,
        "programs": progress.programs if progress else 0,
        "seconds": round(progress.seconds if progress else job.spent, 1),
        "ahead": job.ahead,
    }


def _look(folders: Folders, build: str) -> Looked:
    return Looked(
        at=time.monotonic(),
        cache_bytes=_size(user_cache_path("synthd")),
        state_bytes=_size(folders.state),
        crash=crash.last(folders.crashes),
        others=tuple(
            (other.pid, other.build)
            for other in living(str(folders.runtime))
            if other.build != build
        ),
    )


def _size(folder: Path) -> int:
    total, folders = 0, [str(folder)]
    while folders:
        entries: Sequence[os.DirEntry[str]] = ()
        try:
            with os.scandir(folders.pop()) as found:
                entries = list(found)
        except OSError:
            pass  # deleted meanwhile, or not there yet
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
            except OSError:
                pass
    return total
