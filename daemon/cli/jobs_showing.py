"""Jobs for people: a table, one job, and a line that follows what one does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Self

from synthd.daemon.client.jobs import Job, Progress, State, Update, Voided

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

COLOUR = {
    State.QUEUED: "cyan",
    State.RUNNING: "blue",
    State.PAUSED: "yellow",
    State.DONE: "green",
    State.CANCELLED: "dim",
}
LONGEST = 70
LEAST = 10  # columns of a terminal for how a job goes
TITLES = ("id", "state", "function", "age", "searched", "how")


def table(console: Console, jobs: Sequence[Job]) -> None:
    if not jobs:
        console.print("no jobs", markup=False)
        return
    from rich.table import Table
    from rich.text import Text

    rows = [(job, _cells(job)) for job in jobs]
    grid = Table(box=None, pad_edge=False)
    for title in TITLES:
        grid.add_column(title, no_wrap=True)
    # Only the last column may be cut: rich would take the room from all of them.
    widths = [max(map(len, column)) for column in zip(TITLES, *(c for _, c in rows), strict=True)]
    room = max(LEAST, console.width - sum(width + 2 for width in widths[:-1]) - 1)
    for job, cells in rows:
        failed = job.state is State.DONE and job.status != "verified"
        style = "red" if failed else COLOUR[job.state]
        texts = [Text(cell, style=style if n == 1 else "") for n, cell in enumerate(cells)]
        texts[-1].truncate(room, overflow="ellipsis")
        grid.add_row(*texts)
    console.print(grid)


def _cells(job: Job) -> tuple[str, ...]:
    return (
        job.id,
        job.status or job.state,
        _what(job),
        span(time.time() - job.created),
        span(job.spent_seconds) if job.spent_seconds else "",
        _short(_how(job)),
    )


def whole(console: Console, job: Job) -> None:
    for name, value in _facts(job):
        console.print(f"{name:<11} {value}", markup=False)
    outcome(console, job)


def outcome(console: Console, job: Job) -> None:
    """What came of it, or why it stands still."""
    console.print(sentence(job), markup=False)
    code = (job.result or {}).get("code")
    if isinstance(code, str) and code:
        console.print(code.rstrip("\n"), markup=False)


def sentence(job: Job) -> str:
    if job.state is State.DONE:
        return f"{job.id} {job.status} (grade: {job.grade}) {job.message}"
    if job.state is State.QUEUED and not job.why:
        return f"{job.id} queued, {job.ahead} before it"
    return f"{job.id} {job.state}" + (f": {job.why}" if job.why not in ("", job.state) else "")


def span(seconds: float) -> str:
    if seconds < 60:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * 86400:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} days"


class Following:
    """Tells updates as they come: on a terminal one line that moves, else a line for each state."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._told = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status("asking")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def __call__(self, update: Update) -> None:
        match update:
            case Job() if not update.over:
                self._say(f"{_what(update)}: {sentence(update)}")
            case Progress() if self._status is not None:
                from rich.text import Text

                self._status.update(Text(update.message))
            case Voided():
                self._say(f"what it did from event {update.seq} on is void: {update.why}")

    def _say(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self._console.print(text, markup=False)


def _facts(job: Job) -> Iterator[tuple[str, str]]:
    told = job.told
    yield "job", f"{job.id} of {told.get('client') or 'somebody'}"
    yield "function", f"{job.path}::{job.function}" if job.function else job.path
    yield "state", f"{job.state}" + ("" if told.get("here", True) else " (in another daemon)")
    yield "priority", str(job.priority)
    yield "submitted", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(job.created))
    if job.model:
        yield "model", f"{job.model} at {job.endpoint}"
        yield "strategy", job.strategy
    if settled := told.get("settled"):
        yield "sandbox", str(settled.get("sandbox"))
        yield "budget", "{programs} programs, {seconds:g} s, {tokens} tokens".format(**settled)
    yield (
        "searched",
        f"{span(job.spent_seconds)}, {told.get('events', 0)} events, attempt {job.attempt}",
    )


def _what(job: Job) -> str:
    name = PurePath(job.path).name
    return f"{name}::{job.function}" if job.function else name


def _how(job: Job) -> str:
    if job.state is State.QUEUED:
        return job.why or f"{job.ahead} before it"
    if job.progress is not None and job.state is State.RUNNING:
        return job.progress.message
    return job.message or job.why


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
