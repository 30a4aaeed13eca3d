"""A job that is this daemon's to run, as it is in memory: with its environment, which nothing
writes down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from synthd.daemon.jobs.messages import Asking, Progressed, Settled
from synthd.daemon.jobs.ports import Worker
from synthd.daemon.jobs.queue import Entry
from synthd.daemon.jobs.secrets import Scrub, needed
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.store.rows import Record
from synthd.daemon.jobs.view import JobView

if TYPE_CHECKING:
    from synthd.daemon.jobs.attempt import Outcome


class Halt(StrEnum):
    """Why its worker is ended before it says so itself."""

    CANCEL = "cancel"
    TROUBLE = "trouble"  # nothing can be written
    CLOSE = "close"  # the daemon ends


@dataclass(slots=True, eq=False)
class Live:
    """events, voids: what the worker has said, which may be more than what is on disk."""

    record: Record
    spec: Spec
    environment: Mapping[str, str] = field(repr=False)
    scrub: Scrub = field(repr=False)
    events: int = 0
    voids: int = 0
    progress: Progressed | None = None
    question: Asking | None = None  # that its worker waits with
    worker: Worker | None = None
    halt: Halt | None = None
    halted: asyncio.Event = field(default_factory=asyncio.Event)
    attempt: asyncio.Task[Outcome] | None = None
    task: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, record: Record, spec: Spec, environment: Mapping[str, str]) -> Live:
        scrub = Scrub.of(environment)
        return cls(record, spec, environment, scrub, events=record.events, voids=record.voids)

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def entry(self) -> Entry:
        return Entry(self.record.id, self.record.client, self.record.priority)

    def lacks(self, settled: Settled | None) -> tuple[str, ...]:
        """Variables that its model may need, and that are gone since whoever submitted it left."""
        names = needed(self.record.withheld, settled)
        return () if any(name in self.environment for name in names) else names

    @property
    def spent(self) -> float:
        """Seconds that it has searched, in all its attempts: the worker counts on from the last."""
        return max(self.record.spent, self.progress.seconds if self.progress else 0.0)


def view(record: Record, live: Live | None = None, *, here: bool, ahead: int = 0) -> JobView:
    return JobView(
        id=record.id,
        client=record.client,
        state=record.state,
        why=record.why,
        priority=record.priority,
        path=record.path,
        workspace=record.workspace,
        function=record.function,
        created=record.created,
        changed=record.changed,
        spent=live.spent if live else record.spent,
        attempt=record.attempt,
        events=record.events,
        voids=record.voids,
        ahead=ahead,
        here=here,
        settled=record.settled,
        result=record.result,
        progress=live.progress if live else None,
    )
