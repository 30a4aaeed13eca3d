"""One editor's session: a target becomes a job, and the job's end an edit or a message."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

from synthd.lsp import wire
from synthd.lsp.arguments import BadRequest, Target
from synthd.lsp.buffers import Buffer, Buffers
from synthd.lsp.changes import Changes
from synthd.lsp.editor import Editor
from synthd.lsp.edits import Edits
from synthd.lsp.engine import Progress, Replacement, Request, Result
from synthd.lsp.jobs import Job, Jobs, State
from synthd.lsp.lazy import LazyEngine
from synthd.lsp.positions import offset_at
from synthd.lsp.progress import ProgressBar, token

log = logging.getLogger(__name__)

JOBS_END = 5.0  # seconds for cancelled searches to stop model and sandbox
ENGINE_ENDS = 5.0
GOES_ON = "goes on without this editor; `synthd jobs` shows it"


@dataclass(slots=True)
class Session:
    editor: Editor
    buffers: Buffers
    edits: Edits
    engine: LazyEngine
    changes: Changes
    jobs: Jobs = field(default_factory=Jobs)
    trusted: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)
    _closing: asyncio.Task[None] | None = None

    def synthesize(self, target: Target) -> Job:
        """Start a job; raises BadRequest."""
        if self._closing:
            raise BadRequest("synthd is shutting down.")
        buffer = self._buffer(target.uri)
        request = Request(
            path=buffer.path,
            text=buffer.text,
            offset=offset_at(buffer.text, target.point, self.buffers.encoding),
            workspace=self.buffers.folder(buffer.path),
            trusted=self.trusted,
            settings=self.settings,
        )
        return self.jobs.start(buffer.uri, lambda job: self._work(job, request))

    def cancel(self, id: str) -> tuple[Job, bool]:
        """The job, and whether there was still something to cancel; raises BadRequest."""
        job = self.jobs.get(id)
        if job is None:
            raise BadRequest(f"There is no job {id!r}; synthd.jobs lists them.")
        return job, self.jobs.cancel(job)

    async def close(self) -> None:
        """Stop everything that does not go on without an editor, within a deadline. Whoever asks
        second waits for the first."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="close session")
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self.changes.closing.tell(None)
        goes_on = self.engine.leave()
        await self.jobs.close(JOBS_END, leave=goes_on)
        await self.engine.close(ENGINE_ENDS)

    def _buffer(self, uri: str) -> Buffer:
        if not uri.startswith("file:"):
            raise BadRequest(f"{uri} is not a file. Save it to one first.")
        buffer = self.buffers.get(uri)
        if buffer is None:
            raise BadRequest(f"{uri} is not open in the editor. Open it and ask again.")
        return buffer

    async def _work(self, job: Job, request: Request) -> None:
        bar = ProgressBar(self.editor, token(job.id))
        self._announce(job)
        bar.start()
        try:
            job.result = await self._search(job, request, bar)
            job.state, job.message = await self._conclude(job, request, job.result)
        except asyncio.CancelledError:
            job.state, job.message = (
                (State.CANCELLED, "cancelled") if job.cancelled else (State.LEFT, GOES_ON)
            )
        await bar.end(job.message)
        self._say(job)
        self._announce(job)  # last: whoever hears it has heard all

    async def _search(self, job: Job, request: Request, bar: ProgressBar) -> Result:
        def tell(progress: Progress) -> None:
            job.message = progress.message
            bar.tell(progress)

        try:
            engine = await self.engine.get()
            result = await engine.synthesize(request, tell)
        except Exception as failure:
            # Not str(failure) into the log: it may quote the user's source.
            frames = "".join(traceback.format_tb(failure.__traceback__))
            log.error("%s in the engine\n%s", type(failure).__name__, frames)
            lines = str(failure).splitlines() or ["no details"]
            return Result("error", "unknown", f"{type(failure).__name__}: {lines[0]}")
        change = result.replacement
        if result.status == "verified" and not (change and _within(change, request.text)):
            return Result("error", "unknown", "the engine verified code that it did not place")
        return result

    async def _conclude(self, job: Job, request: Request, result: Result) -> tuple[State, str]:
        if job.cancelled or result.status == "cancelled":
            return State.CANCELLED, "cancelled"
        if result.status != "verified" or result.replacement is None:
            known = result.status in (State.UNSOLVED, State.UNDECIDED)
            return State(result.status) if known else State.ERROR, result.message
        job.state = State.APPLYING
        name = result.function or "a function"
        landing = await self.edits.apply(
            job.uri, request.text, result.replacement, f"synthd: {name}"
        )
        if landing.state is State.VERIFIED:
            return landing.state, result.message
        return landing.state, f"{name}: solved, but {landing.reason}."

    def _announce(self, job: Job) -> None:
        self.editor.notify(wire.JOB, wire.notification(job))
        self.changes.job.tell(job)

    def _say(self, job: Job) -> None:
        """In a window only what the user has to know; success shows in the buffer and the bar."""
        match job.state:
            case State.CANCELLED | State.LEFT:
                pass
            case State.VERIFIED:
                if not self.editor.shows_progress:
                    self.editor.inform(job.message)
            case State.STALE:
                self.editor.inform(job.message)
            case _:
                self.editor.warn(job.message)


def _within(change: Replacement, text: str) -> bool:
    return 0 <= change.start <= change.end <= len(text)
