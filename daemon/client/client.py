"""The daemon for scripts and notebooks, blocking: plain sockets, so also inside a running loop."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Mapping
from threading import RLock
from types import TracebackType
from typing import Any, Self, Unpack

from synthd.daemon.client import finishing
from synthd.daemon.client.errors import Lost, NoDaemon, SynthdError
from synthd.daemon.client.following import TRIES, Place
from synthd.daemon.client.jobs import Job, State, Update
from synthd.daemon.client.line import Line
from synthd.daemon.client.result import Result, result_of
from synthd.daemon.client.subject import Subject, subject
from synthd.daemon.client.telling import telling
from synthd.daemon.client.wanted import Options, Wanted, spec
from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import Unreachable

Jobs = list[Job]
Rows = list[dict[str, Any]]


def connected(*, start: bool, environment: Mapping[str, str] | None) -> Any:
    """A socket to the daemon. Raises NoDaemon."""
    try:
        name = f"python {os.getpid()}"
        return dial("control", name=name, environment=environment, start=start).socket
    except Unreachable as error:
        raise NoDaemon(str(error)) from None


class Client:
    """Use `with`. start: the daemon is started where there is none. environment: the keys and
    settings of these jobs, if not those of this process. All methods raise SynthdError."""

    def __init__(self, *, start: bool = True, environment: Mapping[str, str] | None = None) -> None:
        self._start = start
        self._environment = environment
        self._line: Line | None = None
        self._lock = RLock()

    def __enter__(self) -> Self:
        with self._lock:
            self._connect()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            if self._line is not None:
                self._line.close()
                self._line = None

    # ---------------------------------------------------------------- jobs

    def synthesize(
        self,
        given: Callable[..., Any] | str,
        *,
        function: str | None = None,
        progress: bool = True,
        **options: Unpack[Options],
    ) -> Result:
        """Submit, wait, and give the result. What interrupts the waiting cancels the job."""
        wanted = Wanted.of(options)
        about = subject(given, function)
        job = self.submit(about, wanted)
        result = self._waited(job, about, progress=progress)
        return self._finished(result, about, wanted)

    def submit(
        self, about: Subject | Callable[..., Any] | str, wanted: Wanted | None = None
    ) -> Job:
        """A job that is on disk when this returns, and goes on without this process."""
        found = about if isinstance(about, Subject) else subject(about)
        return Job.of(self.ask("jobs.submit", {"spec": spec(found, wanted or Wanted())})["job"])

    def watch(self, id: str, *, seq: int = 0) -> Generator[Update, None, None]:
        """All that happened from the seq-th event on and happens, until the job is over; also
        where the daemon dies meanwhile and another one goes on with it."""
        place = Place(id, seq)
        while not place.done:
            try:
                with contextlib.closing(self._another()) as line:
                    for item in line.stream("jobs.watch", place.request):
                        if (update := place.take(item)) is not None:
                            yield update
                place.ended()
            except (Lost, NoDaemon):
                if place.in_vain >= TRIES:
                    raise
                time.sleep(place.pause)

    def wait(self, id: str) -> Job:
        """Until it is over, or stands still because it lacks something."""
        with contextlib.closing(self.watch(id)) as updates:
            for update in updates:
                if isinstance(update, Job) and (update.over or update.state is State.PAUSED):
                    break
        return self.show(id)

    def list(self, limit: int = 100, *, over: bool = True) -> Jobs:
        return [
            Job.of(one) for one in self.ask("jobs.list", {"limit": limit, "over": over})["jobs"]
        ]

    def show(self, id: str) -> Job:
        return Job.of(self.ask("jobs.show", {"id": id})["job"])

    def cancel(self, id: str) -> Job:
        return Job.of(self.ask("jobs.cancel", {"id": id})["job"])

    def resume(self, id: str) -> Job:
        """With the keys and settings of this client, where its own are gone."""
        return Job.of(self.ask("jobs.resume", {"id": id})["job"])

    def export(self, id: str) -> dict[str, Any]:
        """A reproducible item: head (what was asked and what came of it) and the trace's lines."""
        with contextlib.closing(self._another()) as line:
            return finishing.exported(line.stream("jobs.export", {"id": id}))

    def status(self) -> dict[str, Any]:
        return self.ask("daemon.status")

    def certificates(self, path: str | os.PathLike[str] | None = None) -> Rows:
        """How what was verified stands now: of a file, or all."""
        body = {"path": os.path.abspath(path)} if path is not None else {}
        found: Rows = self.ask("certificates.list", body)["certificates"]
        return found

    def ask(self, do: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Any method of the daemon's control protocol. Raises Refused, Lost and NoDaemon."""
        with self._lock:
            try:
                return self._connect().ask(do, body)
            except (Lost, KeyboardInterrupt):
                self.close()  # half an answer may be under way
                raise

    def _another(self) -> Line:
        """A connection of its own. Raises NoDaemon."""
        return Line(connected(start=self._start, environment=self._environment))

    def _connect(self) -> Line:
        if self._line is not None and not self._line.alive:
            self.close()
        if self._line is None:
            self._line = self._another()
        return self._line

    def _waited(self, job: Job, about: Subject, *, progress: bool) -> Result:
        told = telling(progress=progress)
        try:
            with contextlib.closing(self.watch(job.id)) as updates:
                for update in updates:
                    told(update)
                    if isinstance(update, Job) and update.state is State.PAUSED:
                        break
        except BaseException:
            with contextlib.suppress(SynthdError):
                self.cancel(job.id)
            raise
        finally:
            told.end()
        return result_of(self.show(job.id), about)

    def _finished(self, result: Result, about: Subject, wanted: Wanted) -> Result:
        if wanted.write and result.verified:
            finishing.write(result, about)
            try:
                self.ask("certificates.record", finishing.certified(result, about, wanted))
            except SynthdError as error:
                result.warnings.append(f"its certificate is not kept: {error}")
        return result
