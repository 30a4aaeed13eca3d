"""Verus for editors: buffers verified as they are typed, the outdated ones given up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from synthd.daemon import config
from synthd.daemon.exits import Failure
from synthd.daemon.isolating import isolation
from synthd.daemon.locations import user_config_file
from synthd.daemon.settings import Settings
from synthd.daemon.verus import sources
from synthd.daemon.verus.installed import open_checker, tool
from synthd.daemon.verus.sources import Named
from synthd.daemon.verus.verifying import Verifying
from synthd.daemon.verus.wire import DiagnosticReport, PlaceReport, RustReport, RustStanding
from synthd.lsp.engine import FunctionProof, ProofDiagnostic, ProofNote, Proofs, Range
from synthd.synth.source.place import find_workspace
from synthd.synth.verifiers.verus.gate import Rules

_STATUS = {
    RustStanding.VERIFIED: "proved",
    RustStanding.REFUTED: "refuted",
    RustStanding.STUB: "stub",
}


@dataclass(slots=True)
class RustBuffers:
    """Keeps one checker for each set of settings, with what it knows, until `close`."""

    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _opened: dict[str, Verifying] = field(default_factory=dict)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _newest: dict[str, tuple[int, asyncio.Task[Proofs]]] = field(default_factory=dict)

    async def verify(self, path: str, text: str, version: int, *, trusted: bool) -> Proofs | None:
        known = self._newest.get(path)
        if known is not None and known[0] > version:
            return None
        if known is not None:
            known[1].cancel()
        task = asyncio.create_task(self._verified(path, text, version, trusted))
        self._newest[path] = (version, task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if task.cancelled() and not (caller and caller.cancelling()):
                return None  # a newer version ended it
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            if self._newest.get(path) == (version, task):
                del self._newest[path]

    async def close(self) -> None:
        tasks = [task for _, task in self._newest.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._opened.clear()
        await self._stack.aclose()

    async def _verified(self, path: str, text: str, version: int, trusted: bool) -> Proofs:
        if not trusted:
            message = "this workspace is not trusted, and Verus runs its macros; trust it first"
            return Proofs(path, version, message=message)
        try:
            source = sources.of_bytes(text.encode("utf-8", "surrogatepass"), path)
            verifying = await self._verifying(path)
            reports = await verifying.verify(Named(source))
        except Failure as failure:
            return Proofs(path, version, message=str(failure))
        return proofs(path, version, reports)

    async def _verifying(self, path: str) -> Verifying:
        settings = _settings(path)
        key = settings.model_dump_json()
        async with self._opening:
            if key not in self._opened:
                found = await tool(settings, os.environ)
                detection = await isolation(unsafe=False)
                opened = open_checker(found, settings, detection)
                checker = await self._stack.enter_async_context(opened)
                rules = Rules(termination=found.demands_termination)
                self._opened[key] = Verifying(checker, rules, found.note)
            return self._opened[key]


def proofs(path: str, version: int, reports: Sequence[RustReport]) -> Proofs:
    whole = [report for report in reports if not report.function]
    return Proofs(
        path,
        version,
        tuple(_function(report) for report in reports if report.function),
        tuple(_diagnostic(one) for report in whole for one in report.diagnostics),
        next((report.message for report in whole), ""),
    )


def _settings(path: str) -> Settings:
    return config.load(find_workspace(Path(path)), user_config_file(), os.environ, {}).settings


def _function(report: RustReport) -> FunctionProof:
    return FunctionProof(
        report.function,
        max(0, report.line - 1),
        _STATUS.get(report.status, "unknown"),
        report.message,
        tuple(report.labels),
        tuple(_diagnostic(one) for one in report.diagnostics),
    )


def _diagnostic(one: DiagnosticReport) -> ProofDiagnostic:
    places = sorted(one.places, key=lambda place: (not place.ours, not place.primary))
    shown = places[0] if places and places[0].ours else None
    notes = [_note(place) for place in places if place is not shown and place.label]
    if shown is not None and shown.label:
        notes.insert(0, ProofNote(shown.label, _range(shown)))
    notes += [ProofNote(text) for text in one.help]
    where = _range(shown) if shown else None
    return ProofDiagnostic(one.kind, one.level, one.message, where, tuple(notes))


def _note(place: PlaceReport) -> ProofNote:
    if place.ours:
        return ProofNote(place.label, _range(place))
    return ProofNote(f"{place.label} ({place.file}:{place.line})")


def _range(place: PlaceReport) -> Range:
    return Range(place.line - 1, place.column - 1, place.end_line - 1, place.end_column - 1)
