"""The one thread that writes: what is asked of it goes to disk in order, several things at once.

A thing with `keep` is never lost while this process lives: where the disk is full it stays in
memory and is written as soon as there is room. All else fails at once where it cannot be written.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthd.daemon.jobs.errors import NoRoom
from synthd.daemon.jobs.store import failing
from synthd.daemon.jobs.store.turn import Turn

log = logging.getLogger(__name__)

# Events come by the dozen: a commit costs an fsync, and nobody sees 50 ms.
BATCH_SECONDS = 0.05
AGAIN_SECONDS = 1.0
Do = Callable[[sqlite3.Connection], Any]


@dataclass(slots=True, eq=False)
class Op:
    """job: whose watchers are told after it is on disk. now: it does not wait for others."""

    do: Do
    keep: bool = False
    now: bool = True
    job: str = ""
    future: Future[Any] = field(default_factory=Future)
    at: float = field(default_factory=time.monotonic)

    def answer(self, result: object, error: BaseException | None = None) -> None:
        if self.future.done():
            return  # whoever asked has left
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


@dataclass(slots=True)
class Tried:
    """What became of things. stuck: why what must be kept has to wait."""

    done: list[tuple[Op, object, BaseException | None]] = field(default_factory=list)
    owed: list[Op] = field(default_factory=list)
    refused: list[tuple[Op, sqlite3.Error]] = field(default_factory=list)
    stuck: sqlite3.Error | None = None

    def fail(self, ops: list[Op], error: sqlite3.Error) -> None:
        self.refused += [(op, error) for op in ops if not op.keep]
        kept = [op for op in ops if op.keep]
        if kept:
            self.owed += kept
            self.stuck = error


@dataclass(frozen=True, slots=True)
class Hearing:
    """Called in the writer's thread. written: jobs of which something new is on disk. trouble: why
    nothing can be written, or '' once that is over."""

    written: Callable[[set[str]], None] = lambda jobs: None
    trouble: Callable[[str], None] = lambda why: None


class Writer:
    def __init__(
        self, connection: sqlite3.Connection, folder: Path, limit: int, hearing: Hearing
    ) -> None:
        self.trouble = ""
        self._connection = connection
        self._folder = folder
        self._turn = Turn(folder)
        self._limit = limit
        self._hearing = hearing
        self._asked: deque[Op] = deque()
        self._owed: list[Op] = []  # what is kept in memory, before all that is asked later
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="synthd-store", daemon=True)
        self._thread.start()

    def put(self, op: Op) -> None:
        with self._wake:
            if self._closing:
                raise RuntimeError("the store is closed")
            self._asked.append(op)
            self._wake.notify()

    @property
    def waiting(self) -> int:
        return len(self._asked)

    @property
    def owed(self) -> int:
        """How many things are in memory alone, as the disk does not take them."""
        return len(self._owed)

    def close(self) -> None:
        """Write what there is, and end. Blocks."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._wait():
                self._write()
            self._write()
            for op in self._owed:
                op.answer(None, NoRoom(self.trouble or "the store was closed before"))
        except BaseException:
            log.exception("the store's writer has failed")
            raise
        finally:
            self._connection.close()
            self._turn.close()

    def _wait(self) -> bool:
        """Until there is something to write, or it is time to try again. False: to end."""
        with self._wake:
            while not self._closing:
                if any(op.now for op in self._asked):
                    return True
                left = AGAIN_SECONDS if self._owed else None
                if self._asked:
                    left = self._asked[0].at + BATCH_SECONDS - time.monotonic()
                if left is not None and left <= 0:
                    return True
                if not self._wake.wait(left) and self._owed:
                    return True
            return False

    def _write(self) -> None:
        with self._wake:
            asked = list(self._asked)
            self._asked.clear()
        ops, self._owed = [*self._owed, *asked], []
        if not ops:
            return
        tried = Tried()
        self._as_many(ops, tried)
        self._owed = tried.owed
        if tried.stuck is None:
            self._tell("")
        elif not failing.busy(tried.stuck):
            self._tell(self._sentence(tried.stuck))
        # Whoever hears an answer finds the trouble told, or gone.
        for op, result, problem in tried.done:
            op.answer(result, problem)
        for op, error in tried.refused:
            op.answer(None, NoRoom(self._sentence(error)))

    def _as_many(self, ops: list[Op], tried: Tried) -> None:
        """What does not fit may be one thing alone: so halve, until it is found."""
        try:
            answers = self._transaction(ops)
        except sqlite3.Error as error:
            if len(ops) == 1 or failing.hopeless(error):
                tried.fail(ops, error)
                return
            half = len(ops) // 2
            self._as_many(ops[:half], tried)
            if tried.stuck is None:
                self._as_many(ops[half:], tried)
            else:
                tried.fail(ops[half:], tried.stuck)  # in order, or not at all
            return
        self._hearing.written({op.job for op in ops if op.job})
        tried.done += [(op, *answer) for op, answer in zip(ops, answers, strict=True)]

    def _sentence(self, error: sqlite3.Error) -> str:
        return failing.sentence(error, self._folder, self._limit)

    def _transaction(self, ops: list[Op]) -> list[tuple[object, BaseException | None]]:
        """Their answers, once all of it is on disk. Raises sqlite3.Error; then none of it is."""
        connection = self._connection
        with self._turn.taken():
            try:
                connection.execute("BEGIN IMMEDIATE")
                answers = [self._one(op) for op in ops]
                connection.execute("COMMIT")
                return answers
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _one(self, op: Op) -> tuple[object, BaseException | None]:
        """A thing that fails by itself undoes itself alone."""
        connection = self._connection
        if op.future.cancelled() and not op.keep:
            return None, None
        connection.execute("SAVEPOINT op")
        try:
            result = op.do(connection)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and failing.general(error):
                raise
            connection.execute("ROLLBACK TO op")
            connection.execute("RELEASE op")
            if op.keep:
                log.exception("a change of the store was refused")
            return None, error
        connection.execute("RELEASE op")
        return result, None

    def _tell(self, why: str) -> None:
        if why != self.trouble:
            self.trouble = why
            self._hearing.trouble(why)
