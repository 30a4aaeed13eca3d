"""What runs on a node of a Ray cluster: a judge and the models of its own, and searches with them.

Knows nothing of Ray but that its methods are called from elsewhere.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.one import run_one
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import SCHEMA, Key
from synthd.daemon.bench.shared import Shared, shared
from synthd.daemon.bulk.judge_name import judge_name
from synthd.daemon.exits import BadInput, Failure


@dataclass(frozen=True, slots=True)
class Ready:
    """problem: why it cannot take part, "" if it can."""

    capacity: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a search, and what the user should know besides."""

    finished: Finished
    lines: tuple[str, ...]


class BenchWorker:
    """place: as JSON. environment: what is set besides this process's own. schema: the caller's."""

    def __init__(self, place: str, environment: Mapping[str, str], schema: int) -> None:
        self._place = place
        self._environment = {**os.environ, **environment}
        self._schema = schema
        self._lines: list[str] = []
        self._searches: set[asyncio.Task[Finished]] = set()
        self._end = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._shared: Shared | None = None

    async def open(self) -> Ready:
        """Once, before all else. Never raises: an exception of ours may not be readable there."""
        opened: asyncio.Future[Shared] = asyncio.get_running_loop().create_future()
        self._life = asyncio.create_task(self._live(opened))
        try:
            held = self._shared = await opened
            problem = await asyncio.to_thread(_differing, held)
        except Failure as failure:
            return Ready(problem=str(failure))
        except Exception as error:
            return Ready(problem=f"{type(error).__name__}: {error}")
        slots = sum(model.slots for model in held.models.values())
        return Ready(max(1, slots // held.experiment.slots), problem)

    async def search(self, key: Key) -> Told:
        assert self._shared is not None, "open() comes first"
        search = asyncio.create_task(run_one(key, self._shared))
        self._searches.add(search)
        try:
            finished = await search
        finally:
            search.cancel()
            self._searches.discard(search)
        lines, self._lines = tuple(self._lines), []
        return Told(finished, lines)

    async def close(self) -> None:
        for search in self._searches:
            search.cancel()
        if self._searches:
            await asyncio.wait(self._searches)
        self._end.set()
        if self._life is not None:
            with suppress(Exception):
                await self._life

    async def _live(self, opened: asyncio.Future[Shared]) -> None:
        """All that is open belongs to one task: it is closed where it was opened."""
        try:
            if self._schema != SCHEMA:
                raise BadInput(f"synthd is of another version here (records {SCHEMA})")
            place = Place.model_validate_json(self._place)
            async with shared(place, self._environment, self._lines.append) as held:
                opened.set_result(held)
                await self._end.wait()
        except BaseException as error:
            if not opened.done():
                opened.set_exception(error if isinstance(error, Exception) else RuntimeError())
            raise


def _differing(held: Shared) -> str:
    """What is not here as it was where the run was begun: its results must not be mixed."""
    experiment = held.experiment
    for suite in experiment.suites:
        here = held.selected.suites[suite.name].sha256
        if suite.sha256 and here != suite.sha256:
            return f"it has other data of {suite.name} ({here[:12]}, not {suite.sha256[:12]})"
    for model in experiment.models:
        here = str(getattr(held.models[model.name], "identity", ""))
        if model.identity and here and here != model.identity:
            return f"it has other weights of {model.name} ({here[:19]}, not {model.identity[:19]})"
    here = judge_name(held.place.settings)
    if experiment.judge and here != experiment.judge:
        return f"it judges in another way ({here}, not {experiment.judge})"
    return ""
