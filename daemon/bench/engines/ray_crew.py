"""The workers of a run on a Ray cluster: one on every node, also on those that come later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from synthd.daemon.bench.engine import Finished, broken
from synthd.daemon.bench.engines.dispatch import Lost, Worker
from synthd.daemon.bench.engines.ray_cluster import Node, nodes
from synthd.daemon.bench.engines.ray_worker import BenchWorker
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import SCHEMA, Key
from synthd.daemon.exits import Missing

LOOK = 2.0  # seconds between looks at which nodes there are
OPENING = 600.0  # seconds for a worker to open: it may read weights, or wait for free processors
CLOSING = 10.0
ALONE = 60.0  # seconds without a worker and without one that opens, after which a run gives up
TRIES = 3  # of a node


@dataclass(slots=True, eq=False)
class RayWorker:
    """A worker on a node, as this process sees it."""

    ray: Any
    handle: Any
    name: str
    capacity: int
    told: Callable[[str], None]

    async def search(self, key: Key) -> Finished:
        call = self.handle.search.remote(key)
        try:
            answer = await call
        except asyncio.CancelledError:
            self.ray.cancel(call)
            raise
        except self.ray.exceptions.RayTaskError as error:
            return broken(key, f"{self.name}: {error.cause!r}")
        except self.ray.exceptions.RayError as error:
            raise Lost(_short(error)) from None
        for line in answer.lines:
            self.told(f"{self.name}: {line}")
        finished: Finished = answer.finished
        return finished

    async def close(self) -> None:
        """Its processes end; where it does not answer, by force."""
        with suppress(self.ray.exceptions.RayError, TimeoutError):
            async with asyncio.timeout(CLOSING):
                await self.handle.close.remote()
        self.kill()

    def kill(self) -> None:
        with suppress(self.ray.exceptions.RayError):
            self.ray.kill(self.handle)


@dataclass(slots=True)
class RayCrew:
    """keep() looks after it as long as the run goes on; close() ends all workers."""

    ray: Any
    place: Place
    environment: Mapping[str, str]
    told: Callable[[str], None]
    most: int | None  # searches at once, of each
    _there: dict[str, RayWorker] = field(default_factory=dict)  # by the node's id
    _opening: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _tries: dict[str, int] = field(default_factory=dict)
    _problems: dict[str, str] = field(default_factory=dict)
    _change: asyncio.Event = field(default_factory=asyncio.Event)
    _hopeless: str = ""

    @property
    def members(self) -> Collection[Worker]:
        return self._there.values()

    async def changed(self) -> None:
        if self._hopeless and not self._there:
            raise Missing(self._hopeless)
        await self._change.wait()
        self._change.clear()
        if self._hopeless and not self._there:
            raise Missing(self._hopeless)

    def lose(self, worker: Worker, why: str, searches: int) -> None:
        for node, one in list(self._there.items()):
            if one is worker:
                del self._there[node]
                one.kill()  # perhaps it only does not answer, and goes on
        self.told(
            f"{worker.name} is lost ({why}); its {searches} searches are given to others"
            if searches != 1
            else f"{worker.name} is lost ({why}); its search is given to another"
        )
        self._change.set()

    async def keep(self) -> None:
        """Until it is cancelled. A worker that was lost is opened again while its node is there."""
        try:
            await self._keep()
        except Exception as error:
            self._hopeless = f"the Ray cluster cannot be asked for its nodes: {_short(error)}"
            self._change.set()

    async def _keep(self) -> None:
        alone = 0.0
        while True:
            present = await asyncio.to_thread(nodes, self.ray)
            for node in present:
                if self._wanted(node):
                    opening = asyncio.create_task(self._open(node))
                    self._opening[node.id] = opening
            alone = 0.0 if self._there or self._opening else alone + LOOK
            if alone and (alone > ALONE or not any(self._may(node) for node in present)):
                self._give_up(present)
            await asyncio.sleep(LOOK)

    async def close(self) -> None:
        for opening in self._opening.values():
            opening.cancel()
        if self._opening:
            await asyncio.wait(self._opening.values())
        await asyncio.gather(*(worker.close() for worker in self._there.values()))
        self._there.clear()

    def _wanted(self, node: Node) -> bool:
        return node.id not in self._there and node.id not in self._opening and self._may(node)

    def _may(self, node: Node) -> bool:
        return node.cpus > 0 and self._tries.get(node.id, 0) < TRIES

    def _give_up(self, present: tuple[Node, ...]) -> None:
        why = "; ".join(dict.fromkeys(self._problems.values())) or (
            "none of them has processors for Ray" if present else "there are none"
        )
        self._hopeless = f"no node of the Ray cluster can search: {why}"
        self._change.set()

    async def _open(self, node: Node) -> None:
        self._tries[node.id] = self._tries.get(node.id, 0) + 1
        handle = None
        try:
            judges = min(self.place.judges or node.cpus, node.cpus)
            handle = await asyncio.to_thread(self._created, node, judges)
            async with asyncio.timeout(OPENING):
                ready = await handle.open.remote()
            if ready.problem:
                self._tries[node.id] = TRIES  # it stays as it is
                raise Lost(ready.problem)
            capacity = self.most or ready.capacity
            self._there[node.id] = RayWorker(self.ray, handle, node.name, capacity, self.told)
            self._tries[node.id] = 0
            self._hopeless = ""
        except (Lost, TimeoutError, self.ray.exceptions.RayError) as error:
            why = f"it had no worker within {OPENING:g} s" if not str(error) else _short(error)
            self._problems[node.id] = f"{node.name}: {why}"
            self.told(f"{node.name} takes no part in the run: {why}")
        finally:
            if handle is not None and node.id not in self._there:
                with suppress(self.ray.exceptions.RayError):
                    self.ray.kill(handle)
            del self._opening[node.id]
            self._change.set()

    def _created(self, node: Node, judges: int) -> Any:
        """One on this node and no other: it has as many processors as it judges with."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        place = self.place.model_copy(update={"judges": judges})
        options = self.ray.remote(BenchWorker).options(
            num_cpus=judges,
            max_restarts=0,
            max_task_retries=0,
            max_concurrency=10_000,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
        )
        return options.remote(place.model_dump_json(by_alias=True), dict(self.environment), SCHEMA)


def _short(error: BaseException) -> str:
    """Ray explains itself at length."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300]
