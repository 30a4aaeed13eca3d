"""Judges functions of a buffer as they stand, for an editor: its own examples, no model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from synthd.daemon import config
from synthd.daemon.benches import Benches
from synthd.daemon.exits import Failure, Missing
from synthd.daemon.isolating import isolation
from synthd.daemon.judging import context_of
from synthd.daemon.limiting import sandbox_limits
from synthd.daemon.locations import user_config_file
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.report import CheckReport
from synthd.daemon.settings import Settings
from synthd.daemon.verifying import Standing as Status
from synthd.daemon.verifying import VerifyReport, verify
from synthd.daemon.workers.inquiries import NOT_TRUSTED
from synthd.lsp.verdicts import Failing, Hear, Inquiry, Judging, Known, Standing, Verified
from synthd.sandbox.errors import SandboxError
from synthd.sandbox.level import Detection
from synthd.synth.attempt import CaseOutcome
from synthd.synth.source.errors import SourceError
from synthd.synth.source.examples import examples
from synthd.synth.source.function import Target
from synthd.synth.source.place import Place
from synthd.synth.source.place import place as find_place
from synthd.synth.source.target import at, functions
from synthd.synth.source.text import SourceText

if TYPE_CHECKING:
    from synthd.daemon.verus.buffers import RustBuffers

AT_ONCE = 2  # functions
SLOW = 1.0  # seconds: from then on a function is judged after the others
SHOWN = 400  # characters of what came instead of a value
# What tells nothing about the function: it might pass with more time, or on another day.
OPEN = (CaseOutcome.TIMEOUT, CaseOutcome.INFRA_ERROR, CaseOutcome.RESOURCE_LIMIT)


@dataclass(frozen=True, slots=True)
class Buffer:
    """A text that was read, and those of its functions that are asked about."""

    source: SourceText
    place: Place
    settings: Settings
    targets: tuple[Target, ...]


@dataclass(slots=True)
class Inquiring:
    """Of one environment: of a session, say. Close it."""

    environment: Mapping[str, str] = field(repr=False)
    _benches: Benches = field(default_factory=Benches)
    _detection: Detection | None = None
    _rust: RustBuffers | None = None
    _slow: dict[tuple[str, str], float] = field(default_factory=dict)  # seconds, the last time

    async def __call__(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        """See Engine.verify."""
        if not inquiry.trusted:
            return Verified(message=NOT_TRUSTED)
        if Path(inquiry.path).suffix == ".rs":
            return await self._proved(inquiry)
        try:
            buffer = await asyncio.to_thread(_read, inquiry, self.environment)
            self._detection = self._detection or await isolation(unsafe=False)
        except (Failure, SourceError) as problem:
            return Verified(message=str(problem))
        tell = hear or (lambda _: None)
        turns = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = {
                target: group.create_task(
                    self._in_turn(turns, buffer, target, self._detection, tell)
                )
                for target in self._quick_first(inquiry.path, buffer.targets)
            }
        return Verified(tuple(tasks[target].result() for target in buffer.targets))

    async def close(self) -> None:
        if self._rust is not None:
            await self._rust.close()
        await self._benches.close()

    async def _proved(self, inquiry: Inquiry) -> Verified:
        from synthd.daemon.verus.buffers import OUTDATED, RustBuffers

        self._rust = self._rust or RustBuffers(self.environment)
        return await self._rust.verify(inquiry) or Verified(message=OUTDATED)

    def _quick_first(self, path: str, targets: Sequence[Target]) -> list[Target]:
        """Those that took long the last time hold up nobody."""
        return sorted(targets, key=lambda one: self._slow.get((path, one.qualname), 0.0))

    async def _in_turn(
        self,
        turns: asyncio.Semaphore,
        buffer: Buffer,
        target: Target,
        detection: Detection,
        tell: Hear,
    ) -> Known:
        name = (buffer.source.path, target.qualname)
        async with turns:
            tell(Judging(target.qualname, target.line - 1))
            began = time.monotonic()
            self._slow[name] = SLOW  # also where nobody waits for its end
            known = await self._judged(buffer, target, detection)
            took = time.monotonic() - began
            if took < SLOW:
                self._slow.pop(name, None)
            else:
                self._slow[name] = took
        tell(known)
        return known

    async def _judged(self, buffer: Buffer, target: Target, detection: Detection) -> Known:
        try:
            return await self._one(buffer, target, detection)
        except (Failure, SourceError, SandboxError) as problem:
            return _unknown(target, str(problem))
        except OSError as problem:
            return _unknown(target, problem.strerror or type(problem).__name__)

    async def _one(self, buffer: Buffer, target: Target, detection: Detection) -> Known:
        prepared = await asyncio.to_thread(_prepared, buffer, target)
        if not prepared.checks:
            return _unknown(target, "; ".join(prepared.warnings) or "it has no examples")
        limits = buffer.settings.limits
        context = context_of(prepared, prepared.checks)
        async with self._benches.one(context, sandbox_limits(limits), detection) as judge:
            try:
                report = await verify(prepared, limits, detection, within=judge)
            except Missing as problem:
                if isinstance(problem.__context__, SandboxError):
                    raise  # of this pair of sandboxes nothing more is expected
                return _unknown(target, str(problem))
            except Failure as problem:
                return _unknown(target, str(problem))
        return _known(prepared, report)


def _read(inquiry: Inquiry, environment: Mapping[str, str]) -> Buffer:
    """Raises Failure and SourceError."""
    source = SourceText.from_text(inquiry.text, inquiry.path)
    path = Path(inquiry.path)
    workspace = Path(inquiry.workspace) if inquiry.workspace else None
    place = find_place(path, workspace=workspace, environment=environment)
    given = config.from_editor(inquiry.settings)
    settings = config.load(place.workspace, user_config_file(), environment, given).settings
    if settings.python:
        python = Path(settings.python)
        place = find_place(path, workspace=workspace, environment=environment, python=python)
    if inquiry.offset is not None:
        targets: tuple[Target, ...] = (at(source, inquiry.offset),)
    else:
        targets = tuple(one for one in functions(source) if _stated(source, one))
    wanted = tuple(one for one in targets if not one.is_stub and not one.declared_only)
    return Buffer(source, place, settings, wanted)


def _stated(source: SourceText, target: Target) -> bool:
    """A line that looks like an example and cannot be read must not pass in silence."""
    stated = examples(source, target)
    return bool(stated.checks or stated.unparsed)


def _prepared(buffer: Buffer, target: Target) -> Prepared:
    wanted = Wanted(accept_untested=True, replace=True)
    return prepare(buffer.source, target, buffer.place, wanted)


def _known(prepared: Prepared, report: VerifyReport) -> Known:
    checks, lines = report.checks, _lines(prepared)
    standing = _standing(report.status, checks)
    passed = sum(check.outcome is CaseOutcome.PASS for check in checks)
    unread = "; ".join(prepared.warnings)
    return Known(
        function=report.function,
        line=prepared.target.line - 1,
        standing=standing,
        grade="unknown" if standing is Standing.UNKNOWN else report.grade.value,
        passed=passed,
        total=len(checks),
        at=time.time(),
        why=_why(report, standing) if standing is not Standing.VERIFIED else unread,
        seconds=report.seconds,
        sandbox=report.proof.judge.isolation if report.proof else "",
        failing=tuple(
            Failing(
                check=check.input.strip() or check.id,
                outcome=check.outcome.value,
                detail=_detail(check),
                line=lines.get(check.id),
                expected=_short(check.expected),
            )
            for check in checks
            if check.outcome is not CaseOutcome.PASS
        ),
    )


def _standing(status: Status, checks: Sequence[CheckReport]) -> Standing:
    """A check that only took too long shows nothing, one that failed does."""
    if status is Status.VERIFIED:
        return Standing.VERIFIED
    shown = any(check.outcome not in (CaseOutcome.PASS, *OPEN) for check in checks)
    return Standing.FAILED if status is Status.REFUTED and shown else Standing.UNKNOWN


def _why(report: VerifyReport, standing: Standing) -> str:
    first = next((check for check in report.checks if check.outcome in OPEN), None)
    if standing is Standing.UNKNOWN and first is not None:
        return f"{first.input.strip() or first.id}: {_detail(first)}"
    return report.message


def _detail(check: CheckReport) -> str:
    """What came instead."""
    if check.outcome is CaseOutcome.FAIL and check.got:
        return _short(check.got)
    return _short(check.detail or check.got) or check.outcome.value.replace("_", " ")


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _lines(prepared: Prepared) -> dict[str, int]:
    """Of checks, where they stand in the text: from 0."""
    found = {check.id: getattr(check, "line", None) for check in prepared.checks}
    return {id: line - 1 for id, line in found.items() if line}


def _unknown(target: Target, why: str) -> Known:
    return Known(target.qualname, target.line - 1, Standing.UNKNOWN, why=why, at=time.time())
