"""Deletes places, for good. Whoever calls has seen to it that no daemon uses them."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.jobs.store.opening import NAME as DATABASE
from synthd.daemon.privacy.measuring import Amount, amount, certificates_in
from synthd.daemon.privacy.places import Place

JOBS, CERTIFICATES, SCRATCH = "jobs", "certificates", "scratch"
_TABLES = {JOBS: ("jobs", "specs", "events", "voids"), CERTIFICATES: ("certificates",)}
# A sandbox that runs now has touched its folder since.
YOUNG = 3600.0


@dataclass(frozen=True, slots=True)
class Deleted:
    """what: the place. problem: why something of it is still there, "" where nothing is."""

    what: str
    amount: Amount
    problem: str = ""


def delete(wanted: Collection[Place], every: Collection[Place]) -> list[Deleted]:
    """every: all there is, for jobs and certificates are in one file."""
    names = {place.what for place in wanted}
    return [_delete(place, names, every) for place in wanted]


def _delete(place: Place, names: set[str], every: Collection[Place]) -> Deleted:
    before, problem = amount(place), ""
    try:
        if place.what in _TABLES:
            _from_database(place, names, every)
        else:
            for path in place.paths:
                if place.what != SCRATCH or _is_old(path):
                    remove(path)
    except (OSError, sqlite3.Error) as error:
        problem = str(error)
    left = amount(place)
    gone = Amount(max(0, before.things - left.things), max(0, before.bytes - left.bytes))
    return Deleted(place.what, gone, problem)


def remove(path: Path) -> None:
    """A link goes, and what it points to stays. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return time.time() - path.lstat().st_mtime > YOUNG
    return False


def _from_database(place: Place, names: set[str], every: Collection[Place]) -> None:
    """The whole folder, or only the tables of one, so that the other keeps its own."""
    by_name = {one.what: one for one in every}
    folder = by_name[JOBS].where
    other = next(name for name in _TABLES if name != place.what)
    if other in names or (place.what == JOBS and not certificates_in(folder / DATABASE).things):
        if folder.is_dir():
            shutil.rmtree(folder)
        return
    if place.what == JOBS:
        _all_but(folder, DATABASE)
    database = folder / DATABASE
    if database.is_file():
        _empty(database, _TABLES[place.what])


def _all_but(folder: Path, database: str) -> None:
    """Job folders, backups, what was set aside."""
    keep = {database, f"{database}-wal", f"{database}-shm", "store.lock"}
    with contextlib.suppress(FileNotFoundError):
        for entry in os.listdir(folder):
            if entry not in keep:
                remove(folder / entry)


def _empty(database: Path, tables: tuple[str, ...]) -> None:
    """Nothing of the rows is left in the file: it is written anew, and so is its log."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        for table in tables:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
