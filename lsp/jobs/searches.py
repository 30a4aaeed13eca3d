"""The search trees of jobs, as clients watch them grow (`synthd/search`)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from synthd.lsp import wire
from synthd.lsp.arguments import BadRequest
from synthd.lsp.editor import Editor
from synthd.lsp.engine import Node
from synthd.lsp.errands import Errands
from synthd.lsp.jobs.table import Job
from synthd.lsp.lazy import LazyEngine

NAMED = 60.0  # seconds for a job to get the name by which the engine knows it
LOOK = 0.1  # seconds between two looks for that
PRUNE = 10.0


@dataclass(slots=True)
class Searches:
    editor: Editor
    engine: LazyEngine
    errands: Errands
    _watched: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def watch(self, job: Job, on: bool) -> bool:
        """Whether it is watched now."""
        watching = self._watched.get(job.id)
        if on and (watching is None or watching.done()):
            task = self.errands.start(self._watch(job), f"watch {job.id}")
            if task:
                self._watched[job.id] = task
                task.add_done_callback(lambda ended: self._forget(job.id, ended))
        elif not on and watching:
            watching.cancel()
        return on

    async def prune(self, job: Job, node: str) -> bool:
        if not job.remote or job.over:
            return False
        try:
            async with asyncio.timeout(PRUNE):
                return await self.engine.prune(job.remote, node)
        except TimeoutError:
            raise BadRequest(f"The search of {job.id} did not answer; try again.") from None

    async def _watch(self, job: Job) -> None:
        nodes: Sequence[Node] = ()
        if await self._named(job):
            async with aclosing(self.engine.watch(job.remote)) as pictures:
                async for nodes in pictures:
                    self._tell(job, nodes, done=False)
        self._tell(job, nodes, done=True)

    async def _named(self, job: Job) -> bool:
        """Its first progress says it, and its end at the latest."""
        try:
            async with asyncio.timeout(NAMED):
                while not job.remote and not job.over:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            return False
        return bool(job.remote)

    def _tell(self, job: Job, nodes: Sequence[Node], *, done: bool) -> None:
        self.editor.notify(wire.SEARCH, wire.search(job, nodes, done=done))

    def _forget(self, job: str, ended: asyncio.Task[None]) -> None:
        if self._watched.get(job) is ended:
            del self._watched[job]
