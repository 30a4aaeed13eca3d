"""From a verified program to a buffer that holds it: placed, verified again where it has to be,
shown, wanted, applied, compared.

Each step looks at the buffer anew: what is typed meanwhile sends it back to the first, never over
the user's text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from synthd.lsp.editor import Editor
from synthd.lsp.edits import anchors
from synthd.lsp.edits.anchors import Anchored
from synthd.lsp.edits.applying import CHANGED, CLOSED, Edits, Label, Landing
from synthd.lsp.edits.previews import Mode, preview
from synthd.lsp.edits.reverifying import Outdated, verified_again
from synthd.lsp.engine import Progress, Replacement, Result
from synthd.lsp.jobs.progress import ProgressBar
from synthd.lsp.jobs.table import Job, State, Verdict
from synthd.lsp.lazy import LazyEngine
from synthd.lsp.text.buffers import Buffer, Buffers
from synthd.lsp.text.functions import Reading
from synthd.lsp.text.positions import same_text, with_line_ends_of

log = logging.getLogger(__name__)

KEEP = 10.0  # seconds for keeping a certificate
WAIT = 24 * 3600.0  # seconds that an edit waits for synthd.accept
ROUNDS = 20  # edits of the buffer that came between, after which it is left alone
OTHER = "{name} itself changed meanwhile, so what was found for it was not applied"
EXPIRED = "nobody accepted the edit within a day"


@dataclass(frozen=True, slots=True)
class Settled:
    state: State
    message: str
    again: bool = False


@dataclass(slots=True)
class Offers:
    """show: the job's new state to the client. ask: the user where the client has no way to."""

    editor: Editor
    buffers: Buffers
    edits: Edits
    engine: LazyEngine
    reading: Reading
    show: Callable[[Job], None]
    ask: Callable[[Job], None]

    async def settle(
        self, job: Job, result: Result, change: Replacement, bar: ProgressBar
    ) -> Settled:
        """Of a verified result. The bar ends once it is the user who is waited for."""
        name = result.function or "a function"
        try:
            return await self._settled(job, result, change, name, bar)
        except Outdated as why:
            message = f"{name}: solved, but {_plain(why, name)}."
            return Settled(State.STALE, message, why.again)
        finally:
            job.verdict = None

    async def apply_partial(self, job: Job, result: Result, change: Replacement) -> Settled:
        """The best program of an unsolved job, which nobody calls verified."""
        name = result.function or "a function"
        label = Label(f"synthd: {name}, unverified")
        try:
            placed = await self._anchored(job, change)
            for _ in range(ROUNDS):
                buffer, placed, _ = await self._placed(job, placed, name)
                landing = await self.edits.apply(job.uri, buffer.text, placed.change, label)
                if landing.state is not State.STALE:
                    break
        except Outdated as why:
            return Settled(State.STALE, f"{name}: {_plain(why, name)}.")
        if landing.state is State.VERIFIED:
            return Settled(State.PARTIAL, f"{name}: applied unverified. {result.message}")
        return Settled(landing.state, f"{name}: {landing.reason}.")

    async def _settled(
        self, job: Job, result: Result, change: Replacement, name: str, bar: ProgressBar
    ) -> Settled:
        placed = await self._anchored(job, change)
        wanted = self.editor.preview is Mode.NONE
        for _ in range(ROUNDS):
            buffer, placed, again = await self._placed(job, placed, name)
            if again:
                result = await self._verified_again(job, placed, result, buffer.version, bar)
                job.result = result
                continue
            if not wanted and self.editor.preview is Mode.COMMAND:
                verdict = await self._wanted(job, buffer, placed, result, bar)
                if verdict is Verdict.INSERTED:
                    return await self._inserted(job, buffer, placed, result, name)
                if verdict is not Verdict.ACCEPT:
                    return Settled(State.REJECTED, f"{name}: rejected")
                wanted = True
                continue
            landing = await self._apply(job, buffer, placed, result, bar)
            if landing.state is not State.STALE:
                return await self._landed(job, landing, result, name)
            if self.editor.preview is Mode.ANNOTATIONS:
                break  # who was asked once is not asked again
        raise Outdated(CHANGED)

    async def _anchored(self, job: Job, change: Replacement) -> Anchored:
        request = job.request
        assert request is not None
        path, text, offset = request.path, request.text, request.offset
        return await self.reading.run(lambda: anchors.anchored(path, text, offset, change))

    async def _placed(self, job: Job, placed: Anchored, name: str) -> tuple[Buffer, Anchored, bool]:
        """In the buffer as it is now. Raises Outdated."""
        buffer = self.buffers.get(job.uri)
        if buffer is None:
            raise Outdated(CLOSED, again=False)
        if buffer.text == placed.text:
            return buffer, placed, False
        found = await self.reading.run(lambda: anchors.moved(buffer.path, placed, buffer.text))
        if found is None:
            raise Outdated(OTHER.format(name=name))
        return buffer, found.anchored, found.again

    async def _verified_again(
        self, job: Job, placed: Anchored, result: Result, version: int | None, bar: ProgressBar
    ) -> Result:
        assert job.request is not None
        job.state = State.RUNNING
        bar.tell(Progress("the file changed: verifying again"))
        self.show(job)
        return await verified_again(self.engine, job.request, placed, result, version)

    async def _inserted(
        self, job: Job, buffer: Buffer, placed: Anchored, result: Result, name: str
    ) -> Settled:
        """By the editor itself. Raises Outdated where the buffer is not what was verified."""
        change = placed.change
        new = with_line_ends_of(buffer.text, change.text)
        expected = buffer.text[: change.start] + new + buffer.text[change.end :]
        now = self.buffers.get(job.uri)
        if now is None or not same_text(now.text, expected):
            raise Outdated(CHANGED)
        return await self._landed(job, Landing(State.VERIFIED, "", now.text), result, name)

    async def _wanted(
        self, job: Job, buffer: Buffer, placed: Anchored, result: Result, bar: ProgressBar
    ) -> Verdict:
        """Raises Outdated."""
        await self._ready(job, buffer, placed, result, bar)
        job.verdict = asyncio.get_running_loop().create_future()
        self.show(job)
        self.ask(job)
        try:
            async with asyncio.timeout(WAIT):
                verdict = await job.verdict
        except TimeoutError:
            raise Outdated(EXPIRED) from None
        if verdict is Verdict.OUTDATED:
            raise Outdated(OTHER.format(name=result.function))
        return verdict

    async def _apply(
        self, job: Job, buffer: Buffer, placed: Anchored, result: Result, bar: ProgressBar
    ) -> Landing:
        title = f"synthd: {result.function or 'a function'}"
        if self.editor.preview is not Mode.ANNOTATIONS:
            job.state = State.APPLYING
            return await self.edits.apply(job.uri, buffer.text, placed.change, Label(title))
        await self._ready(job, buffer, placed, result, bar)
        self.show(job)
        label = Label(title, f"{result.message} [{result.grade}]")
        return await self.edits.apply(job.uri, buffer.text, placed.change, label)

    async def _ready(
        self, job: Job, buffer: Buffer, placed: Anchored, result: Result, bar: ProgressBar
    ) -> None:
        change = replace(placed.change, text=with_line_ends_of(buffer.text, placed.change.text))
        job.preview = preview(
            buffer.path, buffer.text, buffer.version, change, placed.region,
            self.buffers.encoding, result.message, result.grade,
        )  # fmt: skip
        job.state, job.message = State.READY, result.message
        await bar.end(result.message)

    async def _landed(self, job: Job, landing: Landing, result: Result, name: str) -> Settled:
        if landing.state is State.REJECTED:
            return Settled(landing.state, f"{name}: not applied ({landing.reason})")
        if landing.state is not State.VERIFIED:
            return Settled(landing.state, f"{name}: solved, but {landing.reason}.")
        await self._record(job, landing.text, result)
        return Settled(landing.state, result.message)

    async def _record(self, job: Job, text: str, result: Result) -> None:
        """The edit stands whether or not its certificate can be kept."""
        if job.request is None or result.report is None:
            return
        try:
            async with asyncio.timeout(KEEP):
                await self.engine.record(job.request.path, text, result.report)
        except Exception as failure:
            log.error("%s while a certificate was kept", type(failure).__name__)


def _plain(why: Outdated, name: str) -> str:
    """As the end of a sentence that has begun with the function's name."""
    itself = f"{name} itself "
    text = str(why)
    return f"it {text.removeprefix(itself)}" if text.startswith(itself) else text
