"""The daemon for programs with an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from synthd.daemon.client import finishing
from synthd.daemon.client.client import Jobs, Rows, connected
from synthd.daemon.client.errors import Lost, NoDaemon, SynthdError
from synthd.daemon.client.following import TRIES, Place
from synthd.daemon.client.jobs import Job, State, Update
from synthd.daemon.client.line import AsyncLine
from synthd.daemon.client.result import Result, result_of
from synthd.daemon.client.subject import Subject, subject
from synthd.daemon.client.telling import telling
from synthd.daemon.client.wanted import Options, Wanted, spec

CANCELLING = 5.0  # seconds for a cancel to be taken


class AsyncClient:
    """Use `async with`. As Client, awaited."""

    def __init__(self, *, start: bool = True, environment: Mapping[str, str] | None = None) -> None:
        self._start = start
        self._environment = environment
        self._line: AsyncLine | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        async with self._lock:
            await self._connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        async with self._lock:
            await self._hang_up()

    async def synthesize(
        self,
        given: Callable[..., Any] | str,
        *,
        function: str | None = None,
        progress: bool = True,
        **options: Unpack[Options],
    ) -> Result:
        """Submit, wait, and give the result. Cancelling the waiting cancels the job."""
        wanted = Wanted.of(options)
        about = await asyncio.to_thread(subject, given, function)
        job = await self.submit(about, wanted)
        result = await self._waited(job, about, progress=progress)
        return await self._finished(result, about, wanted)

    async def submit(
        self, about: Subject | Callable[..., Any] | str, wanted: Wanted | None = None
    ) -> Job:
        """A job that is on disk when this returns, and goes on without this process."""
        found = about if isinstance(about, Subject) else await asyncio.to_thread(subject, about)
        answer = await self.ask("jobs.submit", {"spec": spec(found, wanted or Wanted())})
        return Job.of(answer["job"])

    async def watch(self, id: str, *, seq: int = 0) -> AsyncGenerator[Update, None]:
        """As Client.watch; close it (contextlib.aclosing) where you leave it early."""
        place = Place(id, seq)
        while not place.done:
            try:
                async with (
                    self._another() as line,
                    aclosing(line.stream("jobs.watch", place.request)) as items,
                ):
                    async for item in items:
                        if (update := place.take(item)) is not None:
                            yield update
                place.ended()
            except (Lost, NoDaemon):
                if place.in_vain >= TRIES:
                    raise
                await asyncio.sleep(place.pause)

    async def wait(self, id: str) -> Job:
        """Until it is over, or stands still because it lacks something."""
        async with aclosing(self.watch(id)) as updates:
            async for update in updates:
                if isinstance(update, Job) and (update.over or update.state is State.PAUSED):
                    break
        return await self.show(id)

    async def list(self, limit: int = 100, *, over: bool = True) -> Jobs:
        answer = await self.ask("jobs.list", {"limit": limit, "over": over})
        return [Job.of(one) for one in answer["jobs"]]

    async def show(self, id: str) -> Job:
        return Job.of((await self.ask("jobs.show", {"id": id}))["job"])

    async def cancel(self, id: str) -> Job:
        return Job.of((await self.ask("jobs.cancel", {"id": id}))["job"])

    async def resume(self, id: str) -> Job:
        """With the keys and settings of this client, where its own are gone."""
        return Job.of((await self.ask("jobs.resume", {"id": id}))["job"])

    async def export(self, id: str) -> dict[str, Any]:
        """A reproducible item: head (what was asked and what came of it) and the trace's lines."""
        async with self._another() as line:
            items = [item async for item in line.stream("jobs.export", {"id": id})]
        return finishing.exported(items)

    async def status(self) -> dict[str, Any]:
        return await self.ask("daemon.status")

    async def certificates(self, path: str | os.PathLike[str] | None = None) -> Rows:
        """How what was verified stands now: of a file, or all."""
        body = {"path": str(Path(path))} if path is not None else {}
        answer = await self.ask("certificates.list", body)
        found: Rows = answer["certificates"]
        return found

    async def ask(self, do: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Any method of the daemon's control protocol. Raises Refused, Lost and NoDaemon."""
        async with self._lock:
            try:
                return await (await self._connect()).ask(do, body)
            except (Lost, asyncio.CancelledError):
                await self._hang_up()  # half an answer may be under way
                raise

    @contextlib.asynccontextmanager
    async def _another(self) -> AsyncGenerator[AsyncLine, None]:
        """A connection of its own. Raises NoDaemon."""
        line = await self._dialled()
        try:
            yield line
        finally:
            await line.close()

    async def _connect(self) -> AsyncLine:
        if self._line is not None and not self._line.alive:
            await self._hang_up()
        if self._line is None:
            self._line = await self._dialled()
        return self._line

    async def _hang_up(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            await line.close()

    async def _dialled(self) -> AsyncLine:
        dialling = asyncio.ensure_future(
            asyncio.to_thread(connected, start=self._start, environment=self._environment)
        )
        try:
            connection = await asyncio.shield(dialling)
        except asyncio.CancelledError:
            dialling.add_done_callback(_hang_up)
            raise
        return await AsyncLine.over(connection)

    async def _waited(self, job: Job, about: Subject, *, progress: bool) -> Result:
        told = telling(progress=progress)
        try:
            async with aclosing(self.watch(job.id)) as updates:
                async for update in updates:
                    told(update)
                    if isinstance(update, Job) and update.state is State.PAUSED:
                        break
        except BaseException:
            with contextlib.suppress(SynthdError, TimeoutError):
                async with asyncio.timeout(CANCELLING):
                    await self.cancel(job.id)
            raise
        finally:
            told.end()
        return result_of(await self.show(job.id), about)

    async def _finished(self, result: Result, about: Subject, wanted: Wanted) -> Result:
        if wanted.write and result.verified:
            await asyncio.to_thread(finishing.write, result, about)
            try:
                body = finishing.certified(result, about, wanted)
                await self.ask("certificates.record", body)
            except SynthdError as error:
                result.warnings.append(f"its certificate is not kept: {error}")
        return result


def _hang_up(dialling: asyncio.Future[socket.socket]) -> None:
    if not dialling.cancelled() and dialling.exception() is None:
        dialling.result().close()
