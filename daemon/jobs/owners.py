"""Who is alive: each daemon holds the lock of a file of its own, which the system lets go of when
its process ends, however it ends.

A job belongs to the daemon that runs it. Where that one's lock is free, the job is adopted, by one
statement that names the old owner: of two that try, one finds nothing left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


class Owner:
    """This daemon. id is never used twice."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises OSError."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.id, self._held = _claimed(folder, name)

    def close(self) -> None:
        """Whoever comes next may adopt what is left."""
        if self._held >= 0:
            _path(self._folder, self.id).unlink(missing_ok=True)
            os.close(self._held)
            self._held = -1

    @contextlib.contextmanager
    def dead(self, other: str) -> Iterator[bool]:
        """Whether the other one is gone; nobody else may find the same meanwhile."""
        if other == self.id:
            yield False
            return
        path = _path(self._folder, other)
        try:
            held = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            yield True
            return
        try:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
            path.unlink(missing_ok=True)
        finally:
            os.close(held)


def others(folder: Path, own: str = "") -> list[str]:
    """Owners that have a file: alive, or dead and not yet adopted."""
    return sorted(path.stem for path in folder.glob("*.lock") if path.stem != own)


def anyone(folder: Path, own: str = "") -> bool:
    """Whether another daemon lives."""
    return any(_locked(_path(folder, other)) for other in others(folder, own))


def _locked(path: Path) -> bool:
    try:
        held = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(held)


def _claimed(folder: Path, name: str) -> tuple[str, int]:
    """Somebody may take the new file for a dead one's before its lock is held, and delete it."""
    plain = "".join(each if each.isalnum() or each in "-_" else "-" for each in name)[:64]
    while True:
        id = f"{plain}-{secrets.token_hex(6)}"
        path = _path(folder, id)
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(path).st_ino == os.fstat(held).st_ino:
                return id, held
        os.close(held)


def _path(folder: Path, id: str) -> Path:
    return folder / f"{id}.lock"
