"""The engine behind the language server: the same search as the command line's, on a buffer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from synthd.daemon import config
from synthd.daemon.compose import Composed, compose
from synthd.daemon.exits import Failure
from synthd.daemon.locations import user_config_file
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.report import Status
from synthd.daemon.settings import Settings
from synthd.daemon.synthesis import Done, synthesize
from synthd.daemon.verus.buffers import OUTDATED, RustBuffers, is_rust
from synthd.lsp.engine import (
    Ask,
    Engine,
    Inquiry,
    Progress,
    Proofs,
    Replacement,
    Request,
    Result,
    Tell,
    Verified,
)
from synthd.synth.attempt import Grade
from synthd.synth.budget import Budget
from synthd.synth.events import Asked, Event, Heard, Tried
from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import place as find_place
from synthd.synth.source.splice import replacement
from synthd.synth.source.target import at
from synthd.synth.source.text import SourceText


@dataclass
class LocalEngine(Engine):
    """Runs searches in this process. Models stay loaded between jobs, until `close`."""

    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _composed: dict[str, Composed] = field(default_factory=dict)
    _composing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _rust: RustBuffers = field(default_factory=RustBuffers)

    async def synthesize(self, request: Request, tell: Tell, ask: Ask | None = None) -> Result:
        if not request.trusted:
            return _failed(
                "", "this workspace is not trusted, and synthesis runs its code; trust it first"
            )
        function = ""
        try:
            prepared, settings = _prepared(request)
            function = prepared.target.qualname
            tell(Progress(f"{function}: starting the model"))
            composed = await self._compose(settings)
            done = await synthesize(
                prepared, composed.setup, Teller(function, composed.setup.budget, tell)
            )
        except (Failure, SourceError) as failure:
            return _failed(function, str(failure))
        return _result(prepared, done)

    async def verify(self, inquiry: Inquiry) -> Verified:
        if is_rust(inquiry.path):
            return await self._rust.verify(inquiry) or Verified(message=OUTDATED)
        return await super().verify(inquiry)

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

    def leave(self) -> bool:
        """Nobody else could fetch their results: its searches end with the editor."""
        return False

    async def close(self) -> None:
        await self._rust.close()
        self._composed.clear()
        await self._stack.aclose()

    async def _compose(self, settings: Settings) -> Composed:
        """One model for all jobs of the same settings."""
        key = settings.model_dump_json()
        async with self._composing:
            if key not in self._composed:
                self._composed[key] = await self._stack.enter_async_context(compose(settings))
            return self._composed[key]


def _prepared(request: Request) -> tuple[Prepared, Settings]:
    source = SourceText.from_text(request.text, request.path)
    workspace = Path(request.workspace) if request.workspace else None
    path = Path(request.path)
    place = find_place(path, workspace=workspace, environment=os.environ)
    given = config.from_editor(request.settings)
    settings = config.load(place.workspace, user_config_file(), os.environ, given).settings
    if settings.python:
        python = Path(settings.python)
        place = find_place(path, workspace=workspace, environment=os.environ, python=python)
    if "tested_seconds" not in settings.model_fields_set:
        settings = _hasty(settings)
    target = at(source, request.offset)
    return prepare(source, target, place, Wanted()), settings


def _hasty(settings: Settings) -> Settings:
    """Who waits for an edit gets it when its examples hold; who wants more has said so."""
    parameters = {
        **settings.parameters,
        "auto": {"agree": 1, **settings.parameters.get("auto", {})},
    }
    return settings.model_copy(update={"tested_seconds": 0.0, "parameters": parameters})


def _result(prepared: Prepared, done: Done) -> Result:
    report = done.report
    edit = None
    if report.status is Status.VERIFIED:
        start, end, text = replacement(prepared.source, prepared.target, done.body)
        edit = Replacement(start, end, text)
    return Result(
        status=report.status.value,
        grade=report.grade.value,
        message=report.message,
        function=report.function,
        replacement=edit,
        code=report.code,
        report=report.model_dump(mode="json", by_alias=True),
    )


def _failed(function: str, message: str) -> Result:
    return Result("error", Grade.UNKNOWN.value, message, function)


@dataclass(slots=True)
class Teller:
    """A Trace that tells an editor's progress bar: how far, and how it goes."""

    name: str
    budget: Budget
    tell: Tell
    programs: int = 0
    tokens: int = 0
    best: float = 0.0
    doing: str = "drafting"

    def __call__(self, event: Event) -> None:
        match event:
            case Asked():
                self.doing = event.purpose
            case Heard():
                self.tokens += 1
            case Tried():
                self.programs = event.programs
                self.best = max(self.best, event.attempt.score)
            case _:
                return
        spent = max(self.programs / self.budget.programs, self.tokens / self.budget.tokens)
        best = f", best passes {self.best:.0%}" if self.programs else ""
        message = f"{self.name}: {self.doing}, {self.programs} programs judged{best}"
        self.tell(Progress(message, min(1.0, spent)))
