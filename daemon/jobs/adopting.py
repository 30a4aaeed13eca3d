"""Jobs of daemons that are gone, and what other daemons of this user want of ours."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from dataclasses import replace
from functools import partial
from typing import Protocol

from synthd.daemon.jobs.errors import NoRoom
from synthd.daemon.jobs.live import Live
from synthd.daemon.jobs.owners import Owner
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.store import rows
from synthd.daemon.jobs.store.rows import Record
from synthd.daemon.jobs.store.store import Store
from synthd.daemon.jobs.timing import Timing
from synthd.daemon.jobs.watch import Watchers

log = logging.getLogger(__name__)


class Runs(Protocol):
    live: dict[str, Live]
    watchers: Watchers

    def add(self, live: Live) -> None: ...

    async def cancel(self, live: Live) -> None: ...


class Adopting:
    def __init__(self, store: Store, owner: Owner, timing: Timing, runs: Runs) -> None:
        self._store = store
        self._owner = owner
        self._timing = timing
        self._runs = runs
        self._stirred = asyncio.Event()
        self._version = 0
        self._cancelling: set[asyncio.Task[None]] = set()

    def stir(self) -> None:
        """There is something to look after now."""
        self._stirred.set()

    async def adopt(self) -> None:
        """Take the jobs of every owner that is dead, in the order in which they were submitted."""
        try:
            adopted: list[Record] = []
            for old in await self._store.read(rows.owners):
                if old != self._owner.id:
                    adopted += await self._store.write(partial(self._take, old=old))
        except NoRoom as error:
            log.warning("jobs of other daemons wait: %s", error)
        for record in sorted(adopted, key=lambda record: record.created):
            await self._revive(record)
        if adopted:
            await self._store.settle()

    def _take(self, connection: sqlite3.Connection, old: str) -> list[Record]:
        with self._owner.dead(old) as gone:
            return rows.adopt(connection, old, self._owner.id) if gone else []

    async def _revive(self, record: Record) -> None:
        """It goes on with what was kept of its environment, or says what it lacks."""
        if record.wish == "cancel":
            return self._put(record, State.CANCELLED, "cancelled")
        try:
            spec: Spec = await self._store.read(lambda c: rows.spec(c, record.id))
        except ValueError:
            return self._put(record, State.PAUSED, "it was made by a newer synthd: resume it there")
        live = Live.of(record, spec, spec.environment)
        lacking = live.lacks(record.settled) if record.settled else ()
        if lacking:
            why = (
                f"needs {' or '.join(lacking)} from your environment: run "
                f"`synthd jobs resume {record.id}` where it is set"
            )
            return self._put(record, State.PAUSED, why)
        self._put(record, State.QUEUED, "")
        live.record = replace(record, state=State.QUEUED, why="")
        self._runs.add(live)

    def _put(self, record: Record, state: State, why: str) -> None:
        changed = replace(record, state=state, why=why, changed=time.time())
        self._store.keep(lambda c: rows.update(c, changed), job=record.id, now=True)

    async def look_around(self) -> None:
        """For ever. Cheap where nothing runs and nobody watches."""
        looked = time.monotonic()
        try:
            while True:
                busy = bool(self._runs.live or self._runs.watchers.jobs)
                if not busy:
                    self._stirred.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stirred.wait(), self._timing.adopt)
                else:
                    await asyncio.sleep(self._timing.look)
                try:
                    await self._look()
                    if time.monotonic() - looked >= self._timing.adopt:
                        looked = time.monotonic()
                        await self.adopt()
                except Exception:
                    log.exception("looking at other daemons' jobs failed")
        finally:
            for task in self._cancelling:
                task.cancel()
            await asyncio.gather(*self._cancelling, return_exceptions=True)

    async def _look(self) -> None:
        """What was written since the last look: by us, or by the daemon of another build."""
        version = await self._store.read(_version)
        if version == self._version:
            return
        self._version = version
        self._runs.watchers.wake(self._runs.watchers.jobs - self._runs.live.keys())
        if self._runs.live:
            own = self._owner.id
            for id in await self._store.read(lambda c: rows.wishes(c, own)):
                live = self._runs.live.get(id)
                if live is not None and live.halt is None:
                    task = asyncio.create_task(self._runs.cancel(live))
                    self._cancelling.add(task)
                    task.add_done_callback(self._cancelling.discard)


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)
