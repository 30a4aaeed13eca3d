"""From rustc's diagnostics to ours: what they are about, and the places that people can go to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from synthd.synth.verifiers.verus.kinds import is_progress, kind_of
from synthd.synth.verifiers.verus.output import Row, Span
from synthd.synth.verifiers.verus.report import Diagnostic, Level, Place

_LEVELS = {"error": Level.ERROR, "warning": Level.WARNING, "note": Level.NOTE, "help": Level.NOTE}
_SHOWN = 20  # lines of one place
_DEEPEST = 64  # macros in macros


def diagnostic(row: Row, sources: Mapping[str, str]) -> Diagnostic | None:
    """sources: the texts of the program's own files. None for totals and news of progress."""
    level = _LEVELS.get(row.level)
    if level is None or (is_progress(row.message) and not row.spans):
        return None
    if level is Level.NOTE and is_progress(row.message):
        return None
    labels = tuple(span.label for span in row.spans if span.label)
    return Diagnostic(
        kind_of(row.message, row.code, labels),
        level,
        row.message,
        tuple(place for span in row.spans for place in _places(span, sources)),
        tuple(child.message for child in row.children if child.message),
        code=row.code,
    )


def is_internal(row: Row) -> bool:
    """The compiler's own failure: rustc calls its level so."""
    return "internal compiler error" in row.level


def _places(span: Span, sources: Mapping[str, str]) -> Iterator[Place]:
    """Of a place in a library's macro, first the place in the program that uses the macro."""
    if span.file_name in sources:
        yield _place(span, span, sources)
        return
    outer, name = _use(span, sources)
    if outer is None:
        yield _place(span, span, sources)
        return
    yield _place(outer, span, sources)
    inside = _place(span, span, sources)
    yield Place(
        inside.file,
        inside.line,
        inside.column,
        inside.end_line,
        inside.end_column,
        False,
        f"in {name}" if name else "",
        inside.text,
        False,
    )


def _use(span: Span, sources: Mapping[str, str]) -> tuple[Span | None, str]:
    name = ""
    step: Span | None = span
    for _ in range(_DEEPEST):
        if step is None or step.expansion is None:
            return None, name
        name = step.expansion.macro_decl_name
        step = step.expansion.span
        if step is not None and step.file_name in sources:
            return step, name
    return None, name


def _place(where: Span, what: Span, sources: Mapping[str, str]) -> Place:
    """what: the span that says something; where: where people are to look for it."""
    shown = [stretch.text for stretch in where.text[:_SHOWN]]
    ours = where.file_name in sources
    if ours and not shown:
        lines = sources[where.file_name].split("\n")
        shown = [line.rstrip("\r") for line in lines[where.line_start - 1 : where.line_end]]
        shown = shown[:_SHOWN]
    return Place(
        where.file_name,
        where.line_start,
        where.column_start,
        where.line_end,
        where.column_end,
        what.is_primary,
        what.label,
        "\n".join(shown),
        ours,
    )
