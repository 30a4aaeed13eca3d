"""A keeper whose engines are scripted processes, and calls as a worker makes them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from synthd.daemon.engines.keeper import Care, Keeper
from synthd.daemon.jobs.messages import Acquire, Granted, Refused, Release
from synthd.daemon.jobs.ports import NoEngine, Where
from synthd.daemon.workers.leased import LeasedEngine
from synthd.daemon.workers.leases import Leases
from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.engine import Engine, EngineSettings
from synthd.synth.models.retry import Patience
from synthd.synth.ports import Completion, Message, Sampling

SCRIPT = Path(__file__).with_name("scripted_engine.py")


@dataclass
class Weights:
    """A file that stands for weights, and what its engines have noted beside it."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def notes(self) -> list[tuple[int, str]]:
        file = Path(f"{self.path}.calls")
        rows = file.read_text().splitlines() if file.exists() else []
        return [(int(row.split()[0]), row.split()[1]) for row in rows]

    @property
    def starts(self) -> list[int]:
        return [pid for pid, what in self.notes if what == "started"]

    def count(self, what: str) -> int:
        return sum(noted == what for _, noted in self.notes)


@pytest.fixture
def weights_file(tmp_path: Path) -> Callable[..., Weights]:
    def make(text: str = "good", name: str = "tiny.gguf") -> Weights:
        path = tmp_path / name
        path.write_text(text)
        return Weights(path)

    return make


@pytest.fixture
async def keeper_of() -> AsyncIterator[Callable[..., Keeper]]:
    made: list[Keeper] = []
    launch = partial(Engine.launch, command=(sys.executable, str(SCRIPT)))

    def make(**care: float) -> Keeper:
        made.append(Keeper(Care(**{"pause": 0.01, **care}), launch))
        return made[-1]

    yield make
    for keeper in made:
        await keeper.aclose()


@dataclass
class Caller:
    """A worker's model, whose daemon is this process."""

    keeper: Keeper
    weights: Weights
    patience: Patience

    def __post_init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._where: dict[int, Where] = {}
        self.leases = Leases(self._say)
        settings = EngineSettings(self.weights.path, "tiny")
        self.model = LeasedEngine(EmbeddedModel(settings), self.leases, self.patience)
        self.heard: list[str] = []

    async def ask(self, text: str) -> Completion:
        prompt = (Message("user", text),)
        return await self.model.complete(prompt, Sampling(0.0, 50, 1), self.heard.append)

    def _say(self, message: Acquire | Release) -> None:
        work = self._grant if isinstance(message, Acquire) else self._release
        self._tasks.add(asyncio.create_task(work(message)))

    async def _grant(self, message: Acquire) -> None:
        try:
            where = await self.keeper.ready(str(self.weights), "local/tiny")
        except NoEngine as error:
            self.leases.heard(Refused(lease=message.lease, why=str(error)))
            return
        self.keeper.used(str(self.weights))
        self._where[message.lease] = where
        self.leases.heard(Granted(lease=message.lease, address=where.address, key=where.key))

    async def _release(self, message: Release) -> None:
        self.keeper.used(str(self.weights))
        if message.broken:
            where = self._where[message.lease]
            await self.keeper.broke(str(self.weights), where, message.broken)


@pytest.fixture
async def caller() -> AsyncIterator[Callable[..., Caller]]:
    made: list[Caller] = []

    def make(keeper: Keeper, weights: Weights, **patience: float) -> Caller:
        made.append(Caller(keeper, weights, Patience(**patience)))
        return made[-1]

    yield make
    for each in made:
        await each.model.aclose()
