"""Opens the file, whatever state it is in: checks it, backs it up before an upgrade, and sets a
damaged one aside.

A lock beside the file keeps two daemons that start at once from doing this both.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from synthd.daemon.jobs.errors import NewerStore, NoStore
from synthd.daemon.jobs.store.failing import harmful, sentence
from synthd.daemon.jobs.store.salvage import salvage
from synthd.daemon.jobs.store.schema import MIGRATIONS, migrate, version

NAME = "jobs.sqlite"
# Another daemon may be writing a batch or, rarely, upgrading the file.
PATIENCE = 10.0
BACKUPS = 2


@dataclass(frozen=True, slots=True)
class Opening:
    """limit: bytes that the file may have at most, 0 for no limit. shared: whether another daemon
    that is alive has the file open, too."""

    path: Path
    limit: int = 0
    steps: tuple[tuple[str, ...], ...] = MIGRATIONS
    shared: Callable[[], bool] = lambda: False


def connect(opening: Opening) -> sqlite3.Connection:
    connection = sqlite3.connect(
        opening.path, isolation_level=None, check_same_thread=False, timeout=PATIENCE
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # Source text that is deleted is to be gone.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA journal_size_limit = {16 << 20}")
        if opening.limit:
            (size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max(1, opening.limit // size)}")
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(opening: Opening) -> None:
    """Afterwards the file is there, whole, and of this version. Raises NoStore."""
    folder = opening.path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        with _alone(folder / "store.lock"):
            _finish_salvage(opening.path)
            _private(opening.path)
            if not _checked(opening):
                _set_aside(opening)
    except OSError as error:
        raise NoStore(f"{error.filename or folder}: {error.strerror or error}") from None
    except sqlite3.Error as error:
        raise NoStore(f"the store of jobs cannot be opened: {sentence(error, folder)}") from None


def set_aside(path: Path) -> list[Path]:
    """Damaged stores that were set aside and still lie there."""
    found = path.parent.glob(f"{path.name}.damaged-*")
    return sorted(each for each in found if not each.name.endswith(("-wal", "-shm")))


def _checked(opening: Opening) -> bool:
    """Whether the file is whole; then it is of this version. Raises NewerStore."""
    try:
        with contextlib.closing(connect(opening)) as connection:
            held, wanted = version(connection), len(opening.steps)
            if held > wanted:
                raise NewerStore(
                    f"{opening.path} was made by a newer synthd (schema {held}, this one reads "
                    f"{wanted}): update this synthd, or move the file away to begin anew"
                )
            new = held == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            check = "quick_check" if held == wanted else "integrity_check"
            if connection.execute(f"PRAGMA {check}(1)").fetchone() != ("ok",):
                return False
            if held < wanted:
                if not new:
                    _back_up(connection, opening.path, held)
                migrate(connection, opening.steps)
    except sqlite3.DatabaseError as error:
        if harmful(error):
            return False
        raise
    return True


def _back_up(connection: sqlite3.Connection, path: Path, held: int) -> None:
    target = path.with_name(f"{path.name}.backup-{held}-{_stamp()}")
    _private(target)
    try:
        with contextlib.closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    old = sorted(path.parent.glob(f"{path.name}.backup-*"), key=lambda each: each.stat().st_mtime)
    for each in old[:-BACKUPS]:
        each.unlink(missing_ok=True)


def _set_aside(opening: Opening) -> None:
    """The damaged file under another name, and a new one with what could be read of it."""
    path = opening.path
    if opening.shared():
        raise NoStore(
            f"{path} is damaged, and another synthd daemon uses it: stop that one "
            "(`synthd daemon stop`), then start again; what can be read is kept"
        )
    fresh = path.with_name(f"{path.name}.salvaging")
    for each in _family(fresh):
        each.unlink(missing_ok=True)
    _private(fresh)
    with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as new:
        migrate(new, opening.steps)
        salvage(path, new)
    done = path.with_name(f"{path.name}.salvaged")
    os.replace(fresh, done)
    aside = path.with_name(f"{path.name}.damaged-{_stamp()}")
    for each in _family(path):
        with contextlib.suppress(FileNotFoundError):
            os.rename(each, each.with_name(each.name.replace(path.name, aside.name, 1)))
    _finish_salvage(path)


def _finish_salvage(path: Path) -> None:
    """Also of a process that died between the two renames."""
    done = path.with_name(f"{path.name}.salvaged")
    if done.exists():
        if path.exists() and path.stat().st_size:
            done.unlink()  # it died before the first one: the damaged file is still there
        else:
            os.replace(done, path)


def _family(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]


def _private(path: Path) -> None:
    """SQLite gives its other files the same mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + 6 * PATIENCE  # a big file takes seconds to check
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise NoStore(
                        f"{path} is held by another synthd that checks the store of jobs; "
                        "try again when it is done"
                    ) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(held)
