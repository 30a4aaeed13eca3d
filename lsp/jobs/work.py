"""The life of one job: foretold, searched for, settled in the buffer, and told about."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from pygls.exceptions import JsonRpcContentModified

from synthd.lsp.editor import Editor
from synthd.lsp.edits import anchors
from synthd.lsp.edits.offers import Offers, Settled
from synthd.lsp.engine import Replacement, Request, Result
from synthd.lsp.errands import Errands
from synthd.lsp.jobs.progress import ProgressBar
from synthd.lsp.jobs.questions import Questions
from synthd.lsp.jobs.table import Job, Jobs, State
from synthd.lsp.lazy import LazyEngine
from synthd.lsp.text.buffers import Buffers
from synthd.lsp.text.functions import Functions

log = logging.getLogger(__name__)

HELD = 1.0  # seconds that what a search tells waits for what is told before it
FORETELL = 10.0
NAMED = 0.1  # seconds that the first word of a job waits for its function's name
AGAIN = 600.0  # seconds that the user gets to say whether a job is to start anew
GOES_ON = "goes on without this editor; `synthd jobs` shows it"
KEPT = "was not applied; `synthd jobs` has the program"
ANEW, DISCARD = "Synthesize again for the new text", "Discard"


@dataclass(slots=True)
class Work:
    """announce: the job's new state to the client and to whoever subscribed."""

    editor: Editor
    buffers: Buffers
    engine: LazyEngine
    functions: Functions
    jobs: Jobs
    errands: Errands
    questions: Questions
    offers: Offers
    announce: Callable[[Job], None]

    def start(self, uri: str, request: Request) -> Job:
        return self.jobs.start(uri, lambda job: self._run(job, request))

    def start_partial(self, job: Job) -> tuple[bool, str]:
        """Apply the best program of a job that has ended without a verified one."""
        result = job.result
        change = result.partial if result else None
        ended = job.state in (State.UNSOLVED, State.UNDECIDED)
        if not ended or result is None or change is None or not _within(change, job):
            return False, f"there is no partial program to accept: the job is {job.state}"
        job.state = State.APPLYING
        self.jobs.go_on(job, lambda job: self._run_partial(job, result, change))
        return True, "applying the best program, which does not pass all checks"

    async def _run(self, job: Job, request: Request) -> None:
        job.request = request
        bar = ProgressBar(self.editor, job)
        again = False
        try:
            naming = self.errands.start(self._name(job, request), f"name {job.id}")
            if naming is not None:
                await asyncio.wait([naming], timeout=NAMED)
            self.announce(job)
            bar.start()
            job.result = await self._search(job, request, bar)
            ended = await self._conclude(job, job.result, bar)
            job.state, job.message, again = ended.state, ended.message, ended.again
        except asyncio.CancelledError:
            left = (State.LEFT, KEPT if job.result else GOES_ON)
            job.state, job.message = (State.CANCELLED, "cancelled") if job.cancelled else left
        await bar.end(job.message)
        if again:
            self.errands.start(self._ask_again(job, request), f"ask again {job.id}")
        else:
            self._say(job)
        self._end(job)

    async def _name(self, job: Job, request: Request) -> None:
        """Unless the document is another one by now: the engine will say it, too."""
        line = request.text.count("\n", 0, request.offset)
        with contextlib.suppress(JsonRpcContentModified):
            function = await self.functions.around(job.uri, line)
            job.asked = function.name if function else ""

    async def _run_partial(self, job: Job, result: Result, change: Replacement) -> None:
        try:
            ended = await self.offers.apply_partial(job, result, change)
            job.state, job.message = ended.state, ended.message
        except asyncio.CancelledError:
            job.state, job.message = State.CANCELLED, "cancelled"
        self._say(job)
        self._end(job)

    def _end(self, job: Job) -> None:
        job.preview = None
        if job.state not in (State.UNSOLVED, State.UNDECIDED):
            job.request = None  # it holds the whole text
        self.announce(job)  # last: whoever hears it has heard all

    async def _search(self, job: Job, request: Request, bar: ProgressBar) -> Result:
        try:
            engine = await self.engine.get()
            foretelling = asyncio.create_task(self._foretell(request, bar), name="foretell")
            try:
                result = await engine.synthesize(request, bar.tell, self.questions.of(job))
            finally:
                foretelling.cancel()
                bar.foretell(job.forecast)
        except Exception as failure:
            # Not str(failure) into the log: it may quote the user's source.
            frames = "".join(traceback.format_tb(failure.__traceback__))
            log.error("%s in the engine\n%s", type(failure).__name__, frames)
            lines = str(failure).splitlines() or ["no details"]
            return Result("error", "unknown", f"{type(failure).__name__}: {lines[0]}")
        change = result.replacement
        if result.status == "verified" and not (change and _within(change, job)):
            return Result("error", "unknown", "the engine verified code that it did not place")
        return result

    async def _foretell(self, request: Request, bar: ProgressBar) -> None:
        """The search does not wait for it; what is told of the search does, for a moment."""
        asking = asyncio.ensure_future(self.engine.forecast(request))
        try:
            await asyncio.wait([asking], timeout=HELD)
            if not asking.done():
                bar.foretell(None)
                await asyncio.wait([asking], timeout=FORETELL)
            bar.foretell(asking.result() if asking.done() else None)
        except Exception as failure:  # the job itself will say what is wrong
            log.warning("%s while a job was foretold", type(failure).__name__)
            bar.foretell(None)
        finally:
            asking.cancel()

    async def _conclude(self, job: Job, result: Result, bar: ProgressBar) -> Settled:
        if job.cancelled or result.status == "cancelled":
            return Settled(State.CANCELLED, "cancelled")
        if result.status != "verified" or result.replacement is None:
            known = result.status in (State.UNSOLVED, State.UNDECIDED)
            return Settled(State(result.status) if known else State.ERROR, result.message)
        return await self.offers.settle(job, result, result.replacement, bar)

    def _say(self, job: Job) -> None:
        """In a window only what the user has to know; success shows in the buffer and the bar."""
        match job.state:
            case State.CANCELLED | State.LEFT | State.REJECTED:
                pass
            case State.VERIFIED:
                if not self.editor.shows_progress:
                    self.editor.inform(job.message)
            case State.STALE | State.PARTIAL:
                self.editor.inform(job.message)
            case _:
                self.editor.warn(job.message)

    async def _ask_again(self, job: Job, request: Request) -> None:
        """Its function is another one now: whether that one is to be written."""
        if await self.editor.choose(job.message, [ANEW, DISCARD], AGAIN) != ANEW:
            return
        buffer, name = self.buffers.get(job.uri), job.function
        if buffer is None:
            self.editor.warn("the file is not open any more; open it and ask again")
            return
        text = buffer.text
        known = await self.functions.reading.run(lambda: anchors.regions(buffer.path, text))
        found = [region for region in known if region.name == name]
        if not found:
            self.editor.warn(f"there is no function {name} any more; ask for another one")
            return
        start = found[0].start
        self.start(job.uri, replace(request, text=text, offset=start, version=buffer.version or 0))


def _within(change: Replacement, job: Job) -> bool:
    text = job.request.text if job.request else ""
    return 0 <= change.start <= change.end <= len(text)
