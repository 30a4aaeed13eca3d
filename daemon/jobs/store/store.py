"""The store as the event loop sees it: what is awaited here runs in threads of the store's own."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from synthd.daemon.jobs.store import opening
from synthd.daemon.jobs.store.opening import NAME, Opening
from synthd.daemon.jobs.store.writer import Hearing, Op, Writer

T = TypeVar("T")
Written = Callable[[set[str]], None]
Troubled = Callable[[str], None]


class Store:
    def __init__(self, path: Path, writer: Writer, reader: sqlite3.Connection) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._aside = opening.set_aside(path)
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="synthd-store-reader")

    async def write(self, do: Callable[[sqlite3.Connection], T], *, job: str = "") -> T:
        """What it returns, once it is on disk. Raises NoRoom where it cannot be written, and
        whatever `do` raises, which then has changed nothing. It may be run more than once."""
        op = Op(do, job=job)
        self._writer.put(op)
        answer: T = await asyncio.wrap_future(op.future)
        return answer

    def keep(self, do: Callable[[sqlite3.Connection], object], *, job: str, now: bool) -> None:
        """On disk soon, and in order; where there is no room, as soon as there is some."""
        self._writer.put(Op(do, keep=True, now=now, job=job))

    async def settle(self) -> None:
        """Until all that was asked before was tried at least once."""
        op = Op(lambda connection: None)
        self._writer.put(op)
        with contextlib.suppress(Exception):
            await asyncio.wrap_future(op.future)

    async def read(self, do: Callable[[sqlite3.Connection], T]) -> T:
        """One consistent look at what is on disk."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._look, do)

    @property
    def trouble(self) -> str:
        """Why nothing can be written now, or ''."""
        return self._writer.trouble

    @property
    def waiting(self) -> int:
        """How many changes the writer has not looked at yet."""
        return self._writer.waiting

    @property
    def owed(self) -> int:
        return self._writer.owed

    def notes(self) -> list[str]:
        """What the user should know of it, one sentence each."""
        found = [f"{self.trouble} ({self.owed} changes are kept in memory)"] if self.trouble else []
        return found + [
            f"a damaged store of jobs was set aside as {path}; what could be read of it was kept "
            "(delete it when you need it no more)"
            for path in self._aside
        ]

    async def close(self) -> None:
        await asyncio.to_thread(self._writer.close)
        await asyncio.get_running_loop().run_in_executor(self._reading, self._reader.close)
        self._reading.shutdown(wait=False)

    def _look(self, do: Callable[[sqlite3.Connection], T]) -> T:
        self._reader.execute("BEGIN")
        try:
            return do(self._reader)
        finally:
            self._reader.execute("ROLLBACK")


@contextlib.asynccontextmanager
async def open_store(
    folder: Path,
    *,
    limit: int = 0,
    shared: Callable[[], bool] = lambda: False,
    written: Written = lambda jobs: None,
    trouble: Troubled = lambda why: None,
) -> AsyncIterator[Store]:
    """written, trouble: called in the loop. limit: bytes of the file at most. Raises NoStore."""
    loop = asyncio.get_running_loop()
    plan = Opening(folder / NAME, limit, shared=shared)

    def hearing() -> Hearing:
        def in_loop(call: Callable[[T], None], value: T) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone, and nobody listens
                loop.call_soon_threadsafe(call, value)

        return Hearing(lambda jobs: in_loop(written, jobs), lambda why: in_loop(trouble, why))

    def begin() -> Store:
        opening.prepare(plan)
        reader = opening.connect(plan)
        reader.execute("PRAGMA query_only = ON")
        return Store(plan.path, Writer(opening.connect(plan), folder, limit, hearing()), reader)

    store = await asyncio.to_thread(begin)
    try:
        yield store
    finally:
        await asyncio.shield(store.close())
