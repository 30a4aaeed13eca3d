"""How daemons ended that did not end well, kept for whoever asks.

Each daemon holds the lock of a file for as long as it lives, and removes the file when it ends as
it should. So a file without a holder is a daemon that died without a word; what the interpreter
could still say, at a fault in a library's machine code, is in it.
"""

from __future__ import annotations

import faulthandler
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from synthd.daemon.service import faults
from synthd.daemon.thin import locks

KEPT = 20  # reports
LONGEST = 1 << 16  # bytes of one
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Crash:
    """when: seconds since the epoch, at which it was noticed. what: one line. detail: frames."""

    when: float
    pid: int
    build: str
    what: str
    detail: str = ""


class Marker:
    """This daemon lives. Its file gets what the interpreter says at a fault."""

    def __init__(self, folder: Path, build: str) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._build = build
        self._path = folder / f"{time.time_ns()}-{os.getpid()}.running"
        lock = locks.take(str(self._path))
        if lock is None:
            raise OSError(f"{self._path} is locked by another process")
        self._lock = lock
        about = {"schema": SCHEMA, "pid": os.getpid(), "build": build, "since": time.time()}
        self._file: IO[bytes] = self._path.open("r+b", buffering=0)
        self._file.write(json.dumps(about).encode() + b"\n")
        faulthandler.enable(self._file)

    def report(self, what: str, error: BaseException | None = None, *, detail: str = "") -> None:
        """Keep a report; never raises, for what it tells of is bad enough."""
        detail = faults.describe(error) if error else detail[: LONGEST // 2]
        crash = Crash(time.time(), os.getpid(), self._build, what, detail)
        try:
            _keep(self._folder, crash)
        except OSError:
            pass

    def close(self) -> None:
        """It ended as it should, or said why not."""
        faulthandler.disable()
        self._path.unlink(missing_ok=True)
        self._file.close()
        self._lock.release()


def collect(folder: Path) -> list[Crash]:
    """Make reports of daemons that died without a word since the last look."""
    found: list[Crash] = []
    for path in sorted(folder.glob("*.running")):
        lock = locks.take(str(path))
        if lock is None:
            continue  # it lives
        crash = _post_mortem(path)
        _keep(folder, crash)
        lock.release(remove=True)
        found.append(crash)
    return found


def last(folder: Path) -> Crash | None:
    """The latest of all, also where nobody has collected it yet."""
    found = [_read(path) for path in _reports(folder)[-1:]]
    found += [
        _post_mortem(path) for path in folder.glob("*.running") if not locks.is_held(str(path))
    ]
    return max((each for each in found if each), key=lambda crash: crash.when, default=None)


def _post_mortem(path: Path) -> Crash:
    with path.open("rb") as file:
        head, _, fault = file.read(LONGEST).partition(b"\n")
    try:
        about = json.loads(head)
        pid, build = int(about["pid"]), str(about["build"])
    except (ValueError, KeyError, TypeError):
        pid, build = 0, ""
    detail = fault.decode(errors="replace").strip()
    what = (
        detail.splitlines()[0]
        if detail
        else ("it died without a word: it was killed, memory ran out, or the machine went down")
    )
    return Crash(path.stat().st_mtime if detail else time.time(), pid, build, what, detail)


def _keep(folder: Path, crash: Crash) -> None:
    path = folder / f"{int(crash.when * 1e9)}-{crash.pid}.json"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        json.dump({"schema": SCHEMA, **asdict(crash)}, file)
    for old in _reports(folder)[:-KEPT]:
        old.unlink(missing_ok=True)


def _reports(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def _read(path: Path) -> Crash | None:
    try:
        told = json.loads(path.read_bytes()[:LONGEST])
        names = ("when", "pid", "build", "what", "detail")
        return Crash(**{name: told[name] for name in names})
    except (OSError, ValueError, KeyError, TypeError):
        return None
