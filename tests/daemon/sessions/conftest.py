"""Real editors on a real socket, and jobs whose ends the test decides."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from synthd.daemon.jobs.errors import NotNow, UnknownJob
from synthd.daemon.jobs.messages import Asking, Ended, Progressed
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.states import Priority, State
from synthd.daemon.jobs.view import Changed, JobView, Moved, Posed, Update
from synthd.daemon.service.calls import Caller
from synthd.daemon.sessions.serving import serve_editor
from synthd.lsp.text.functions import Reading

LIMIT = 4 << 20  # of lines, as the daemon's door has it
STUB = 'def f(x):\n    """Double.\n\n    >>> f(2)\n    4\n    """\n    pass\n'


def _loaded(name: str, path: Path) -> ModuleType:
    """Tests have no package."""
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


_editor = _loaded("editor_of_sessions", Path(__file__).parents[2] / "lsp" / "editor.py")


@dataclass
class Told:
    """A job as the test lets it go on."""

    view: JobView
    spec: Spec
    environment: Mapping[str, str]
    progress: Progressed | None = None
    question: Asking | None = None
    answers: list[tuple[int, str | None]] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def change(self, **facts: Any) -> None:
        self.view = replace(self.view, **facts)
        self._wake()

    def move(self, message: str, fraction: float | None = None) -> None:
        self.progress = Progressed(message=message, fraction=fraction)
        self._wake()

    def pose(self, question: Asking) -> None:
        self.question = question
        self._wake()

    def end(self, status: Any = "verified", put: str = "return 2 * x", **facts: Any) -> None:
        at = self.spec.text.index("pass")
        found = (at, at + 4, put) if status == "verified" else None
        ended = Ended(
            status=status, grade="examples", message=f"f: {status}", function="f",
            replacement=found, code=put, report={"schema": 1}, **facts,
        )  # fmt: skip
        self.change(state=State.DONE, result=ended)

    def _wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()


@dataclass
class Jobs:
    """The part of daemon/jobs/manager.py that editors use, in memory."""

    told: dict[str, Told] = field(default_factory=dict)
    refuse: str = ""
    seconds: list[float] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView:
        await asyncio.sleep(0)
        if self.refuse:
            raise NotNow(self.refuse)
        id = f"job{len(self.told)}"
        view = JobView(
            id=id, client=client, state=State.QUEUED, why="", priority=Priority.INTERACTIVE,
            path=spec.path, workspace=spec.workspace or "", function="f", created=0.0, changed=0.0,
        )  # fmt: skip
        self.told[id] = Told(view, spec, environment)
        return view

    async def watch(
        self, id: str, seq: int = 0, *, answers: bool = False
    ) -> AsyncGenerator[Update, None]:
        told = self._one(id)
        shown: JobView | None = None
        while True:
            news = told.news
            if told.view is not shown:
                shown = told.view
                yield Changed(shown)
                if shown.over:
                    return
            if told.progress is not None:
                progress, told.progress = told.progress, None
                yield Moved(progress)
            if told.question is not None and answers:
                question, told.question = told.question, None
                yield Posed(question)
            await news.wait()

    async def answer(self, id: str, number: int, value: str | None) -> bool:
        self._one(id).answers.append((number, value))
        return True

    async def prune(self, id: str, node: str) -> bool:
        self._one(id).pruned.append(node)
        return True

    async def lines(self, id: str) -> tuple[str, ...]:
        return tuple(self._one(id).lines)

    async def past(self, model: str, strategy: str) -> list[float]:
        return self.seconds

    async def cancel(self, id: str) -> JobView:
        self.cancelled.append(id)
        told = self._one(id)
        if not told.view.over:
            told.change(state=State.CANCELLED)
        return told.view

    def _one(self, id: str) -> Told:
        if id not in self.told:
            raise UnknownJob(f"there is no job {id}")
        return self.told[id]

    async def some(self, number: int = 1) -> Told:
        """The latest, once there are so many."""
        async with asyncio.timeout(10):
            while len(self.told) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return list(self.told.values())[number - 1]


@dataclass
class Service:
    """Serves editors at a socket, as the daemon's door does after the hello."""

    jobs: Jobs
    path: Path
    sessions: list[asyncio.Task[None]] = field(default_factory=list)
    ended: int = 0
    reading: Reading = field(default_factory=Reading)
    configs: Callable[[], Awaitable[Any]] | None = None

    def accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.sessions) - 1
        caller = Caller(id=f"client-{number}", environment={"MARK": str(number)})
        try:
            await serve_editor(
                reader, writer, caller, self.jobs, reading=self.reading, configs=self.configs
            )
        finally:
            self.ended += 1

    async def socket(self, **more: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(str(self.path), limit=1 << 24, **more)

    @asynccontextmanager
    async def editor(self, *, initialize: bool = True) -> AsyncIterator[Any]:
        client = _editor.Client(*await self.socket())
        try:
            if initialize:
                await client.initialize()
            yield client
        finally:
            await client.close()

    async def left(self, number: int) -> None:
        """Until so many sessions have ended."""
        async with asyncio.timeout(15):
            while self.ended < number:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Nothing is read of the user's own, nor written."""
    for name in ("STATE", "CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return Jobs()


@pytest.fixture
async def service(jobs: Jobs, tmp_path: Path) -> AsyncIterator[Service]:
    """Afterwards nothing of its sessions runs any more."""
    before = asyncio.all_tasks()
    service = Service(jobs, tmp_path / "editors")
    server = await asyncio.start_unix_server(service.accepted, service.path, limit=LIMIT)
    async with server:
        yield service
    for session in service.sessions:
        session.cancel()
    service.reading.close()
    ended = await asyncio.gather(*service.sessions, return_exceptions=True)
    assert [e for e in ended if e and not isinstance(e, asyncio.CancelledError)] == []
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before - {asyncio.current_task()} == set()


@pytest.fixture
def stub(tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """A document with a function to write: its uri and its text."""

    def make(name: str = "a.py") -> tuple[str, str]:
        return (tmp_path / name).as_uri(), STUB

    return make


@pytest.fixture
def refused() -> Any:
    return _editor.Refused


@pytest.fixture
def own_pid() -> int:
    return os.getpid()
