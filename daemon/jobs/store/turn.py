"""Whose turn it is to write: one daemon at a time, with the checkpoint that a commit may bring.

SQLite orders writers itself. But up to 3.51.2 a checkpoint beside another connection's commit can,
rarely, damage the file (its "WAL-reset bug", fixed in 3.51.3), and two builds' daemons share one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from synthd.daemon.jobs.errors import NoStore

NAME = "writing.lock"
PATIENCE = 10.0
LOOK = 0.005


class Turn:
    """Raises NoStore."""

    def __init__(self, folder: Path) -> None:
        path = folder / NAME
        try:
            self._held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise NoStore(f"{path}: {error.strerror or error}") from None

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Raises sqlite3.OperationalError, as where the file itself stays locked."""
        deadline = time.monotonic() + PATIENCE
        while not self._tried():
            if time.monotonic() > deadline:
                raise _busy()
            time.sleep(LOOK)
        try:
            yield
        finally:
            fcntl.flock(self._held, fcntl.LOCK_UN)

    def _tried(self) -> bool:
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        os.close(self._held)


def _busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("another daemon writes, and does not come to an end")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error
