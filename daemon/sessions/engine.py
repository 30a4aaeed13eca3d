"""A language server's engine in the daemon: each search is a job, which outlives the editor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from synthd.daemon import asked
from synthd.daemon.config import BadConfig
from synthd.daemon.jobs.errors import JobsError
from synthd.daemon.jobs.spec import Options as JobOptions
from synthd.daemon.jobs.spec import Proving, Spec
from synthd.daemon.jobs.states import Priority
from synthd.daemon.jobs.view import JobView, Update
from synthd.daemon.offering import Offering
from synthd.daemon.picked import Picked
from synthd.daemon.service.calls import Caller
from synthd.daemon.sessions import rust, searches
from synthd.daemon.sessions.certified import Certificates, Certified
from synthd.daemon.sessions.following import Following
from synthd.daemon.sessions.verifier import Verifier
from synthd.lsp.engine import Ask, Engine, Forecast, Node, Options, Request, Result, Tell, Wish
from synthd.lsp.verdicts import Hear, Inquiry, Known, Proofs, Verified
from synthd.synth.attempt import Grade

CANCELLED = 5.0  # seconds; the jobs' own limit is two
NO_EVENTS = 1 << 62  # watch from there: an editor is shown progress, not the trace
RUST = ".rs"


class Jobs(Protocol):
    """What an editor needs of them (daemon/jobs/manager.py)."""

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView: ...

    def watch(
        self, id: str, seq: int = 0, *, answers: bool = False
    ) -> AsyncGenerator[Update, None]: ...

    async def cancel(self, id: str) -> JobView: ...

    async def answer(self, id: str, number: int, value: str | None) -> bool: ...

    async def prune(self, id: str, node: str) -> bool: ...

    async def lines(self, id: str) -> tuple[str, ...]: ...

    async def past(self, model: str, strategy: str) -> Sequence[float]: ...


@dataclass
class JobEngine(Engine):
    """Of one editor: its jobs run in its environment, and are its own in the queue."""

    jobs: Jobs
    caller: Caller
    certificates: Certificates | None = None
    verifier: Verifier = field(init=False)
    offering: Offering = field(init=False)
    _certified: Certified = field(init=False)
    _left: bool = False
    _answering: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.verifier = Verifier(self.caller.environment)
        self.offering = Offering(self.caller.environment)
        self._certified = Certified(self.certificates)

    # ---------------------------------------------------------------- searches

    async def synthesize(self, request: Request, tell: Tell, ask: Ask | None = None) -> Result:
        try:
            picked = await asyncio.to_thread(self.offering.picked)
            id = await self._submit(spec_of(request, picked, asks=ask is not None))
            return await self._follow(id, tell, ask)
        except (BadConfig, JobsError) as problem:
            return _failed(str(problem))

    def leave(self) -> bool:
        self._left = True
        return True

    async def close(self) -> None:
        await self.verifier.close()
        if self._answering:
            await asyncio.wait(self._answering, timeout=CANCELLED)

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

    async def _follow(self, id: str, tell: Tell, ask: Ask | None) -> Result:
        following = Following(id, tell, ask, lambda number, value: self._answer(id, number, value))
        watching = self.jobs.watch(id, NO_EVENTS, answers=ask is not None)
        try:
            async with aclosing(watching) as updates:
                async for update in updates:
                    result = following.read(update)
                    if result is not None:
                        return result
        except asyncio.CancelledError:
            await self._cancel(id)
            raise
        finally:
            await following.close()
        return _failed(f"job {id} ended without a word; `synthd jobs show {id}` may say more")

    def _answer(self, id: str, number: int, value: str | None) -> None:
        task = asyncio.create_task(self._answered(id, number, value), name=f"answer to {id}")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answered(self, id: str, number: int, value: str | None) -> None:
        with contextlib.suppress(JobsError):
            await self.jobs.answer(id, number, value)

    async def _cancel(self, id: str) -> None:
        """Unless it is only the editor that goes: then the job goes on."""
        if self._left:
            return
        with contextlib.suppress(JobsError, TimeoutError):
            async with asyncio.timeout(CANCELLED):
                await self.jobs.cancel(id)

    # ---------------------------------------------------------------- what stands there

    async def verify(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        return await self.verifier.verify(inquiry, hear)

    async def verify_rust(
        self,
        path: str,
        text: str,
        version: int,
        *,
        trusted: bool = True,
        workspace: str | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> Proofs | None:
        """A ProofEngine's part: see there."""
        inquiry = Inquiry(path, text, version, None, workspace, trusted, settings or {})
        return await rust.prove(self.verify, inquiry)

    async def known(self, path: str, text: str) -> Sequence[Known]:
        with contextlib.suppress(JobsError):
            return await self._certified.known(path, text)
        return ()

    async def record(self, path: str, text: str, report: Mapping[str, object]) -> None:
        with contextlib.suppress(JobsError):  # the edit is there all the same
            await self._certified.record(path, text, report)

    def subscribe(self, changed: Callable[[str], None]) -> Callable[[], None]:
        return self._certified.subscribe(changed)

    async def certificate(self, path: str, function: str, text: str | None = None) -> str:
        with contextlib.suppress(JobsError):
            return await self._certified.markdown(path, function, text)
        return ""

    # ---------------------------------------------------------------- before a search

    async def forecast(self, request: Request) -> Forecast | None:
        try:
            return await self.offering.forecast(request, self.jobs.past)
        except JobsError:
            return await self.offering.forecast(request)

    async def options(self, request: Request) -> Options:
        return await self.offering.options(request)

    async def choose(self, model: str, strategy: str) -> None:
        with contextlib.suppress(OSError):  # then the next job has what the settings say
            await self.offering.choose(model, strategy)

    # ---------------------------------------------------------------- while it goes

    async def search(self, job: str) -> Sequence[Node]:
        with contextlib.suppress(JobsError):
            return await searches.nodes(await self.jobs.lines(job))
        return ()

    async def watch(self, job: str) -> AsyncGenerator[Sequence[Node], None]:
        with contextlib.suppress(JobsError):
            async with aclosing(searches.watch(self.jobs.watch(job))) as pictures:
                async for picture in pictures:
                    yield picture

    async def report(self, job: str) -> str:
        with contextlib.suppress(JobsError):
            return await searches.report(await self.jobs.lines(job))
        return ""

    async def prune(self, job: str, node: str) -> bool:
        with contextlib.suppress(JobsError):
            return await searches.prune(self.jobs, job, node)
        return False


def spec_of(request: Request, picked: Picked, *, asks: bool = False) -> Spec:
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
        options=_options(request, asks=asks),
        settings=asked.given(request, picked),
    )


def _options(request: Request, *, asks: bool) -> JobOptions:
    """Raises BadConfig."""
    rust = request.path.endswith(RUST)
    if request.wish in (Wish.PROOF, Wish.INVARIANT) and not rust:
        raise BadConfig("a proof is of Rust: a Python function is held to its examples")
    return JobOptions(
        hasty=True,
        ask=asks and not rust,
        replace=request.wish is Wish.BODY and not rust,
        repair=request.wish is Wish.REPAIR,
        proof=_PROVING[request.wish],
    )


_PROVING = {
    Wish.BODY: Proving.ANEW,
    Wish.REPAIR: Proving.ALL,
    Wish.PROOF: Proving.PROOF,
    Wish.INVARIANT: Proving.INVARIANTS,
}


def _failed(message: str) -> Result:
    return Result("error", Grade.UNKNOWN.value, message)
