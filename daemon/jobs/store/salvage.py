"""What can still be read of a damaged file: every job from both ends of the table, and of each
its events up to the first that is gone."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def salvage(damaged: Path, new: sqlite3.Connection) -> None:
    """Copy into `new`, which has the tables of this version. What cannot be read is left out."""
    try:
        old = sqlite3.connect(damaged, isolation_level=None)
    except sqlite3.Error:
        return
    with contextlib.closing(old), contextlib.suppress(sqlite3.Error):
        new.execute("BEGIN")
        for table in ("jobs", "certificates"):
            for order in ("ASC", "DESC"):
                _copy(old, new, table, f"ORDER BY rowid {order}")
        for (job,) in new.execute("SELECT id FROM jobs").fetchall():
            _copy(old, new, "specs", "WHERE job = ?", job)
            _copy(old, new, "events", "WHERE job = ? ORDER BY seq", job)
            _copy(old, new, "voids", "WHERE job = ? ORDER BY count", job)
            _without_gaps(new, job)
        # A job without its spec cannot be run, and tells nothing.
        new.execute("DELETE FROM jobs WHERE id NOT IN (SELECT job FROM specs)")
        new.execute("DELETE FROM events WHERE job NOT IN (SELECT id FROM jobs)")
        new.execute("COMMIT")


def _copy(
    old: sqlite3.Connection, new: sqlite3.Connection, table: str, which: str, *values: str
) -> None:
    columns = _columns(new, table)
    shared = [name for name in _columns(old, table) if name in columns]
    if not shared:
        return
    names, marks = ", ".join(shared), ", ".join("?" * len(shared))
    for row in _readable(old, f"SELECT {names} FROM {table} {which}", values):
        with contextlib.suppress(sqlite3.IntegrityError):
            new.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)


def _readable(
    old: sqlite3.Connection, statement: str, values: tuple[str, ...]
) -> Iterator[tuple[object, ...]]:
    try:
        cursor = old.execute(statement, values)
        while (row := cursor.fetchone()) is not None:
            yield row
    except (sqlite3.Error, UnicodeDecodeError):
        return  # the rest of it is damaged


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
    except sqlite3.Error:
        return []


def _without_gaps(new: sqlite3.Connection, job: str) -> None:
    for expected, (seq,) in enumerate(
        new.execute("SELECT seq FROM events WHERE job = ? ORDER BY seq", (job,)).fetchall()
    ):
        if seq != expected:
            new.execute("DELETE FROM events WHERE job = ? AND seq >= ?", (job, expected))
            return
