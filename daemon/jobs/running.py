"""What runs: takes jobs from the queue, follows each to its end, and starts workers again."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from synthd.daemon.jobs.adopting import Adopting
from synthd.daemon.jobs.attempt import Attempts, Died, Lacks, Outcome
from synthd.daemon.jobs.errors import JobsError
from synthd.daemon.jobs.granting import Granting
from synthd.daemon.jobs.live import Halt, Live
from synthd.daemon.jobs.messages import (
    Answered,
    Asking,
    Cancel,
    Ended,
    Gone,
    Progressed,
    Stopped,
)
from synthd.daemon.jobs.owners import Owner
from synthd.daemon.jobs.ports import Engines, Workers
from synthd.daemon.jobs.queue import Queue
from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.store import rows
from synthd.daemon.jobs.store.rows import Record
from synthd.daemon.jobs.store.store import Store
from synthd.daemon.jobs.timing import Timing
from synthd.daemon.jobs.watch import Watchers

log = logging.getLogger(__name__)

# Leaving a worker's context takes a second at most; what takes longer is given up.
CLOSING = 10.0


class Running:
    """live: the jobs of this daemon that are queued or run."""

    store: Store

    def __init__(
        self,
        folder: Path,
        workers: Workers,
        engines: Engines,
        at_once: int,
        owner: Owner,
        timing: Timing,
    ) -> None:
        self.live: dict[str, Live] = {}
        self._unwritten: dict[str, Record] = {}
        self.queue = Queue(at_once)
        self.watchers = Watchers(self._silent)
        self.granting = Granting(engines)
        self._folder = folder
        self._workers = workers
        self._owner = owner
        self._timing = timing
        self._closing = False
        self.draining = False  # what runs may end, nothing more begins

    @contextlib.asynccontextmanager
    async def using(self, store: Store) -> AsyncIterator[None]:
        self.store = store
        self._attempts = Attempts(
            self._folder,
            self._workers,
            self.granting,
            store,
            self._save,
            self._moved,
            self._posed,
        )
        self._adopting = Adopting(store, self._owner, self._timing, self)
        try:
            await self._adopting.adopt()
            around = asyncio.create_task(self._adopting.look_around())
            try:
                yield
            finally:
                around.cancel()
                await asyncio.gather(around, return_exceptions=True)
        finally:
            await asyncio.shield(self._close())

    def add(self, live: Live) -> None:
        """A job whose row says that it is queued, and this daemon's."""
        self.live[live.id] = live
        self.queue.add(live.entry)
        self._adopting.stir()
        self.pump()

    def pump(self) -> None:
        """Start what may start."""
        while not (self._closing or self.draining or self.store.trouble):
            entry = self.queue.take()
            if entry is None:
                return
            live = self.live[entry.job]
            live.task = asyncio.create_task(self._follow(live), name=f"job {live.id}")

    async def adopt(self) -> None:
        await self._adopting.adopt()

    async def cancel(self, live: Live) -> None:
        """Complete, and on disk where there is room."""
        self.halt(live, Halt.CANCEL)
        if live.task is None:
            self.queue.withdraw(live.id)
            self._end(live, State.CANCELLED, "cancelled")
        else:
            # Should this process die now, the next one must not run it again.
            id = live.id
            self.store.keep(lambda c: rows.wish(c, id, "cancel"), job=id, now=True)
            await asyncio.wait({live.task}, timeout=self._timing.cancelling)
        await self.store.settle()

    def halt(self, live: Live, why: Halt) -> None:
        if live.halt is not None:
            return
        live.halt = why
        live.halted.set()
        if live.attempt is None:
            return
        if why is not Halt.CANCEL:
            live.attempt.cancel()
            return
        if live.worker is not None:
            live.worker.send(Cancel())
        asyncio.get_running_loop().call_later(self._timing.grace, live.attempt.cancel)

    def unwritten(self, id: str) -> Record | None:
        """How it stands, where that could not be written. Else only what is on disk is shown."""
        return self._unwritten.get(id) if self.store.trouble else None

    def written(self, jobs: set[str]) -> None:
        if not self.store.owed:
            for job in jobs:
                self._unwritten.pop(job, None)
        self.watchers.wake(jobs)

    def trouble(self, why: str) -> None:
        """Nothing can be written (why), or it can again ('')."""
        if why:
            log.warning("%s", why)
            for live in list(self.live.values()):
                if live.task is not None:
                    self.halt(live, Halt.TROUBLE)
        else:
            log.info("the store can be written again")
            self.pump()

    async def _follow(self, live: Live) -> None:
        """From its place in the queue to its end, or to where it waits for somebody."""
        try:
            await self._attempted(live)
        except JobsError as error:
            self._end(live, State.PAUSED, _resume(live, str(error)))
        except OSError as error:
            why = "the disk is full" if error.errno == errno.ENOSPC else f"{error}"
            self._end(live, State.PAUSED, _resume(live, f"{why}: see to that"))
        except Exception:
            log.exception("job %s", live.id)
            self._end(live, State.PAUSED, _resume(live, "the daemon made a mistake (see its log)"))
        finally:
            self.queue.free(live.id)
            self.pump()

    async def _attempted(self, live: Live) -> None:
        deaths = all_deaths = 0
        while True:
            outcome = await self._one(live)
            if outcome is None or (live.halt is not None and not isinstance(outcome, Ended)):
                return self._halted(live)
            if not isinstance(outcome, Died):
                return self._ended(live, outcome)
            deaths, all_deaths = (1 if outcome.new else deaths + 1), all_deaths + 1
            log.warning("job %s: its worker died (%s)", live.id, outcome.words)
            if deaths >= self._timing.deaths or all_deaths >= self._timing.all_deaths:
                times = deaths if deaths >= self._timing.deaths else all_deaths
                why = f"its worker died {times} times, the last time so: {outcome.words}"
                return self._end(live, State.PAUSED, _resume(live, why))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(live.halted.wait(), self._timing.backoff * 4 ** (deaths - 1))

    async def _one(self, live: Live) -> Outcome | None:
        """None where it was halted: nothing of it runs any more."""
        if live.halt is not None:
            return None
        live.record = replace(
            live.record, state=State.RUNNING, why="", attempt=live.record.attempt + 1
        )
        live.attempt = asyncio.create_task(self._begun(live))
        await asyncio.wait({live.attempt})
        attempt, live.attempt = live.attempt, None
        if attempt.cancelled():
            return None
        return attempt.result()

    async def _begun(self, live: Live) -> Outcome:
        record = replace(live.record, changed=time.time())
        await asyncio.to_thread(_folder, self._folder / live.id)
        await self.store.write(lambda c: rows.update(c, record), job=live.id)
        live.record = record
        return await self._attempts.run(live)

    def _ended(self, live: Live, outcome: Ended | Stopped | Gone | Lacks) -> None:
        match outcome:
            case Ended():
                if outcome.status == "error" and live.record.settled is None and live.lacks(None):
                    names = live.lacks(None)
                    why = f"{outcome.message} (perhaps it {_needs(names, live.id)})"
                    return self._end(live, State.PAUSED, why)
                live.record = replace(live.record, result=outcome)
                self._end(live, State.DONE, "")
            case Stopped():
                self._end(live, State.PAUSED, outcome.why)
            case Gone():
                self._end(live, State.PAUSED, _resume(live, "its worker left it"))
            case Lacks():
                self._end(live, State.PAUSED, _needs(outcome.names, live.id))

    def _halted(self, live: Live) -> None:
        match live.halt:
            case Halt.CANCEL:
                self._end(live, State.CANCELLED, "cancelled")
            case Halt.TROUBLE:
                self._end(live, State.PAUSED, _resume(live, self.store.trouble or "stopped"))
            case Halt.CLOSE | None:
                self._end(live, State.QUEUED, "the daemon was stopped; the next one goes on")

    def _end(self, live: Live, state: State, why: str) -> None:
        """It is no longer this daemon's to run."""
        live.record = replace(live.record, state=state, why=why, spent=live.spent)
        self.live.pop(live.id, None)
        self._save(live)

    def _save(self, live: Live) -> None:
        record = live.record = replace(live.record, changed=time.time())
        self._unwritten[live.id] = record
        self.store.keep(lambda c: rows.update(c, record), job=live.id, now=True)
        self.watchers.wake({live.id})

    def _moved(self, live: Live, progress: Progressed) -> None:
        self.watchers.moved(live.id, progress)

    def _posed(self, live: Live, question: Asking) -> None:
        """Where nobody can be asked, the search goes on at once."""
        if self.watchers.answering(live.id):
            self.watchers.posed(live.id, question)
        else:
            self.answer(live, question.number, None)

    def _silent(self, job: str) -> None:
        live = self.live.get(job)
        if live is not None and live.question is not None:
            self.answer(live, live.question.number, None)

    def answer(self, live: Live, number: int, value: str | None) -> bool:
        """Whether that was the question. None: it stays open."""
        if live.question is None or live.question.number != number or live.worker is None:
            return False
        live.question = None
        live.worker.send(Answered(number=number, value=value))
        return True

    async def _close(self) -> None:
        self._closing = True
        followed = [live.task for live in self.live.values() if live.task is not None]
        for live in list(self.live.values()):
            self.halt(live, Halt.CLOSE)
        if followed:
            await asyncio.wait(followed, timeout=CLOSING)
        await self.granting.close()
        await self.store.settle()


def _folder(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _needs(names: tuple[str, ...], id: str) -> str:
    return (
        f"needs {' or '.join(names)} from your environment: run `synthd jobs resume {id}` "
        "where it is set"
    )


def _resume(live: Live, why: str) -> str:
    return f"{why}, then `synthd jobs resume {live.id}`"
