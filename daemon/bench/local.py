"""Searches in this process, side by side: the engine where nothing else is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from synthd.daemon.bench.engine import Finished, Progress
from synthd.daemon.bench.one import run_one
from synthd.daemon.bench.record import Key
from synthd.daemon.bench.shared import Shared
from synthd.synth.concurrently import concurrently


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """jobs: searches at once."""

    shared: Shared
    jobs: int

    async def run(
        self,
        keys: Iterable[Key],
        finished: Callable[[Finished], None],
        progress: Callable[[Progress], None],
    ) -> None:
        waiting = iter(keys)
        busy = 0

        async def work() -> None:
            nonlocal busy
            for key in waiting:
                busy += 1
                progress(Progress(busy, self.jobs))
                try:
                    finished(await run_one(key, self.shared))
                finally:
                    busy -= 1

        await concurrently(work() for _ in range(self.jobs))
