"""What editors are told of a Rust buffer: Verus' verdicts as the language server has them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from synthd.daemon.verus.wire import DiagnosticReport, PlaceReport, RustReport, RustStanding
from synthd.lsp.verdicts import (
    Failing,
    FunctionProof,
    Known,
    ProofDiagnostic,
    ProofNote,
    Proofs,
    Range,
    Standing,
    Verified,
)

_STATUS = {
    RustStanding.VERIFIED: "proved",
    RustStanding.REFUTED: "refuted",
    RustStanding.STUB: "stub",
}
_STANDING = {
    RustStanding.VERIFIED: Standing.VERIFIED,
    RustStanding.REFUTED: Standing.FAILED,
}


def verified(path: str, version: int, reports: Sequence[RustReport]) -> Verified:
    told = proofs(path, version, reports)
    return Verified(tuple(known(reports)), told.message, told)


def nothing(path: str, version: int, message: str) -> Verified:
    return Verified(message=message, proofs=Proofs(path, version, message=message))


def proofs(path: str, version: int, reports: Sequence[RustReport]) -> Proofs:
    whole = [report for report in reports if not report.function]
    return Proofs(
        path,
        version,
        tuple(_function(report) for report in reports if report.function),
        tuple(_diagnostic(one) for report in whole for one in report.diagnostics),
        next((report.message for report in whole), ""),
    )


def known(reports: Sequence[RustReport]) -> Iterator[Known]:
    """Without stubs, of which there is nothing to know. That Verus came to no end, or takes
    somebody's word, is unknown."""
    for report in reports:
        if report.function and report.status is not RustStanding.STUB:
            yield _known(report, _STANDING.get(report.status, Standing.UNKNOWN))


def _known(report: RustReport, standing: Standing) -> Known:
    good = standing is Standing.VERIFIED
    return Known(
        function=report.function,
        line=max(0, report.line - 1),
        standing=standing,
        grade=report.grade.value if good else "unknown",
        at=time.time(),
        why="" if good else report.message,
        seconds=report.seconds,
        sandbox=report.proof.prover.isolation if report.proof else "",
        failing=tuple(_failing(report)) if standing is Standing.FAILED else (),
    )


def _failing(report: RustReport) -> Iterator[Failing]:
    """Also what the gate refuses, of which Verus says nothing."""
    errors = [one for one in report.diagnostics if one.level == "error"]
    if not errors:
        yield Failing(report.function, "fail", report.message, max(0, report.line - 1))
    for one in errors:
        shown = _shown(one)
        detail = shown.label if shown is not None else ""
        first = one.message.splitlines()[0] if one.message else one.kind
        yield Failing(first, one.kind, detail or first, shown.line - 1 if shown else None)


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
    shown = _shown(one)
    notes = [_note(place) for place in _ordered(one) if place is not shown and place.label]
    if shown is not None and shown.label:
        notes.insert(0, ProofNote(shown.label, _range(shown)))
    notes += [ProofNote(text) for text in one.help]
    where = _range(shown) if shown else None
    return ProofDiagnostic(one.kind, one.level, one.message, where, tuple(notes))


def _ordered(one: DiagnosticReport) -> list[PlaceReport]:
    return sorted(one.places, key=lambda place: (not place.ours, not place.primary))


def _shown(one: DiagnosticReport) -> PlaceReport | None:
    """The place in the buffer that it is about most."""
    places = _ordered(one)
    return places[0] if places and places[0].ours else None


def _note(place: PlaceReport) -> ProofNote:
    if place.ours:
        return ProofNote(place.label, _range(place))
    return ProofNote(f"{place.label} ({place.file}:{place.line})")


def _range(place: PlaceReport) -> Range:
    return Range(place.line - 1, place.column - 1, place.end_line - 1, place.end_column - 1)
