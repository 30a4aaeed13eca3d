"""Workers as the daemon has them: real processes, and somebody who lends them the model's slots."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from synthd.daemon.jobs.messages import (
    Acquire,
    Ended,
    FromWorker,
    Gone,
    Granted,
    Happened,
    Refused,
    Release,
    Settled,
    Start,
    Stopped,
)
from synthd.daemon.jobs.ports import Engines, NoEngine, Worker
from synthd.daemon.jobs.spec import Options, Spec
from synthd.daemon.workers.process import Processes

STUB = '''def double(x):
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
    ...
'''
RIGHT = "```python\ndef double(x):\n    return x * 2\n```"
WRONG = "```python\ndef double(x):\n    return x * x\n```"


@dataclass
class Attempt:
    """Everything that one worker said."""

    said: list[FromWorker] = field(default_factory=list)
    pid: int = 0
    last_words: str = ""
    tree: set[psutil.Process] = field(default_factory=set)

    def of(self, kind):
        return [message for message in self.said if isinstance(message, kind)]

    @property
    def settled(self) -> Settled:
        (settled,) = self.of(Settled)
        return settled

    @property
    def end(self) -> Ended | Stopped | Gone | None:
        found = [m for m in self.said if isinstance(m, (Ended, Stopped, Gone))]
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def lines(self) -> list[str]:
        return [message.line for message in self.of(Happened)]


@dataclass
class Desk:
    """What the job manager does for a worker, and nothing else. slots: of the model."""

    folder: Path
    environment: dict[str, str]
    engines: Engines | None = None
    slots: int = 2
    workers: Processes = field(default_factory=Processes)
    refused: str = ""
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.slots)

    def order(self, text: str = STUB, name: str = "job", **given) -> Start:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        options = given.pop("options", Options())
        settings = given.pop("settings", {})
        work = self.folder / "project"
        work.mkdir(exist_ok=True)
        spec = Spec(
            path=str(work / "work.py"),
            text=text,
            function=given.pop("function", "double"),
            workspace=str(work),
            options=options,
            settings={"tested_seconds": 0.0, "strategy": "seidr", **settings},
            **{n: given.pop(n) for n in ("trusted", "offset") if n in given},
        )
        return Start(
            job=name,
            folder=str(folder),
            attempt=1,
            spec=spec,
            environment={**self.environment, **given.pop("environment", {})},
            **given,
        )

    async def run(
        self,
        start: Start,
        until: Callable[[Attempt], bool] = lambda _: False,
        act: Callable[[Worker, Attempt], object] = lambda worker, attempt: None,
        limit: float = 60.0,
    ) -> Attempt:
        """Serve a worker to its end. Where `until` holds for the first time, `act` on it."""
        attempt, acted = Attempt(), False
        async with asyncio.timeout(limit), self.workers.start(start) as worker:
            attempt.pid = worker.pid
            leases: dict[int, asyncio.Task[None]] = {}
            try:
                async for message in worker.messages():
                    attempt.said.append(message)
                    await self._serve(worker, attempt, message, leases)
                    if not acted and until(attempt):
                        acted = True
                        attempt.tree = family(attempt.pid)
                        act(worker, attempt)
            finally:
                for lease in leases.values():
                    lease.cancel()
                await asyncio.gather(*leases.values(), return_exceptions=True)
                attempt.last_words = worker.last_words()
        return attempt

    async def _serve(self, worker, attempt: Attempt, message: FromWorker, leases) -> None:
        if isinstance(message, Acquire):
            leases[message.lease] = asyncio.create_task(
                self._lend(worker, attempt.settled, message.lease)
            )
        if isinstance(message, Release):
            task = leases.pop(message.lease)
            task.cancel()
            where = (await asyncio.gather(task, return_exceptions=True))[0]
            if message.broken and self.engines and where and not isinstance(where, BaseException):
                await self.engines.broke(attempt.settled.weights, where, message.broken)

    async def _lend(self, worker: Worker, settled: Settled, lease: int):
        async with self._free:
            if self.refused:
                worker.send(Refused(lease=lease, why=self.refused))
                return None
            where = None
            if settled.weights:
                assert self.engines is not None
                try:
                    where = await self.engines.ready(settled.weights, settled.model)
                except NoEngine as error:
                    worker.send(Refused(lease=lease, why=str(error)))
                    return None
                self.engines.used(settled.weights)
                worker.send(Granted(lease=lease, address=where.address, key=where.key))
            else:
                worker.send(Granted(lease=lease))
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            return where


def family(pid: int) -> set[psutil.Process]:
    """A process, and all below it."""
    try:
        process = psutil.Process(pid)
        return {process, *process.children(recursive=True)}
    except psutil.Error:
        return set()


def gone(processes: Iterable[psutil.Process], limit: float = 3.0) -> bool:
    """Whether they end in time; which numbers are used again does not matter to psutil."""
    deadline = time.monotonic() + limit
    left = set(processes)
    while left and time.monotonic() < deadline:
        left = {each for each in left if runs(each)}
        time.sleep(0.02)
    return not left


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@pytest.fixture
def stub() -> str:
    return STUB


@pytest.fixture
def right() -> str:
    return RIGHT


@pytest.fixture
def wrong() -> str:
    return WRONG


@pytest.fixture
def all_gone() -> Callable[..., bool]:
    return gone


@pytest.fixture
def environment(tmp_path: Path, model) -> Mapping[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "OLLAMA_HOST": model.url,
        "SYNTHD_MODEL": "ollama/coder",
    }


@pytest.fixture
def desk(tmp_path: Path, environment: Mapping[str, str]) -> Desk:
    folder = tmp_path / "jobs"
    folder.mkdir()
    return Desk(folder, dict(environment))


@pytest.fixture
def again() -> Callable[..., Start]:
    """The next attempt at a job, as its manager would ask for it."""

    def made(start: Start, attempt: Attempt, spent: float = 1.0) -> Start:
        return start.model_copy(
            update={
                "attempt": start.attempt + 1,
                "spent": spent,
                "settings": attempt.settled.settings,
            }
        )

    return made
