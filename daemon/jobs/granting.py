"""Slots of models for workers: whoever is granted one hears of it, with an engine that listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field

from synthd.daemon.jobs.leases import Call, Leases, Model
from synthd.daemon.jobs.live import Live
from synthd.daemon.jobs.messages import Acquire, Granted, Refused, Release, Settled
from synthd.daemon.jobs.ports import Engines, NoEngine, Where

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Borrower:
    """One attempt of a job, from when it is settled until its worker is gone."""

    live: Live
    settled: Settled
    where: dict[int, Where] = field(default_factory=dict)  # by lease
    held: set[int] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def model(self) -> Model:
        return Model(self.settled.endpoint, self.settled.model)

    def call(self, lease: int) -> Call:
        record = self.live.record
        return Call(self.model, record.id, lease, record.client, record.priority)


class Granting:
    def __init__(self, engines: Engines) -> None:
        self.leases = Leases()
        self._engines = engines
        self._borrowers: dict[str, Borrower] = {}
        self._looking: set[asyncio.Task[None]] = set()

    def settle(self, live: Live, settled: Settled) -> None:
        borrower = self._borrowers[live.id] = Borrower(live, settled)
        self._deliver(self.leases.limit(borrower.model, max(1, settled.slots)))

    def acquire(self, live: Live, message: Acquire) -> None:
        borrower = self._borrowers.get(live.id)
        if borrower is None:
            _say(live, Refused(lease=message.lease, why="nothing is settled yet"))
            return
        try:
            self._deliver(self.leases.ask(borrower.call(message.lease)))
        except ValueError as error:
            _say(live, Refused(lease=message.lease, why=str(error)))

    def release(self, live: Live, message: Release) -> None:
        borrower = self._borrowers.get(live.id)
        if borrower is None:
            return
        where = borrower.where.pop(message.lease, None)
        if message.broken and where is not None:
            weights = borrower.settled.weights
            self._look(self._engines.broke(weights, where, live.scrub(message.broken)))
        self._return(borrower, message.lease)

    async def drop(self, live: Live) -> None:
        """All of an attempt whose worker is gone."""
        borrower = self._borrowers.pop(live.id, None)
        if borrower is None:
            return
        for task in borrower.tasks:
            task.cancel()
        await asyncio.gather(*borrower.tasks, return_exceptions=True)
        for _ in borrower.held:
            self._used(borrower)
        self._deliver(self.leases.drop(live.id))

    async def close(self) -> None:
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)

    def _deliver(self, calls: Iterable[Call]) -> None:
        for call in calls:
            borrower = self._borrowers[call.job]
            borrower.held.add(call.lease)
            self._used(borrower)
            if not borrower.settled.weights:
                _say(borrower.live, Granted(lease=call.lease))
                continue
            task = asyncio.create_task(self._with_engine(borrower, call.lease))
            borrower.tasks.add(task)
            task.add_done_callback(borrower.tasks.discard)

    async def _with_engine(self, borrower: Borrower, lease: int) -> None:
        settled = borrower.settled
        try:
            where = await self._engines.ready(settled.weights, settled.model)
        except NoEngine as error:
            _say(borrower.live, Refused(lease=lease, why=str(error)))
            self._return(borrower, lease)
            return
        if lease in borrower.held:  # else it was given back meanwhile
            borrower.where[lease] = where
            _say(borrower.live, Granted(lease=lease, address=where.address, key=where.key))

    def _return(self, borrower: Borrower, lease: int) -> None:
        if lease in borrower.held:
            borrower.held.discard(lease)
            self._used(borrower)
        self._deliver(self.leases.release(borrower.model, borrower.live.id, lease))

    def _used(self, borrower: Borrower) -> None:
        if borrower.settled.weights:
            self._engines.used(borrower.settled.weights)

    def _look(self, work: Coroutine[object, object, None]) -> None:
        async def looked() -> None:
            try:
                await work
            except Exception:
                log.exception("looking after an engine failed")

        task = asyncio.create_task(looked())
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)


def _say(live: Live, message: Granted | Refused) -> None:
    if live.worker is not None:
        live.worker.send(message)
