"""The engine behind the language server: the same search as the command line's, on a buffer."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from synthd.daemon import asked, placing
from synthd.daemon.compose import Composed, compose
from synthd.daemon.exits import BadInput, Failure
from synthd.daemon.inquiring import Inquiring
from synthd.daemon.local_search import Asking, LocalSearch, Telling
from synthd.daemon.offering import Offering
from synthd.daemon.picked import Picked
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.sessions.certified import Certified
from synthd.daemon.sessions.remembered import Remembered
from synthd.daemon.settings import Settings
from synthd.daemon.showing import nodes as drawing
from synthd.daemon.synthesis import Done, synthesize
from synthd.daemon.verus.buffers import OUTDATED, RustBuffers, is_rust
from synthd.daemon.workers.resolving import hasty
from synthd.daemon.workers.telling import Teller
from synthd.lsp.engine import (
    Ask,
    Engine,
    Forecast,
    Node,
    Options,
    Progress,
    Replacement,
    Request,
    Result,
    Tell,
    Wish,
)
from synthd.lsp.verdicts import Hear, Inquiry, Known, Proofs, Verified
from synthd.synth.attempt import Grade
from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import place as find_place
from synthd.synth.source.target import at
from synthd.synth.source.text import SourceText

REMEMBERED = 20  # searches that can still be shown
NEWER = "a newer version of this file is being verified"


@dataclass
class LocalEngine(Engine):
    """Runs searches in this process. Models stay loaded between jobs, until `close`."""

    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _composed: dict[str, Composed] = field(default_factory=dict)
    _composing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _rust: RustBuffers = field(default_factory=RustBuffers)
    _inquiring: Inquiring = field(default_factory=lambda: Inquiring(os.environ))
    _verifying: dict[tuple[str, bool], asyncio.Task[Verified]] = field(default_factory=dict)
    _offering: Offering = field(default_factory=lambda: Offering(os.environ))
    _certified: Certified = field(default_factory=lambda: Certified(Remembered()))
    _searches: dict[str, LocalSearch] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    # ---------------------------------------------------------------- searches

    async def synthesize(self, request: Request, tell: Tell, ask: Ask | None = None) -> Result:
        if not request.trusted:
            return _failed(
                "", "this workspace is not trusted, and synthesis runs its code; trust it first"
            )
        function, search = "", self._search()
        try:
            picked = await asyncio.to_thread(self._offering.picked)
            prepared, settings = await asyncio.to_thread(_prepared, request, picked)
            function = prepared.target.qualname
            tell(Progress(f"{function}: starting the model", job=search.id, function=function))
            composed = await self._compose(settings)
            done = await _searched(prepared, composed, search, tell, ask)
        except (Failure, SourceError) as failure:
            return _failed(function, str(failure), search.id)
        finally:
            search.close()
        return _result(prepared, done, search.id)

    def leave(self) -> bool:
        """Nobody else could fetch their results: its searches end with the editor."""
        return False

    async def close(self) -> None:
        for task in list(self._verifying.values()):
            task.cancel()
        await asyncio.gather(*self._verifying.values(), return_exceptions=True)
        await self._inquiring.close()
        await self._rust.close()
        self._composed.clear()
        await self._stack.aclose()

    def _search(self) -> LocalSearch:
        search = LocalSearch(f"local-{next(self._numbers)}")
        over = [id for id, known in self._searches.items() if known.over]
        for id in over[: max(0, len(self._searches) - REMEMBERED + 1)]:
            del self._searches[id]
        self._searches[search.id] = search
        return search

    async def _compose(self, settings: Settings) -> Composed:
        """One model for all jobs of the same settings."""
        key = settings.model_dump_json()
        async with self._composing:
            if key not in self._composed:
                self._composed[key] = await self._stack.enter_async_context(compose(settings))
            return self._composed[key]

    # ---------------------------------------------------------------- what stands there

    async def verify(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        if is_rust(inquiry.path):
            return await self._rust.verify(inquiry) or Verified(message=OUTDATED)
        about = inquiry.path, inquiry.apart
        if older := self._verifying.get(about):
            older.cancel()
        task = asyncio.create_task(self._inquiring(inquiry, hear), name="verifying a buffer")
        self._verifying[about] = task
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            await asyncio.wait([task])
            if self._verifying.get(about) is task:
                del self._verifying[about]
        return Verified(message=NEWER) if task.cancelled() else task.result()

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
        verified = await self._rust.verify(inquiry)
        return verified.proofs if verified else None

    async def known(self, path: str, text: str) -> Sequence[Known]:
        return await self._certified.known(path, text)

    async def record(self, path: str, text: str, report: Mapping[str, object]) -> None:
        await self._certified.record(path, text, report)

    def subscribe(self, changed: Callable[[str], None]) -> Callable[[], None]:
        return self._certified.subscribe(changed)

    async def certificate(self, path: str, function: str, text: str | None = None) -> str:
        return await self._certified.markdown(path, function, text)

    # ---------------------------------------------------------------- before a search

    async def forecast(self, request: Request) -> Forecast | None:
        return await self._offering.forecast(request)

    async def options(self, request: Request) -> Options:
        return await self._offering.options(request)

    async def choose(self, model: str, strategy: str) -> None:
        with contextlib.suppress(OSError):  # then the next job has what the settings say
            await self._offering.choose(model, strategy)

    # ---------------------------------------------------------------- while it goes

    async def search(self, job: str) -> Sequence[Node]:
        known = self._searches.get(job)
        return await asyncio.to_thread(drawing.shown, tuple(known.lines)) if known else ()

    async def watch(self, job: str) -> AsyncGenerator[Sequence[Node], None]:
        if known := self._searches.get(job):
            async with aclosing(known.watch()) as pictures:
                async for picture in pictures:
                    yield picture

    async def report(self, job: str) -> str:
        known = self._searches.get(job)
        return await asyncio.to_thread(drawing.markdown, tuple(known.lines)) if known else ""

    async def prune(self, job: str, node: str) -> bool:
        known, name = self._searches.get(job), drawing.name_of(node)
        if known is None or known.over:
            return False
        if all(drawing.name_of(one.id) != name for one in await self.search(job)):
            return False
        known.pruning.want(name)
        return True


async def _searched(
    prepared: Prepared, composed: Composed, search: LocalSearch, tell: Tell, ask: Ask | None
) -> Done:
    setup = dataclasses.replace(composed.setup, tracing=search.told(), pruning=search.pruning)
    telling = Telling(search.id, prepared.target.qualname, setup, tell)
    teller = Teller(telling, setup.strategy_name, setup.budget)
    teller.begin()
    try:
        return await synthesize(prepared, setup, teller, Asking(ask) if ask else None)
    finally:
        teller.close()


def _prepared(request: Request, picked: Picked) -> tuple[Prepared, Settings]:
    """Reads files: for threads. Raises Failure and SourceError."""
    if is_rust(request.path):
        raise BadInput("Rust is written by synthd's daemon, or by `synthd synth FILE.rs`")
    if request.wish in (Wish.PROOF, Wish.INVARIANT):
        raise BadInput("a proof is of Rust: a Python function is held to its examples")
    source = SourceText.from_text(request.text, request.path)
    settings = hasty(asked.settings(request, picked, os.environ))
    place = find_place(
        Path(request.path),
        workspace=Path(request.workspace) if request.workspace else None,
        environment=os.environ,
        python=Path(settings.python) if settings.python else None,
    )
    wanted = Wanted(repair=request.wish is Wish.REPAIR)
    return prepare(source, at(source, request.offset), place, wanted), settings


def _result(prepared: Prepared, done: Done, job: str) -> Result:
    report = done.report
    edit, partial = placing.verified(prepared, done), placing.partial(prepared, done)
    return Result(
        status=report.status.value,
        grade=report.grade.value,
        message=report.message,
        function=report.function,
        replacement=Replacement(*edit) if edit else None,
        code=report.code,
        report=report.model_dump(mode="json", by_alias=True),
        partial=Replacement(*partial) if partial else None,
        job=job,
    )


def _failed(function: str, message: str, job: str = "") -> Result:
    return Result("error", Grade.UNKNOWN.value, message, function, job=job)
