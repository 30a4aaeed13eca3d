"""A language server's engine in the daemon: each search is a job, which outlives the editor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from synthd.daemon import config
from synthd.daemon.config import BadConfig
from synthd.daemon.jobs.errors import JobsError
from synthd.daemon.jobs.messages import Ended
from synthd.daemon.jobs.spec import Options, Spec
from synthd.daemon.jobs.states import Priority, State
from synthd.daemon.jobs.view import Changed, JobView, Moved, Update
from synthd.daemon.service.calls import Caller
from synthd.lsp.engine import Ask, Engine, Progress, Replacement, Request, Result, Tell
from synthd.synth.attempt import Grade

CANCELLED = 5.0  # seconds; the jobs' own limit is two
NO_EVENTS = 1 << 62  # watch from there: an editor is shown progress, not the trace


class Jobs(Protocol):
    """What an editor needs of them (daemon/jobs/manager.py)."""

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView: ...

    def watch(self, id: str, seq: int = 0) -> AsyncGenerator[Update, None]: ...

    async def cancel(self, id: str) -> JobView: ...


@dataclass
class JobEngine(Engine):
    """Of one editor: its jobs run in its environment, and are its own in the queue."""

    jobs: Jobs
    caller: Caller
    _left: bool = False

    async def synthesize(self, request: Request, tell: Tell, ask: Ask | None = None) -> Result:
        try:
            spec = _spec(request)
            id = await self._submit(spec)
            return await self._follow(id, tell)
        except (BadConfig, JobsError) as problem:
            return _failed(str(problem))

    def leave(self) -> bool:
        self._left = True
        return True

    async def close(self) -> None:
        """Nothing here runs by itself."""

    async def _submit(self, spec: Spec) -> str:
        """Once it is begun there may be a job, which has to be known for it to be cancelled."""
        client = f"{self.caller.name or 'editor'} {self.caller.id}"
        submitting = asyncio.ensure_future(self.jobs.submit(spec, self.caller.environment, client))
        try:
            return (await asyncio.shield(submitting)).id
        except asyncio.CancelledError:
            with contextlib.suppress(JobsError):
                await self._cancel((await submitting).id)
            raise

    async def _follow(self, id: str, tell: Tell) -> Result:
        try:
            async with aclosing(self.jobs.watch(id, NO_EVENTS)) as updates:
                async for update in updates:
                    result = _read(update, tell)
                    if result is not None:
                        return result
        except asyncio.CancelledError:
            await self._cancel(id)
            raise
        return _failed(f"job {id} ended without a word; `synthd jobs show {id}` may say more")

    async def _cancel(self, id: str) -> None:
        """Unless it is only the editor that goes: then the job goes on."""
        if self._left:
            return
        with contextlib.suppress(JobsError, TimeoutError):
            async with asyncio.timeout(CANCELLED):
                await self.jobs.cancel(id)


def _spec(request: Request) -> Spec:
    """Raises BadConfig."""
    if not request.trusted:
        raise BadConfig(
            "this workspace is not trusted, and synthesis runs its code; trust it first"
        )
    return Spec(
        path=request.path,
        text=request.text,
        offset=request.offset,
        workspace=request.workspace,
        trusted=request.trusted,
        priority=Priority.INTERACTIVE,
        options=Options(hasty=True),
        settings=config.from_editor(request.settings),
    )


def _read(update: Update, tell: Tell) -> Result | None:
    """The result, if this is the end of the editor's waiting."""
    match update:
        case Moved(progress):
            tell(Progress(progress.message, progress.fraction))
        case Changed(job) if job.state is State.PAUSED:
            message = f"{_name(job)}paused: {job.why}. `synthd jobs resume {job.id}` goes on"
            return Result("undecided", Grade.UNKNOWN.value, message, job.function)
        case Changed(job) if job.over:
            return _result(job)
        case Changed(job) if job.state is State.QUEUED:
            others = f", {job.ahead} before it" if job.ahead else ""
            tell(Progress(f"{_name(job)}waiting for its turn{others}", 0.0))
    return None


def _result(job: JobView) -> Result:
    ended: Ended | None = job.result
    if job.state is State.CANCELLED:
        return Result("cancelled", Grade.UNKNOWN.value, "cancelled", job.function)
    if ended is None:
        return _failed(f"job {job.id} ended without a result: {job.why or 'nobody knows why'}")
    change = Replacement(*ended.replacement) if ended.replacement else None
    return Result(
        status=ended.status,
        grade=ended.grade,
        message=ended.message,
        function=ended.function or job.function,
        replacement=change,
        code=ended.code,
        report=dict(ended.report) if ended.report is not None else None,
    )


def _name(job: JobView) -> str:
    return f"{job.function}: " if job.function else ""


def _failed(message: str) -> Result:
    return Result("error", Grade.UNKNOWN.value, message)
