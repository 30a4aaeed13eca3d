"""What SQLite's errors mean for whoever waits."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

_FULL = {sqlite3.SQLITE_FULL}
# ENOSPC where the index of the log grows, and EDQUOT everywhere, come as errors of input/output.
_IO = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM}
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
ROOM = 1 << 20


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def full(error: sqlite3.Error) -> bool:
    return _code(error) in _FULL


def busy(error: sqlite3.Error) -> bool:
    return _code(error) in _BUSY


def harmful(error: sqlite3.Error) -> bool:
    """The file is damaged."""
    return _code(error) in _DAMAGE


def hopeless(error: sqlite3.Error) -> bool:
    """It would fail with less, too."""
    return busy(error) or harmful(error)


def general(error: sqlite3.Error) -> bool:
    """About the file, and not about one statement: the whole transaction is undone."""
    return _code(error) in _FULL | _IO | _DAMAGE | _BUSY


def sentence(error: sqlite3.Error, folder: Path, limit: int = 0) -> str:
    """What is wrong and what to do about it."""
    if harmful(error):
        return (
            "the store of jobs is damaged: restart the daemon (`synthd daemon restart`), "
            "which sets it aside and keeps what can be read"
        )
    if busy(error):
        return "another process has locked the store of jobs; it is tried again"
    if full(error) or _no_room(folder):
        if limit and not _no_room(folder):
            return (
                f"the store of jobs has reached its limit of {limit / 1e6:.0f} MB: "
                "delete old jobs (`synthd privacy`)"
            )
        return f"the disk is full: there is no room for jobs in {folder}; make room"
    return f"the store of jobs in {folder} cannot be written ({error}); see to that"


def _no_room(folder: Path) -> bool:
    try:
        held = os.statvfs(folder)
    except OSError:
        return False
    return held.f_bavail * held.f_frsize < ROOM
