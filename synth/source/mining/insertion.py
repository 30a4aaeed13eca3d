"""Put examples into a function's docstring, in its own style; make one where there is none."""

from __future__ import annotations

import doctest
import re
from collections.abc import Sequence
from dataclasses import dataclass

from synthd.synth.source.docstring import Docstring
from synthd.synth.source.errors import BrokenSignature
from synthd.synth.source.function import Target, indentation
from synthd.synth.source.mining.suggestion import Suggestion
from synthd.synth.source.target import at
from synthd.synth.source.text import SourceText

_NEWLINE = re.compile(r"\r\n|\r|\n")
_LITERAL = re.compile(
    r"""(?P<prefix>[rRuU]?)(?P<quotes>\"\"\"|'''|"|')(?P<inner>.*)(?P=quotes)""", re.S
)
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\ufeff\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Insertion:
    """text[start:end] becomes new_text. Offsets are code points."""

    start: int
    end: int
    new_text: str


def with_examples(text: str, offset: int, suggestions: Sequence[Suggestion]) -> Insertion:
    """Of the function at an offset. Raises SourceError where there is none."""
    source = SourceText.from_text(text)
    target = at(source, offset)
    if not target.parseable:
        raise BrokenSignature(
            f"the signature or a decorator of {target.qualname} (line {target.line}) "
            "does not parse; correct it first"
        )
    rows = [row for one in suggestions for row in one.example.rstrip("\n").split("\n")]
    newline = source.newline_at(target.span.start, target.span.end)
    doc = target.docstring
    if not rows:
        return Insertion(target.head.end, target.head.end, "")
    made = _new(source, target, rows) if doc is None else _extended(source, target, doc, rows)
    return Insertion(made.start, made.end, _NEWLINE.sub("\n", made.new_text).replace("\n", newline))


def _new(source: SourceText, target: Target, rows: list[str]) -> Insertion:
    """Under the head, before any comment there."""
    indent = target.body_indent
    body = "\n".join(indent + _escaped(row, '"""') for row in rows)
    text = f'\n{indent}"""\n{body}\n{indent}"""'
    colon = target.head.end
    _, end = source.lines[source.line_of(colon) - 1]
    rest = source.text[colon:end]
    if not target.one_line:
        return Insertion(end, end, text)
    space = len(rest) - len(rest.lstrip(" \t\f"))
    return Insertion(colon, colon + space, f"{text}\n{indent}")


def _extended(source: SourceText, target: Target, doc: Docstring, rows: list[str]) -> Insertion:
    start = target.head.end if target.one_line else doc.start
    lead = f"\n{target.body_indent}" if target.one_line else ""
    written = _written(doc, rows)
    new = rows if written.raw else [_escaped(row, written.quotes) for row in rows]
    lines = written.inner.split("\n")
    place = _last_example(doc, written)
    if place is not None:
        after, indent = place
        tail = lines[after:] if any(line.strip() for line in lines[after:]) else []
        lines = [*lines[:after], *(indent + row for row in new), *(tail or [target.body_indent])]
    else:
        rest = [target.body_indent + row for row in new]
        lines = [*_stripped(lines), *rest, target.body_indent]
    inner = "\n".join(lines)
    text = f"{lead}{written.prefix}{written.quotes}{inner}{written.quotes}"
    return Insertion(start, doc.end, text)


@dataclass(frozen=True, slots=True)
class _Written:
    """A docstring between three quotes."""

    prefix: str
    quotes: str
    inner: str

    @property
    def raw(self) -> bool:
        return self.prefix.lower() == "r"


def _written(doc: Docstring, rows: list[str]) -> _Written:
    """As it stands, where it can take the rows; else spelled anew, with the same value."""
    found = _LITERAL.fullmatch(_NEWLINE.sub("\n", doc.literal))
    if found is None or _joined(found):
        return _Written("", '"""', _escaped(doc.value, '"""'))
    quotes = found["quotes"] * (3 // len(found["quotes"]))
    written = _Written(found["prefix"], quotes, found["inner"])
    one_line = len(found["quotes"]) == 1 and "\n" in doc.value
    unfit = written.raw and any(quotes in row or _INVISIBLE.search(row) for row in rows)
    return _Written("", '"""', _escaped(doc.value, '"""')) if one_line or unfit else written


def _joined(found: re.Match[str]) -> bool:
    """Whether it is several literals in a row: their quotes occur between the outer ones."""
    inner = re.sub(r"\\.", "", found["inner"], flags=re.S)
    return found["quotes"] in inner


def _escaped(text: str, quotes: str) -> str:
    text = text.replace("\\", "\\\\").replace(quotes, f"\\{quotes[0]}" * 3)
    return _INVISIBLE.sub(lambda one: one[0].encode("unicode_escape").decode(), text)


def _last_example(doc: Docstring, written: _Written) -> tuple[int, str] | None:
    """After which line of the literal the last doctest ends, and how it is indented."""
    lines = written.inner.split("\n")
    continued = not written.raw and "\\\n" in written.inner
    if continued or doc.value.count("\n") + 1 != len(lines):
        return None  # the lines of the value are not those of the file
    try:
        found = doctest.DocTestParser().get_examples(doc.value.expandtabs())
    except ValueError:
        return None
    if not found or found[-1].lineno == 0:
        return None
    last = found[-1]
    after = last.lineno + last.source.count("\n") + last.want.count("\n")
    return after, indentation(lines[last.lineno])


def _stripped(lines: list[str]) -> list[str]:
    """Without a blank end, and with a blank line after the text."""
    while len(lines) > 1 and not lines[-1].strip():
        lines = lines[:-1]
    last = lines[-1].rstrip()
    examples = any(">>>" in line for line in lines)  # there an end may count
    if not examples and not last.endswith("\\"):  # `\\ ` would become a line's continuation
        lines = [*lines[:-1], last]
    return [*lines, ""] if any(line.strip() for line in lines) else [""]
