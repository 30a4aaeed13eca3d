"""The progress bar of one job, drawn by the editor."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from synthd.lsp.editor import Editor, EditorFailed
from synthd.lsp.engine import Progress

INTERVAL = 0.125  # more than eight reports a second flicker, and cost the editor
CREATE = 5.0  # seconds that the editor gets to agree to a progress bar
PREFIX = "synthd/"


def token(job: str) -> str:
    """A string: some editors refuse the numbers that the protocol also allows."""
    return PREFIX + job


def job_of(token: int | str) -> str:
    return str(token).removeprefix(PREFIX)


class ProgressBar:
    """Begins once the editor has agreed, which the job does not wait for."""

    def __init__(self, editor: Editor, token: str) -> None:
        self._editor = editor
        self._token = token
        self._latest = Progress("starting", 0.0)
        self._percentage = 0
        self._news = asyncio.Event()
        self._begun = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._editor.shows_progress:
            self._task = asyncio.create_task(self._draw(), name=f"progress {self._token}")

    def tell(self, progress: Progress) -> None:
        self._latest = progress
        self._news.set()

    async def end(self, message: str) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._begun:
            self._send(types.WorkDoneProgressEnd(message=message))

    async def _draw(self) -> None:
        params = types.WorkDoneProgressCreateParams(token=self._token)
        try:
            await self._editor.ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, CREATE)
        except EditorFailed:
            return  # no bar, then: the job itself goes on
        self._begun = True
        begin = types.WorkDoneProgressBegin("synthd", "begin", True, self._latest.message, 0)
        self._send(begin)
        while True:
            await self._news.wait()
            self._news.clear()
            self._report()
            await asyncio.sleep(INTERVAL)

    def _report(self) -> None:
        if self._latest.fraction is not None:
            percentage = round(100 * min(1.0, max(0.0, self._latest.fraction)))
            self._percentage = max(self._percentage, percentage)  # the protocol: never backwards
        message = self._latest.message
        self._send(types.WorkDoneProgressReport("report", True, message, self._percentage))

    def _send(self, value: object) -> None:
        self._editor.notify(types.PROGRESS, types.ProgressParams(token=self._token, value=value))
