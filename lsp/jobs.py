"""The jobs of one editor session. The table is ours: a job outlives the command that started it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from uuid import uuid4

from synthd.lsp.engine import Result

REMEMBERED = 100  # finished jobs that synthd.jobs still lists


class State(StrEnum):
    RUNNING = "running"
    APPLYING = "applying"  # the edit is on its way: too late to cancel
    VERIFIED = "verified"  # and seen to stand in the buffer
    UNSOLVED = "unsolved"
    UNDECIDED = "undecided"
    ERROR = "error"
    CANCELLED = "cancelled"
    LEFT = "left"  # the editor went away; the search goes on without it
    STALE = "stale"  # solved, but the buffer changed meanwhile and was left alone
    NOT_APPLIED = "not_applied"  # solved, but the buffer does not hold the verified text


@dataclass(slots=True)
class Job:
    id: str
    uri: str
    state: State = State.RUNNING
    message: str = "starting"
    cancelled: bool = False
    result: Result | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def function(self) -> str:
        return self.result.function if self.result else ""

    @property
    def over(self) -> bool:
        return self.state not in (State.RUNNING, State.APPLYING)


class Jobs:
    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def get(self, id: str) -> Job | None:
        return self._jobs.get(id)

    def start(self, uri: str, work: Callable[[Job], Coroutine[object, object, None]]) -> Job:
        job = Job(uuid4().hex[:12], uri)
        self._forget_old()
        self._jobs[job.id] = job
        job.task = asyncio.get_running_loop().create_task(work(job), name=f"job {job.id}")
        return job

    def cancel(self, job: Job) -> bool:
        """False where there is nothing left to cancel."""
        if job.state is not State.RUNNING or job.task is None:
            return False
        if not job.cancelled:  # a second cancellation would interrupt the engine's cleaning up
            job.cancelled = True
            job.message = "cancelling"
            job.task.cancel()
        return True

    async def close(self, seconds: float, *, leave: bool = False) -> None:
        """Cancel everything that runs, or only end what follows it; no longer than that."""
        tasks = [job.task for job in self if job.task and not job.task.done()]
        for job in self:
            if (leave or not self.cancel(job)) and job.task:
                job.task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    def _forget_old(self) -> None:
        finished = [job.id for job in self if job.over]
        for id in islice(finished, max(0, len(finished) - REMEMBERED + 1)):
            del self._jobs[id]
