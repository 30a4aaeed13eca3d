"""One editor's session: what belongs to it, and what can be asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from synthd.lsp import wire
from synthd.lsp.arguments import BadRequest, Order, Target
from synthd.lsp.changes import Changes
from synthd.lsp.editor import Editor
from synthd.lsp.edits.applying import Edits
from synthd.lsp.edits.offers import Offers
from synthd.lsp.engine import Forecast, Request
from synthd.lsp.errands import Errands
from synthd.lsp.jobs.choosing import Choosing
from synthd.lsp.jobs.consent import Consent
from synthd.lsp.jobs.questions import Questions
from synthd.lsp.jobs.searches import Searches
from synthd.lsp.jobs.status import Status
from synthd.lsp.jobs.table import Job, Jobs
from synthd.lsp.jobs.work import Work
from synthd.lsp.lazy import LazyEngine
from synthd.lsp.text.buffers import Buffer, Buffers
from synthd.lsp.text.functions import Functions
from synthd.lsp.text.positions import offset_at

JOBS_END = 5.0  # seconds for cancelled searches to stop model and sandbox
ENGINE_ENDS = 5.0
ERRANDS_END = 1.0
NO_FORECAST = Forecast("", "", "", 0, 0.0, 0, problem="this engine cannot tell")


@dataclass(slots=True)
class Session:
    editor: Editor
    buffers: Buffers
    engine: LazyEngine
    changes: Changes
    functions: Functions
    jobs: Jobs = field(default_factory=Jobs)
    errands: Errands = field(default_factory=Errands)
    trusted: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)
    verify: str = "save"  # when to verify by itself: save, change or off
    questions: Questions = field(init=False)
    consent: Consent = field(init=False)
    choosing: Choosing = field(init=False)
    searches: Searches = field(init=False)
    status: Status = field(init=False)
    work: Work = field(init=False)
    _closing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        editor, buffers, engine, errands = self.editor, self.buffers, self.engine, self.errands
        self.questions = Questions(editor)
        self.consent = Consent(editor, buffers, errands)
        self.choosing = Choosing(editor, engine, self._about, self._picked)
        self.searches = Searches(editor, engine, errands)
        self.status = Status(editor, self.jobs, self.choosing, errands, self.changes)
        edits = Edits(editor, buffers)
        offers = Offers(
            editor, buffers, edits, engine, self.functions.reading, self._announce,
            self.consent.ask,
        )  # fmt: skip
        self.work = Work(
            editor, buffers, engine, self.functions, self.jobs, errands, self.questions, offers,
            self._announce,
        )  # fmt: skip

    def synthesize(self, order: Order) -> Job:
        """Start a job; raises BadRequest."""
        if self._closing:
            raise BadRequest("synthd is shutting down.")
        return self.work.start(order.target.uri, self.request(order.target, order))

    def request(self, target: Target, order: Order | None = None) -> Request:
        """Raises BadRequest."""
        buffer = self.buffer(target.uri)
        order = order or Order(target)
        return Request(
            path=buffer.path,
            text=buffer.text,
            offset=offset_at(buffer.text, target.point, self.buffers.encoding),
            workspace=self.buffers.folder(buffer.path),
            trusted=self.trusted,
            settings=self.settings,
            strategy=order.strategy,
            model=order.model,
            wish=order.wish,
            version=buffer.version or 0,
        )

    def job(self, id: str) -> Job:
        """Raises BadRequest."""
        job = self.jobs.get(id)
        if job is None:
            raise BadRequest(f"There is no job {id!r}; synthd.jobs lists them.")
        return job

    def buffer(self, uri: str) -> Buffer:
        """Raises BadRequest."""
        if not uri.startswith("file:"):
            raise BadRequest(f"{uri} is not a file. Save it to one first.")
        buffer = self.buffers.get(uri)
        if buffer is None:
            raise BadRequest(f"{uri} is not open in the editor. Open it and ask again.")
        return buffer

    async def forecast(self, request: Request) -> Forecast:
        return await self.engine.forecast(request) or NO_FORECAST

    async def close(self) -> None:
        """Stop everything that does not go on without an editor, within a deadline. Whoever asks
        second waits for the first."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="close session")
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        self.changes.closing.tell(None)
        goes_on = self.engine.leave()
        await self.errands.close(ERRANDS_END)
        await self.jobs.close(JOBS_END, leave=goes_on)
        await self.engine.close(ENGINE_ENDS)

    def _announce(self, job: Job) -> None:
        self.editor.notify(wire.JOB, wire.notification(job))
        self.changes.job.tell(job)

    def _about(self) -> Request:
        root = self.buffers.root()
        return Request(root or "", "", 0, root, self.trusted, self.settings)

    def _picked(self) -> None:
        self.changes.configured.tell(None)
