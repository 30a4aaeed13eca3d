"""What the daemon keeps, it keeps for a while: ended jobs, traces, logs and crash reports go when
they are older, or together bigger, than the user wants.

Never a job that is queued, running or paused, and never a certificate.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.store.store import Store
from synthd.daemon.settings import DaemonSettings

log = logging.getLogger(__name__)

DAY = 86400.0
MIB = 1 << 20
AT_START = 60.0  # seconds: starting comes first
# Whatever was written just now may still be written to.
YOUNG = 3600.0
_OVER = (State.DONE.value, State.CANCELLED.value)
_JOB_NAME = frozenset("23456789bcdfghjkmnpqrstvwxz")


class Keeping(Protocol):
    """Of the jobs' manager."""

    @property
    def store(self) -> Store: ...

    def forget(self, id: str) -> Awaitable[bool]: ...


@dataclass(frozen=True, slots=True)
class Aged:
    """Something that may go. when: of its last change."""

    name: str
    when: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Swept:
    jobs: int = 0
    files: int = 0


def outdated(things: Iterable[Aged], now: float, keep_days: float, keep_mb: int) -> list[str]:
    """Those that are too old, then the oldest until the rest is small enough. 0: no limit."""
    newest = sorted(things, key=lambda one: (one.when, one.name), reverse=True)
    gone: list[str] = []
    size = 0
    full = False
    for one in newest:
        size += one.bytes
        full = full or bool(keep_mb and size > keep_mb * MIB)
        if full or (keep_days and now - one.when > keep_days * DAY):
            gone.append(one.name)
    return gone


@dataclass(frozen=True, slots=True)
class Retention:
    """state: the folder of logs/, crashes/ and runs/."""

    jobs: Keeping
    state: Path
    settings: Callable[[], DaemonSettings]

    @contextlib.asynccontextmanager
    async def running(
        self, first: float = AT_START, every: float = DAY
    ) -> AsyncIterator[Retention]:
        """Sweeps in the background, soon after the start and then daily."""
        task = asyncio.create_task(self._repeat(first, every), name="retention")
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def sweep(self, now: float | None = None) -> Swept:
        """Raises JobsError where the store cannot be written."""
        now = time.time() if now is None else now
        wanted = self.settings()
        folder = self.jobs.store.path.parent
        folders = await asyncio.to_thread(_job_folders, folder)
        rows = await self.jobs.store.read(_jobs)
        ended = [
            Aged(id, changed, size + folders.get(id, (0, 0.0))[0])
            for id, state, changed, size in rows
            if state in _OVER and now - changed > YOUNG
        ]
        jobs = 0
        for id in outdated(ended, now, wanted.keep_days, wanted.keep_mb):
            jobs += await self.jobs.forget(id)
        known = {id for id, *_ in rows}
        # Of jobs that were deleted by halves. The folders were looked at before the rows, so that
        # one of a job that has just come is not among them.
        lost = [
            folder / id
            for id, (_, when) in folders.items()
            if id not in known and now - when > YOUNG
        ]
        files = await asyncio.to_thread(_sweep_files, self.state, lost, now, wanted)
        if jobs or files:
            log.info("retention: %d ended jobs and %d files are gone", jobs, files)
        return Swept(jobs, files)

    async def _repeat(self, first: float, every: float) -> None:
        await asyncio.sleep(first)
        while True:
            try:
                await self.sweep()
            except Exception:
                log.exception("retention failed; it is tried again tomorrow")
            await asyncio.sleep(every)


def _jobs(connection: sqlite3.Connection) -> list[tuple[str, str, float, int]]:
    return connection.execute(
        "SELECT id, state, changed, LENGTH(result) + LENGTH(settled)"
        " + COALESCE((SELECT LENGTH(body) FROM specs WHERE job = jobs.id), 0)"
        " + COALESCE((SELECT SUM(LENGTH(line)) FROM events WHERE job = jobs.id), 0) FROM jobs"
    ).fetchall()


def _job_folders(folder: Path) -> dict[str, tuple[int, float]]:
    """Bytes and time of each."""
    found = {}
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and set(entry.name) <= _JOB_NAME:
                files = _files(Path(entry.path))
                times = [entry.stat(follow_symlinks=False).st_mtime, *(one.when for one in files)]
                found[entry.name] = (sum(one.bytes for one in files), max(times))
    return found


def _files(folder: Path, pattern: str = "*") -> list[Aged]:
    found = []
    for path in folder.rglob(pattern):
        with contextlib.suppress(OSError):
            state = path.lstat()
            if not path.is_dir() or path.is_symlink():
                found.append(Aged(str(path), state.st_mtime, state.st_size))
    return found


def _sweep_files(state: Path, lost: list[Path], now: float, wanted: DaemonSettings) -> int:
    gone = 0
    for folder in lost:
        shutil.rmtree(folder, ignore_errors=True)
        gone += not folder.exists()
    for name, pattern in (("runs", "*.jsonl"), ("logs", "*.log*"), ("crashes", "*.json")):
        old = [one for one in _files(state / name, pattern) if now - one.when > YOUNG]
        for path in outdated(old, now, wanted.keep_days, wanted.keep_mb):
            with contextlib.suppress(OSError):
                os.unlink(path)
                gone += 1
    return gone
