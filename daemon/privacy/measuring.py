"""How much there is in a place."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.privacy.places import Place

WAIT = 5.0


@dataclass(frozen=True, slots=True)
class Amount:
    """things: files, or rows where a place is a part of a database."""

    things: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Jobs in the database: how many are over, and how many not."""

    over: int = 0
    unfinished: int = 0


def amount(place: Place) -> Amount:
    if place.what == "certificates":
        with contextlib.suppress(sqlite3.Error):
            return certificates_in(place.where)
        return Amount()
    sizes: list[int] = []
    for root in place.paths:
        for path in files(root):
            with contextlib.suppress(OSError):  # it has just gone
                sizes.append(path.lstat().st_size)
    return Amount(len(sizes), sum(sizes))


def files(root: Path) -> Iterator[Path]:
    """Links are not followed."""
    if root.is_symlink() or root.is_file():
        yield root
    elif root.is_dir():
        with contextlib.suppress(OSError):
            for path in sorted(root.iterdir()):
                yield from files(path)
    elif root.exists():  # a socket
        yield root


def jobs_in(database: Path) -> Standing:
    """Raises sqlite3.Error."""
    rows = _rows(
        database,
        "SELECT COALESCE(SUM(state IN ('done', 'cancelled')), 0), COUNT(*) FROM jobs",
    )
    over, every = rows[0] if rows else (0, 0)
    return Standing(int(over), int(every) - int(over))


def certificates_in(database: Path) -> Amount:
    """Raises sqlite3.Error."""
    rows = _rows(database, "SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM certificates")
    return Amount(*map(int, rows[0])) if rows else Amount()


def _rows(database: Path, statement: str) -> list[tuple[int, int]]:
    """[] where there is none. Raises sqlite3.Error."""
    if not database.is_file():
        return []
    # Not mode=ro: a log without its index could not be read then.
    where = f"{database.absolute().as_uri()}?mode=rw"
    with contextlib.closing(sqlite3.connect(where, uri=True, timeout=WAIT)) as connection:
        return connection.execute(statement).fetchall()
