"""Workers as the daemon sees them: a process for each job, of which nothing is left at its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import ValidationError

from synthd.daemon.jobs.messages import FROM_WORKER, FromWorker, Start, ToWorker, line
from synthd.daemon.jobs.ports import NoWorker
from synthd.daemon.workers import family
from synthd.daemon.workers.words import Words
from synthd.sandbox.starting import started

LOG = logging.getLogger("synthd.workers")
COMMAND = (sys.executable, "-P", "-m", "synthd.daemon.workers")
# What an interpreter needs to start. The job's own environment comes over the pipe: one that is
# given here could be read in /proc, and may be of another session.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "SYSTEMROOT")
CHUNK = 1 << 18
LONGEST = 1 << 26  # a line that goes on for longer is nobody's
# What a killed worker had started has so many looks to be gone by itself, before it is killed, too.
LOOK = 0.03
LAST_WORDS = 0.5  # between its end and that of its pipes
LOOKS = 10


@dataclass(frozen=True, slots=True)
class Processes:
    """Starts workers. To be used in the thread of a loop that lives as long as the daemon: they die
    with that thread. command: a program that speaks as a worker does."""

    command: Sequence[str] = COMMAND

    @asynccontextmanager
    async def start(self, start: Start) -> AsyncIterator[WorkerProcess]:
        async with self.open(line(start)) as worker:
            yield worker

    @asynccontextmanager
    async def open(self, first: bytes) -> AsyncIterator[WorkerProcess]:
        """first: the line that tells it what it is for. Raises NoWorker."""
        worker = await self._started()
        try:
            worker.write(first)
            yield worker
        finally:
            await _in_any_case(asyncio.ensure_future(worker.end()))

    async def _started(self) -> WorkerProcess:
        try:
            process = await started(
                [*self.command, str(os.getpid())], environment=_environment(os.environ)
            )
        except OSError as error:
            raise NoWorker(
                f"no process can be started for the job: {error.strerror}; end some other "
                "processes, then resume it"
            ) from None
        return WorkerProcess(process)


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment[name] for name in PASSED_ON if name in environment}


@dataclass(slots=True)
class WorkerProcess:
    """A Worker."""

    _process: Process
    _words: Words = field(default_factory=Words)
    _listening: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self._listening = asyncio.create_task(self._overhear())

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: ToWorker) -> None:
        self.write(line(message))

    def write(self, said: bytes) -> None:
        """Never waits; one that is gone hears nothing."""
        stdin = self._process.stdin
        if stdin is not None and self._process.returncode is None and not stdin.is_closing():
            stdin.write(said)

    async def messages(self) -> AsyncIterator[FromWorker]:
        async for said in self.lines():
            try:
                yield FROM_WORKER.validate_json(said)
            except ValidationError:
                LOG.warning("worker %d said %d bytes that are no message", self.pid, len(said))
        # Whoever hears no more asks next how it ended.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await self._process.wait()
                await asyncio.shield(self._listening)

    def last_words(self) -> str:
        return self._words.last(self._process.returncode)

    async def end(self) -> None:
        """Kill it with all that it has started, and wait until that is gone."""
        members = await self._stopped()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        await _gone(members)
        self._listening.cancel()
        await asyncio.wait([self._listening])
        # First of all this: what it has started may hold its pipes, and be waited for with it.
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()
        await self._process.wait()

    async def _stopped(self) -> list[family.Member]:
        """What there is below it, which cannot become more."""
        if self._process.returncode is not None:
            return []
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, signal.SIGSTOP)
        return await asyncio.to_thread(family.below, self.pid)

    async def lines(self) -> AsyncIterator[bytes]:
        """Not by readline: a line may be longer than a StreamReader likes."""
        assert self._process.stdout is not None
        parts: deque[bytes] = deque()
        length = 0
        while chunk := await self._heard(self._process.stdout):
            *whole, rest = chunk.split(b"\n")
            for each in whole:
                yield b"".join([*parts, each])
                parts.clear()
                length = 0
            parts.append(rest)
            length += len(rest)
            if length > LONGEST:
                LOG.warning("worker %d said a line without an end, and is ended", self.pid)
                self._process.kill()
                return

    async def _heard(self, stdout: asyncio.StreamReader) -> bytes:
        """Nothing once it is gone, also where something that it started still holds the pipe."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    return await stdout.read(CHUNK)
            if self._process.returncode is not None:
                return b""

    async def _overhear(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(CHUNK):
            self._words.hear(chunk)


async def _in_any_case(ending: asyncio.Future[None]) -> None:
    """Also where whoever waits is cancelled meanwhile."""
    try:
        await asyncio.shield(ending)
    except asyncio.CancelledError:
        while not ending.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([ending])
        raise


async def _gone(members: Sequence[family.Member]) -> None:
    """Sandboxes end when nobody talks to them any more. What has not by the deadline is killed."""
    left = list(members)
    for look in range(2 * LOOKS):
        if not left:
            return
        if look >= LOOKS:
            await asyncio.to_thread(family.end, left)
        await asyncio.sleep(LOOK)
        left = await asyncio.to_thread(family.alive, left)
