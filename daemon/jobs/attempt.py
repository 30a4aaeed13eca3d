"""One attempt of a job: a worker from its start to its end, and everything that it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from synthd.daemon.jobs.granting import Granting
from synthd.daemon.jobs.live import Halt, Live
from synthd.daemon.jobs.messages import (
    Acquire,
    Asking,
    Cancel,
    Diverged,
    Ended,
    FromWorker,
    Gone,
    Happened,
    Progressed,
    Release,
    Settled,
    Start,
    Stopped,
)
from synthd.daemon.jobs.ports import NoWorker, Workers
from synthd.daemon.jobs.store import rows
from synthd.daemon.jobs.store.store import Store

MOST_WAITING = 1000
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Died:
    """It ended without a word about the job. new: whether it had said something new before."""

    words: str
    new: bool


@dataclass(frozen=True, slots=True)
class Lacks:
    """Its model may need variables that are gone."""

    names: tuple[str, ...]


Outcome = Ended | Stopped | Gone | Died | Lacks


@dataclass(frozen=True, slots=True)
class Attempts:
    """What every attempt needs. changed: a job's record is another; moved: its progress is; posed:
    its worker waits for an answer."""

    folder: Path
    workers: Workers
    granting: Granting
    store: Store
    changed: Callable[[Live], None]
    moved: Callable[[Live, Progressed], None]
    posed: Callable[[Live, Asking], None]

    async def run(self, live: Live) -> Outcome:
        """Nothing of it runs any more when this is left, however it is."""
        before = live.events
        try:
            async with self.workers.start(self._start(live)) as worker:
                live.worker = worker
                if live.halt is Halt.CANCEL:
                    worker.send(Cancel())
                async for message in worker.messages():
                    outcome = self._heard(live, message)
                    if self.store.waiting > MOST_WAITING:
                        await self.store.settle()  # it talks faster than the disk writes
                    if outcome is not None:
                        return outcome
            return Died(live.scrub(worker.last_words()), live.events > before)
        except NoWorker as error:
            return Died(live.scrub(str(error)), False)
        finally:
            live.worker = live.question = None
            live.record = replace(live.record, spent=live.spent)
            await self.granting.drop(live)

    def _start(self, live: Live) -> Start:
        record = live.record
        return Start(
            job=record.id,
            folder=str(self.folder / record.id),
            attempt=record.attempt,
            spec=live.spec,
            environment=live.environment,
            spent=record.spent,
            settings=record.settled.settings if record.settled else None,
        )

    def _heard(self, live: Live, message: FromWorker) -> Outcome | None:
        match message:
            case Settled():
                return self._settled(live, _clean(live, message))
            case Acquire():
                self.granting.acquire(live, message)
            case Release():
                self.granting.release(live, message)
            case Happened():
                return self._happened(live, message)
            case Diverged():
                self._diverged(live, message)
            case Progressed():
                live.progress = _clean(live, message)
                self.moved(live, live.progress)
            case Asking():
                live.question = _clean(live, message)
                self.posed(live, live.question)
            case Ended() | Stopped():
                return _clean(live, message)
            case Gone():
                return message
        return None

    def _settled(self, live: Live, settled: Settled) -> Outcome | None:
        lacking = live.lacks(settled)
        live.record = replace(live.record, settled=settled, function=settled.function)
        self.changed(live)
        if lacking:
            return Lacks(lacking)
        self.granting.settle(live, settled)
        return None

    def _happened(self, live: Live, message: Happened) -> Outcome | None:
        """What an earlier attempt has said already is on disk. A gap is a fault of the worker's."""
        if message.seq < live.events:
            return None
        if message.seq > live.events:
            told = f"it told event {message.seq} before event {live.events}"
            return Died(told, False)
        id, seq, line, spent = live.id, message.seq, live.scrub(message.line), live.spent
        live.events += 1
        self.store.keep(lambda c: rows.tell(c, id, seq, line, spent), job=id, now=False)
        return None

    def _diverged(self, live: Live, message: Diverged) -> None:
        if message.seq >= live.events:
            return  # nothing that was told before is void
        live.events = message.seq
        live.voids += 1
        id, void = live.id, rows.Void(live.voids, message.seq, live.scrub(message.why))
        self.store.keep(lambda c: rows.void(c, id, void), job=id, now=False)


def _clean(live: Live, message: M) -> M:
    """Without the values of the job's secrets."""
    text = message.model_dump_json(by_alias=True)
    clean = live.scrub(text)
    return message if clean == text else type(message).model_validate(json.loads(clean))
