"""The jobs of one editor session. The table is ours: a job outlives the command that started it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from uuid import uuid4

from synthd.lsp.edits.previews import Preview
from synthd.lsp.engine import Forecast, Progress, Request, Result

REMEMBERED = 100  # finished jobs that synthd.jobs still lists


class State(StrEnum):
    RUNNING = "running"
    READY = "ready"  # solved, and shown to the user, who has to say whether it is wanted
    APPLYING = "applying"  # the edit is on its way: too late to cancel
    VERIFIED = "verified"  # and seen to stand in the buffer
    UNSOLVED = "unsolved"
    UNDECIDED = "undecided"
    ERROR = "error"
    CANCELLED = "cancelled"
    LEFT = "left"  # the editor went away; the search goes on without it
    STALE = "stale"  # solved, but the buffer changed meanwhile and was left alone
    REJECTED = "rejected"  # solved, but not wanted
    NOT_APPLIED = "not_applied"  # solved, but the buffer does not hold the verified text
    PARTIAL = "partial"  # unsolved, and the user took the best program as it is


class Verdict(StrEnum):
    """What the user said of an edit that was ready."""

    ACCEPT = "accept"
    REJECT = "reject"
    INSERTED = "inserted"  # accepted as inline completion: the buffer holds it already
    OUTDATED = "outdated"  # accepted, but it is seen that the function is another one now


RUNS = (State.RUNNING, State.READY, State.APPLYING)
MAY_STOP = (State.RUNNING, State.READY)


@dataclass(slots=True)
class Job:
    """asked: the name of the function around the place that was asked about. preview: of state
    READY. verdict: set while synthd.accept and synthd.reject are waited for.
    message: the latest, or how it ended."""

    id: str
    uri: str
    state: State = State.RUNNING
    message: str = "starting"
    cancelled: bool = False
    result: Result | None = None
    asked: str = ""
    request: Request | None = field(default=None, repr=False)
    forecast: Forecast | None = None
    progress: Progress = field(default_factory=lambda: Progress("starting", 0.0))
    preview: Preview | None = field(default=None, repr=False)
    verdict: asyncio.Future[Verdict] | None = field(default=None, repr=False)
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def function(self) -> str:
        """Its qualified name: what the engine says of it counts most."""
        said = (self.result.function if self.result else "") or self.progress.function
        return said or self.asked

    @property
    def remote(self) -> str:
        """By which `synthd jobs` and the engine know it."""
        return (self.result.job if self.result else "") or self.progress.job

    @property
    def over(self) -> bool:
        return self.state not in RUNS

    @property
    def can_be_accepted(self) -> bool:
        return self.verdict is not None and not self.verdict.done()


class Jobs:
    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())

    def get(self, id: str) -> Job | None:
        return self._jobs.get(id)

    def newest(self) -> Job | None:
        return next(reversed(self._jobs.values()), None)

    def start(self, uri: str, work: Callable[[Job], Coroutine[object, object, None]]) -> Job:
        job = Job(uuid4().hex[:12], uri)
        self._forget_old()
        self._jobs[job.id] = job
        self.go_on(job, work)
        return job

    def go_on(self, job: Job, work: Callable[[Job], Coroutine[object, object, None]]) -> None:
        """Also with a job that was over: one task a job at a time."""
        job.task = asyncio.get_running_loop().create_task(work(job), name=f"job {job.id}")

    def cancel(self, job: Job) -> bool:
        """False where there is nothing left to cancel."""
        if job.state not in MAY_STOP or job.task is None:
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
