"""What one job is doing: a progress bar drawn by the editor, and `synthd/jobProgress`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lsprotocol import types

from synthd.lsp import wire
from synthd.lsp.editor import Editor, EditorFailed
from synthd.lsp.engine import Forecast, Progress
from synthd.lsp.jobs.table import Job
from synthd.lsp.pace import Pace

CREATE = 5.0  # seconds that the editor gets to agree to a progress bar
PREFIX = "synthd/"
MINUTES = 180  # seconds from which on minutes are told


def token(job: str) -> str:
    """A string: some editors refuse the numbers that the protocol also allows."""
    return PREFIX + job


def job_of(token: int | str) -> str:
    return str(token).removeprefix(PREFIX)


class ProgressBar:
    """Begins once the editor has agreed, which the job does not wait for."""

    def __init__(self, editor: Editor, job: Job) -> None:
        self._editor = editor
        self._job = job
        self._token = token(job.id)
        self._percentage = 0
        self._begun = False
        self._foretold = False
        self._held: Progress | None = None
        self._bar = Pace(self._report)
        self._news = Pace(self._notify)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._news.tell(self._job.progress)
        if self._editor.shows_progress:
            self._task = asyncio.create_task(self._begin(), name=f"progress {self._token}")

    def foretell(self, forecast: Forecast | None) -> None:
        """First of all what the job runs with; then what was told meanwhile."""
        self._job.forecast = forecast
        if self._foretold:
            return
        self._foretold = True
        held = self._held
        if forecast is not None:
            self._show(Progress(outlook(forecast), 0.0), must=True)
        if held is not None:
            self._show(held)

    def tell(self, progress: Progress) -> None:
        if self._foretold:
            self._show(progress)
        else:
            self._held = progress

    def _show(self, progress: Progress, *, must: bool = False) -> None:
        """What one message leaves out the last one said, or the forecast."""
        progress = self._job.progress = _filled(progress, self._job)
        self._job.message = progress.message
        self._news.tell(progress, must=must)
        if self._begun:
            self._bar.tell(progress, must=must)

    async def end(self, message: str) -> None:
        """A second time, nothing is left to end."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._bar.end()
        self._news.end()
        if self._begun:
            self._begun = False
            self._send(types.WorkDoneProgressEnd(message=message))

    async def _begin(self) -> None:
        params = types.WorkDoneProgressCreateParams(token=self._token)
        try:
            await self._editor.ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, CREATE)
        except EditorFailed:
            return  # no bar, then: the job itself goes on
        self._begun = True
        first = self._job.progress.message
        self._send(types.WorkDoneProgressBegin("synthd", "begin", True, first, 0))
        if self._job.progress.fraction:
            self._bar.tell(self._job.progress)

    def _report(self, progress: Progress) -> None:
        if progress.fraction is not None:
            percentage = round(100 * min(1.0, max(0.0, progress.fraction)))
            self._percentage = max(self._percentage, percentage)  # the protocol: never backwards
        message = progress.message
        self._send(types.WorkDoneProgressReport("report", True, message, self._percentage))

    def _notify(self, progress: Progress) -> None:
        if "jobProgress" in self._editor.events:
            self._editor.notify(wire.PROGRESS, wire.progress(self._job, progress))

    def _send(self, value: object) -> None:
        self._editor.notify(types.PROGRESS, types.ProgressParams(token=self._token, value=value))


def outlook(forecast: Forecast) -> str:
    """What a job will run with, in one line, or why it will not."""
    if forecast.problem:
        return forecast.problem
    parts = [f"{forecast.model} on {forecast.endpoint.removeprefix('on ')}"]
    if forecast.programs:
        parts.append(f"up to {forecast.programs} programs, {_time(forecast.seconds)}")
    if forecast.expected is not None:
        parts.append(f"usually {_time(forecast.expected)}")
    return " · ".join(parts)


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= MINUTES else f"{max(1, round(seconds))} s"


def _filled(progress: Progress, job: Job) -> Progress:
    before, forecast = job.progress, job.forecast
    return replace(
        progress,
        job=progress.job or before.job,
        function=progress.function or before.function,
        strategy=progress.strategy or before.strategy or (forecast.strategy if forecast else ""),
        model=progress.model or before.model or (forecast.model if forecast else ""),
        endpoint=progress.endpoint or before.endpoint or (forecast.endpoint if forecast else ""),
        max_programs=progress.max_programs
        or before.max_programs
        or (forecast.programs if forecast else 0),
    )
