"""This daemon among others: the lock that it holds for life, and what the dead left behind."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from synthd.daemon.thin import locks
from synthd.daemon.thin.address import Files, files
from synthd.daemon.thin.build import SHORT

PATIENCE = 10.0  # seconds for the one before to end
PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Other:
    """A daemon that lives: who holds the lock of its build. pid is 0 until it has said."""

    files: Files
    pid: int
    build: str
    since: float


class Occupied(Exception):
    """Another daemon of this build lives. listening: and serves clients."""

    def __init__(self, other: Other | None, listening: bool) -> None:
        pid = other.pid if other and other.pid else "unknown"
        super().__init__(
            f"a daemon of this build runs already (pid {pid})"
            + ("" if listening else " and does not answer: synthd daemon restart --now")
        )
        self.listening = listening


def hold(found: Files, build: str, listens: Callable[[Files], bool]) -> locks.Lock:
    """Take the lock; one that is ending is waited for. Raises Occupied and OSError."""
    until = time.monotonic() + PATIENCE
    while (lock := locks.take(found.held)) is None:
        listening = listens(found)
        if listening or time.monotonic() > until:
            raise Occupied(look(found), listening)
        time.sleep(PAUSE)
    lock.note(json.dumps({"schema": 1, "pid": os.getpid(), "build": build, "since": time.time()}))
    return lock


def look(found: Files) -> Other | None:
    """Who holds that build's lock now."""
    if not locks.is_held(found.held):
        return None
    try:
        with open(found.held, encoding="ascii", errors="replace") as file:
            told = json.loads(file.read(4096))
        return Other(found, int(told["pid"]), str(told["build"]), float(told["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Other(found, 0, found.build, 0.0)


def living(folder: str) -> list[Other]:
    """Every daemon of this user that lives, of whatever build."""
    found = (look(files(folder, build)) for build in _builds(folder))
    return [other for other in found if other is not None]


def sweep(folder: str) -> None:
    """Remove what daemons of other builds left when they were killed."""
    for build in _builds(folder):
        dead = files(folder, build)
        lock = locks.take(dead.held)
        if lock is None:
            continue  # it lives
        remove_address(dead)
        lock.release(remove=True)


def remove_address(found: Files) -> None:
    for path in (found.socket, found.tcp):
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass


def _builds(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    stems = (name[:SHORT] for name in names if name.endswith(".lock") and len(name) == SHORT + 5)
    return sorted(stems)
