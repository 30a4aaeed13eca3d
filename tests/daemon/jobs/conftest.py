"""Jobs with scripted workers, in a folder of the test's own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from synthd.daemon.jobs.manager import Jobs, open_jobs
from synthd.daemon.jobs.spec import Options, Spec
from synthd.daemon.jobs.states import Priority, State
from synthd.daemon.jobs.timing import Timing
from synthd.daemon.jobs.view import Changed, JobView

TEXT = 'def f(x):\n    """Double.\n\n    >>> f(2)\n    4\n    """\n'
ENVIRONMENT = {"PATH": "/usr/bin", "OPENAI_API_KEY": "planted-key-123456", "MY_OTHER": "x"}
QUICK = Timing(grace=0.3, backoff=0.01, look=0.05, adopt=0.2)


def _loaded(name: str) -> ModuleType:
    """Tests have no package: a module beside them, which a subprocess of a test imports, too."""
    found = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


_scripted = _loaded("scripted")


@pytest.fixture
def scripted() -> Any:
    return _scripted


def _spec(function: str = "f", priority: Priority = Priority.INTERACTIVE, **given: Any) -> Spec:
    return Spec(
        path="/home/u/work.py",
        text=TEXT,
        function=function,
        priority=priority,
        options=Options(),
        **given,
    )


@pytest.fixture
def spec() -> Callable[..., Spec]:
    return _spec


@dataclass
class World:
    """One folder; daemons come and go in it."""

    folder: Path
    workers: Any
    engines: Any

    @contextlib.asynccontextmanager
    async def open(
        self, *, at_once: int = 2, owner: str = "test", limit: int = 0, timing: Timing = QUICK
    ) -> AsyncIterator[Jobs]:
        async with open_jobs(
            self.folder,
            self.workers,
            self.engines,
            at_once=at_once,
            owner=owner,
            limit=limit,
            timing=timing,
        ) as jobs:
            yield jobs

    async def submit(
        self,
        jobs: Jobs,
        function: str = "f",
        *,
        client: str = "editor",
        environment: Mapping[str, str] = ENVIRONMENT,
        **given: Any,
    ) -> str:
        return (await jobs.submit(_spec(function, **given), environment, client)).id

    async def until(self, jobs: Jobs, id: str, *states: State, seconds: float = 10) -> JobView:
        """Wait until the job is over or in one of the states."""
        async with asyncio.timeout(seconds):
            while True:
                job = await jobs.get(id)
                if job.state in states or (not states and job.over):
                    return job
                await asyncio.sleep(0.005)

    async def settled(self, jobs: Jobs, id: str) -> None:
        """Wait until its worker has said what it runs with."""
        async with asyncio.timeout(10), contextlib.aclosing(jobs.watch(id)) as updates:
            async for update in updates:
                if isinstance(update, Changed) and update.job.settled:
                    return


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "jobs", _scripted.Scripted(), _scripted.Engine())
