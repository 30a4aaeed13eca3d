"""Diagnostics with the lines that they are about: the place, the line, what is marked, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from synthd.daemon.verus.wire import DiagnosticReport, PlaceReport

MOST_DIAGNOSTICS = 10
MOST_HELPS = 3
_WIDEST = 160
_MOST_LINES = 4  # of one place


@dataclass(frozen=True, slots=True)
class Line:
    """style: of rich."""

    text: str
    style: str = ""


def excerpts(diagnostics: Iterable[DiagnosticReport]) -> Iterator[Line]:
    """Errors first; notes and warnings only where there is nothing else."""
    every = list(diagnostics)
    wanted = [one for one in every if one.level == "error"] or every
    for one in wanted[:MOST_DIAGNOSTICS]:
        yield from _diagnostic(one)
    if len(wanted) > MOST_DIAGNOSTICS:
        yield Line(f"  … and {len(wanted) - MOST_DIAGNOSTICS} more errors")


def _diagnostic(one: DiagnosticReport) -> Iterator[Line]:
    code = f"[{one.code}]" if one.code else ""
    first, *rest = one.message.splitlines() or [""]
    yield Line(f"  {one.level}{code}: {first}", "red" if one.level == "error" else "yellow")
    for text in rest:
        yield Line(f"    {text}")
    places = sorted(one.places, key=lambda place: not place.primary)
    wide = max((len(str(place.end_line)) for place in places if place.ours), default=1)
    for place in places:
        yield from _place(place, wide)
    for text in one.help[:MOST_HELPS]:
        lines = text.splitlines() or [""]
        yield Line(f"  help: {lines[0]}", "cyan")
        for further in lines[1:_MOST_LINES]:
            yield Line(f"        {further}", "cyan")


def _place(place: PlaceReport, wide: int) -> Iterator[Line]:
    margin = " " * wide
    label = f": {place.label}" if place.label and not place.ours else ""
    yield Line(f"  {margin}--> {place.file}:{place.line}:{place.column}{label}", "dim")
    shown = place.text.splitlines()[:_MOST_LINES] if place.ours else []
    mark = "^" if place.primary else "-"
    for number, text in enumerate(shown, place.line):
        text, column, end = _untabbed(text, *_columns(place, number, text))
        yield Line(f"  {number:>{wide}} | {text[:_WIDEST]}")
        if column < _WIDEST:
            label = (
                place.label if number == min(place.end_line, place.line + len(shown) - 1) else ""
            )
            marks = mark * max(1, min(end, _WIDEST) - column)
            under = " " * (column - 1) + marks
            yield Line(f"  {margin} | {under} {label}".rstrip(), "red" if place.primary else "blue")
    if place.end_line >= place.line + _MOST_LINES and shown:
        yield Line(f"  {margin} | … up to line {place.end_line}", "dim")


def _columns(place: PlaceReport, number: int, text: str) -> tuple[int, int]:
    """From and up to where a line is marked."""
    first = len(text) - len(text.lstrip()) + 1
    start = place.column if number == place.line else first
    end = place.end_column if number == place.end_line else len(text) + 1
    return max(1, start), max(start + 1, end)


def _untabbed(text: str, start: int, end: int) -> tuple[str, int, int]:
    """With spaces for tabs, so that the marks stand where they should; and no control codes."""
    plain = "".join(
        char if char == "\t" or char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text
    )
    before, inside = plain[: start - 1].expandtabs(4), plain[: end - 1].expandtabs(4)
    return plain.expandtabs(4), len(before) + 1, len(inside) + 1
