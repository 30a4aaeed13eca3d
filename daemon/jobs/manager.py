"""The jobs of one daemon: submitted, queued, run, watched, cancelled, resumed and exported.

What is answered is on disk. A job that is not over belongs to one daemon, which holds a lock while
it lives; the jobs of one that is gone are adopted (owners.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from synthd.daemon.jobs.errors import Needs, NoStore, NotNow, Secret, UnknownJob
from synthd.daemon.jobs.export import Export, export, trace_lines
from synthd.daemon.jobs.live import Live, view
from synthd.daemon.jobs.messages import Prune
from synthd.daemon.jobs.owners import Owner, anyone
from synthd.daemon.jobs.ports import Engines, Workers
from synthd.daemon.jobs.running import Running
from synthd.daemon.jobs.secrets import kept_environment, settings_with_secrets, withheld
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.store import rows
from synthd.daemon.jobs.store.rows import Record
from synthd.daemon.jobs.store.store import Store, open_store
from synthd.daemon.jobs.timing import Timing
from synthd.daemon.jobs.view import JobView, Update
from synthd.daemon.jobs.watch import Watching

log = logging.getLogger(__name__)

# Without vowels and look-alikes, as the names of traces: easy to read aloud.
LETTERS = "23456789bcdfghjkmnpqrstvwxz"
MOST_WAITING = 10_000
PAST = 50  # jobs that tell how long the next one will take


class Jobs:
    """See open_jobs."""

    def __init__(self, running: Running, owner: Owner, timing: Timing) -> None:
        self.store: Store = running.store
        self._running = running
        self._owner = owner
        self._timing = timing
        self._watching = Watching(self.store, running.watchers, self._watched)

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView:
        """On disk when this returns. Raises NoRoom, NotNow, Secret. environment: whole; only what
        may be kept of it is. client: between whom the queue is fair."""
        if len(self._running.live) >= MOST_WAITING:
            raise NotNow(f"{MOST_WAITING} jobs wait already: cancel some, or try again later")
        if names := settings_with_secrets(spec.settings):
            raise Secret(
                f"a job is kept on disk, and its setting {names[0]} has a credential in it: put "
                "that into your config file, or into the environment"
            )
        now = time.time()
        spec = spec.model_copy(update={"environment": kept_environment(environment)})
        record = Record(
            id="".join(secrets.choice(LETTERS) for _ in range(8)),
            client=client,
            created=now,
            changed=now,
            state=State.QUEUED,
            why="",
            wish="",
            priority=spec.priority,
            path=spec.path,
            workspace=spec.workspace or "",
            function=spec.function or "",
            owner=self._owner.id,
            attempt=0,
            spent=0.0,
            withheld=withheld(environment),
            settled=None,
            result=None,
        )
        # Not cancelled with whoever asks: what is on disk must also be in memory.
        await asyncio.shield(self._add(record, spec, environment))
        return await self.get(record.id)

    async def _add(self, record: Record, spec: Spec, environment: Mapping[str, str]) -> None:
        await self.store.write(lambda c: rows.insert(c, record, spec), job=record.id)
        self._running.add(Live.of(record, spec, environment))

    async def list(self, limit: int = 100, *, over: bool = True) -> tuple[JobView, ...]:
        """The latest, those first that are not over."""
        found = await self.store.read(lambda c: rows.listed(c, limit, over=over))
        ahead = self._running.queue.ahead()
        return tuple(self._shown(record, ahead) for record in found)

    async def get(self, id: str) -> JobView:
        """Raises UnknownJob."""
        record = await self._record(id)
        return self._shown(record, self._ahead(record))

    async def find(self, beginning: str) -> str:
        """The one id that begins so. Raises UnknownJob."""
        found = await self.store.read(lambda c: rows.like(c, beginning)) if beginning else []
        if beginning in found:
            return beginning
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownJob(f"{beginning} is the beginning of several jobs: {', '.join(found)}")
        raise UnknownJob(f"there is no job {beginning!r}; `synthd jobs list` shows them")

    def watch(
        self, id: str, seq: int = 0, voids: int | None = None, *, answers: bool = False
    ) -> AsyncGenerator[Update, None]:
        """From event seq on, until the job is over; last comes the Changed that says so. Raises
        UnknownJob. voids: `JobView.voids` when seq was told, for whoever watched before. answers:
        whoever watches answers its questions."""
        return self._watching.watch(id, seq, voids, answers=answers)

    def answer(self, id: str, number: int, value: str | None) -> bool:
        """Whether that question was still open. value: None where it stays so."""
        live = self._running.live.get(id)
        return live is not None and self._running.answer(live, number, value)

    def prune(self, id: str, node: str) -> bool:
        """Nothing more is made of the program of this node. False where its search does not run
        here and now."""
        live = self._running.live.get(id)
        if live is None or live.worker is None or live.halt is not None:
            return False
        live.worker.send(Prune(node=node))
        return True

    async def lines(self, id: str) -> tuple[str, ...]:
        """Its trace, as far as it is on disk. Raises UnknownJob."""
        await self._record(id)
        return await trace_lines(self.store, id)

    async def past(self, model: str, strategy: str) -> Sequence[float]:
        """How many seconds the latest finished jobs took that ran with these."""
        return await self.store.read(lambda c: rows.past(c, model, strategy, PAST))

    async def cancel(self, id: str) -> JobView:
        """Within two seconds nothing of it runs any more, and that is on disk; what is over stays
        as it is. Raises UnknownJob."""
        live = self._running.live.get(id)
        if live is None:
            await self.store.settle()
            await self._cancel_elsewhere(await self._record(id))
        else:
            await self._running.cancel(live)
        return await self.get(id)

    async def _cancel_elsewhere(self, record: Record) -> None:
        """A job that is over, or paused, or another daemon's."""
        id = record.id
        if record.state is State.PAUSED:
            now = time.time()
            await self.store.write(lambda c: rows.end(c, id, "cancelled", now), job=id)
            return
        if record.state.over:
            return
        await self.store.write(lambda c: rows.wish(c, id, "cancel"), job=id)
        await self._running.adopt()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timing.cancelling):
                async for _ in self.watch(id):
                    pass  # until it is over

    async def resume(self, id: str, environment: Mapping[str, str]) -> JobView:
        """A paused job is queued again; it takes from `environment` what was not kept of its own.
        Raises UnknownJob, NotNow, Needs, NoRoom."""
        await self.store.settle()
        record = await self._record(id)
        if record.state.over:
            raise NotNow(f"job {id} is {record.state}: submit it again")
        if record.state is State.PAUSED:
            await asyncio.shield(self._take(record, environment))
        return await self.get(id)

    async def _take(self, record: Record, environment: Mapping[str, str]) -> None:
        try:
            spec = await self.store.read(lambda c: rows.spec(c, record.id))
        except ValueError:
            raise NotNow(f"job {record.id} was made by a newer synthd: resume it there") from None
        whole = {**environment, **spec.environment}
        missing = Live.of(record, spec, whole).lacks(record.settled)
        if missing and record.settled is not None:
            names = " or ".join(missing)
            raise Needs(f"job {record.id} needs {names} from your environment, where it is not set")
        own = self._owner.id
        if await self.store.write(lambda c: rows.take(c, record.id, own), job=record.id):
            taken = await self.store.read(lambda c: rows.get(c, record.id))
            assert taken is not None  # it is queued, and only what is over can be deleted
            self._running.add(Live.of(taken, spec, whole))

    async def export(self, id: str) -> Export:
        """Raises UnknownJob."""
        return await export(self.store, await self.get(id))

    async def forget(self, id: str) -> bool:
        """Delete all of a job that is over: rows, trace and its folder. False where it is not."""
        if not await self.store.write(lambda c: rows.forget(c, id)):
            return False
        folder = self.store.path.parent / id
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return True

    def run_at_once(self, number: int) -> None:
        """What runs already is let be."""
        self._running.queue.at_once = max(1, number)
        self._running.pump()

    def drain(self) -> None:
        """What runs goes on; what is queued stays on disk, for the next daemon."""
        self._running.draining = True

    @property
    def running(self) -> tuple[JobView, ...]:
        """Those that this daemon runs or has queued: while there are any, it must not exit."""
        ahead = self._running.queue.ahead()
        own = self._running.live.values()
        told = (replace(live.record, events=live.events, voids=live.voids) for live in own)
        return tuple(self._shown(record, ahead) for record in told)

    def notes(self) -> tuple[str, ...]:
        """What the user should know, one sentence each: a full disk, a damaged store."""
        return tuple(self.store.notes())

    async def _record(self, id: str) -> Record:
        record = await self.store.read(lambda c: rows.get(c, id))
        if record is None:
            raise UnknownJob(f"there is no job {id}; `synthd jobs list` shows them")
        newer = self._running.unwritten(id) or record
        return replace(newer, events=record.events, voids=record.voids)

    def _shown(self, record: Record, ahead: Mapping[str, int]) -> JobView:
        live = self._running.live.get(record.id)
        # What is known of the events is what is on disk.
        now = live.record if live else self._running.unwritten(record.id) or record
        record = replace(now, events=record.events, voids=record.voids)
        here = record.owner == self._owner.id
        return view(record, live, here=here, ahead=ahead.get(record.id, 0))

    def _watched(self, record: Record) -> JobView:
        """As it is on disk, after its events; only why it stands still is said before."""
        newer = self._running.unwritten(record.id)
        if newer is not None and newer.state is State.PAUSED:
            record = replace(newer, events=record.events, voids=record.voids)
        live = self._running.live.get(record.id)
        here = record.owner == self._owner.id
        return view(record, live, here=here, ahead=self._ahead(record).get(record.id, 0))

    def _ahead(self, record: Record) -> Mapping[str, int]:
        return self._running.queue.ahead() if record.state is State.QUEUED else {}


@contextlib.asynccontextmanager
async def open_jobs(
    folder: Path,
    workers: Workers,
    engines: Engines,
    *,
    at_once: int,
    owner: str,
    limit: int = 0,
    timing: Timing | None = None,
) -> AsyncIterator[Jobs]:
    """Jobs of an earlier daemon that were not over go on. On leaving, workers are ended and their
    jobs wait for the next daemon. limit: bytes of the store at most, 0: no limit. Raises NoStore.
    """
    timing = timing or Timing()
    owners = folder / "owners"
    try:
        own = await asyncio.to_thread(_claim, owners, owner)
    except OSError as error:
        raise NoStore(f"{error.filename or owners}: {error.strerror or error}") from None
    running = Running(folder, workers, engines, at_once, own, timing)
    try:
        async with open_store(
            folder,
            limit=limit,
            shared=lambda: anyone(owners, own.id),
            written=running.written,
            trouble=running.trouble,
        ) as store:
            async with running.using(store):
                yield Jobs(running, own, timing)
    finally:
        own.close()


def _claim(folder: Path, name: str) -> Owner:
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Owner(folder, name)
