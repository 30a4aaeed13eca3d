"""Writes a search into a private file while it runs: a line an event, at once and only appended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TextIO

from synthd.daemon.exits import BadInput
from synthd.daemon.traces.finding import SUFFIX, is_trace, newest
from synthd.synth.budget import Usage
from synthd.synth.events import Event, Heard, Tried
from synthd.synth.ports import Trace
from synthd.synth.run import Run
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import End, Entry, Header, Record

# Without vowels and look-alikes: never a word (`last` is one of ours), and easy to read aloud.
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
_LENGTH = 8

# The header of a run from its id and when it began.
Begin = Callable[[str, str], Header]


@dataclass(frozen=True, slots=True)
class Tracing:
    """keep: how many searches the folder holds at most. file: goes there instead."""

    folder: Path
    keep: int
    file: Path | None = None


class Sink(Protocol):
    """Takes a line at a time. Raises OSError."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Told:
    """Lines go to somebody, who keeps them. before: seconds of earlier attempts."""

    name: str
    to: Sink
    before: float = 0.0


@dataclass(slots=True)
class Log:
    """A Trace that writes. problem says why it stopped: a search is worth more than its trace."""

    name: str = ""  # how `synthd show` finds it
    problem: str = ""
    _file: Sink | None = None
    _run: Run | None = None
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)  # (node, code) → number
    _began: float = field(default_factory=time.monotonic)

    def beside(self, other: Trace) -> Trace:
        """Both get every event."""
        if self._file is None:
            return other

        def both(event: Event) -> None:
            self(event)
            other(event)

        return both

    def follow(self, run: Run) -> None:
        """What `end` will tell of."""
        self._run = run

    def __call__(self, event: Event) -> None:
        if isinstance(event, Tried):
            candidate = event.attempt.candidate
            self._numbers[candidate.node, candidate.code] = event.programs
        if not isinstance(event, Heard):
            self.write(Entry(self._now(), event))

    def end(self, stop: str, message: str = "", *, oracle: bool = False) -> None:
        best = self._run.best if self._run else None
        self.write(
            End(
                at=self._now(),
                stop=stop,
                best=best.candidate.node if best else "",
                chosen=self._run.chosen if self._run else False,
                accepted=best.accepted if best else False,
                usage=self._run.ledger.usage if self._run else Usage(),
                message=message,
                number=self._numbers.get((best.candidate.node, best.candidate.code), 0)
                if best
                else 0,
                oracle=oracle,
            )
        )
        self.close()

    def write(self, record: Record) -> None:
        if self._file is None:
            return
        try:
            self._file.write(line(record))
            self._file.flush()
        except OSError as error:
            self.problem = f"the rest of this search is not kept: {error.strerror}"
            self.close()

    def close(self) -> None:
        if self._file is not None:
            # What could not be flushed before cannot be now.
            with contextlib.suppress(OSError):
                self._file.close()
        self._file = None

    def _now(self) -> float:
        return round(time.monotonic() - self._began, 4)


@contextlib.contextmanager
def kept(tracing: Tracing | Told | None, begin: Begin) -> Iterator[Log]:
    """The log of one search. Raises BadInput where the user's own file cannot be used."""
    log = _open(tracing)
    try:
        log.write(begin(log.name, datetime.now(UTC).isoformat(timespec="seconds")))
        yield log
    except (asyncio.CancelledError, KeyboardInterrupt):
        log.end("interrupted")
        raise
    except BaseException as error:
        log.end("failed", str(error))
        raise
    finally:
        log.close()


def _open(tracing: Tracing | Told | None) -> Log:
    if tracing is None:
        return Log()
    if isinstance(tracing, Told):
        began = time.monotonic() - tracing.before
        return Log(tracing.name, _file=tracing.to, _began=began)
    if tracing.file is not None:
        return Log(str(tracing.file), _file=_users(tracing.file))
    if tracing.keep == 0:
        return Log()
    name = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    try:
        tracing.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        tracing.folder.chmod(0o700)
        file = _private(tracing.folder / f"{name}{SUFFIX}", os.O_EXCL)
        _prune(tracing)
    except OSError as error:
        return Log(problem=f"this search is not kept in {tracing.folder}: {error.strerror}")
    return Log(name, _file=file)


def _users(path: Path) -> TextIO:
    """The file of --trace. One that holds something else than a trace is not touched."""
    try:
        if path.is_file() and path.stat().st_size and not is_trace(path):
            raise BadInput(f"--trace {path}: it exists and is no trace; name another file")
        return _private(path, os.O_TRUNC)
    except OSError as error:
        raise BadInput(f"--trace {path}: {error.strerror}") from None


def _private(path: Path, flag: int) -> TextIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | flag
    return os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii", newline="\n")


def _prune(tracing: Tracing) -> None:
    for path in newest(tracing.folder)[tracing.keep :]:
        path.unlink(missing_ok=True)
