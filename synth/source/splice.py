"""Put a new body into a file; everything else stays byte for byte."""

from __future__ import annotations

import difflib
import re

from synthd.synth.source import python
from synthd.synth.source.errors import BrokenSignature
from synthd.synth.source.function import Target
from synthd.synth.source.layout import reindent, string_lines
from synthd.synth.source.text import SourceText

_NEWLINE = re.compile(r"\r\n|\r|\n")


def splice(source: SourceText, target: Target, body: str, comment: str | None = None) -> bytes:
    """The whole new file. comment is put before the body as a `# …` line.

    Raises Unencodable, or BrokenSignature where nothing can stand under the function's head.
    """
    start, end, text = replacement(source, target, body, comment)
    return source.raw[: source.byte(start)] + source.encode(text) + source.raw[source.byte(end) :]


def replacement(
    source: SourceText, target: Target, body: str, comment: str | None = None
) -> tuple[int, int, str]:
    """What an editor does: text[start:end] becomes the new text. Offsets are code points."""
    if not target.parseable:
        raise BrokenSignature(
            f"the signature or a decorator of {target.qualname} (line {target.line}) "
            "does not parse; correct it first"
        )
    unit = target.body_indent.removeprefix(target.indent) if not target.one_line else target.unit
    lines = reindent(body.strip("\n"), unit, target.body_indent)
    if comment:
        words = " ".join(comment.split()).removeprefix("#").strip()
        lines = f"{target.body_indent}# {words}\n{lines}"
    if target.one_line and target.docstring:
        literal = _NEWLINE.sub("\n", target.docstring.literal)
        lines = f"{target.body_indent}{literal}\n{lines}"
    newline = source.newline_at(target.span.start, target.span.end)
    return target.body.start, target.body.end, ("\n" + lines).replace("\n", newline)


def body_of(source: SourceText, target: Target) -> str:
    """The body as it stands, like one that a model gives: with its first level not indented."""
    text = source.text[target.body.start : target.body.end]
    if target.one_line or not _NEWLINE.match(text.lstrip(" \t\f")):
        return text.strip("; \t\f\r\n")  # on the line of what stands before it
    above = _NEWLINE.sub("\n", source.text[target.span.start : target.body.start]).count("\n")
    whole = render(source, target)
    try:
        inside = string_lines(whole)
    except python.Unparsable:
        inside = set()
    unit = target.body_indent.removeprefix(target.indent)
    lines = [
        line if number in inside else line.removeprefix(unit)
        for number, line in enumerate(whole.split("\n"), 1)
    ]
    return "\n".join(lines[above + 1 :]).strip("\n")


def render(
    source: SourceText, target: Target, body: str | None = None, comment: str | None = None
) -> str:
    """The whole function as it would stand in the file (as it stands, without a body), dedented."""
    head = source.text[target.span.start : target.body.start]
    tail = source.text[target.body.start : target.body.end]
    if body is not None:
        tail = replacement(source, target, body, comment)[2]
    return _dedent(_NEWLINE.sub("\n", head + tail), target.indent)


def _dedent(code: str, indent: str) -> str:
    """Take the function's own indentation away, but never inside a string."""
    if not indent:
        return code
    try:
        inside = string_lines(code)
    except python.Unparsable:
        inside = set()
    lines = code.split("\n")
    return "\n".join(
        line if number in inside else line.removeprefix(indent)
        for number, line in enumerate(lines, 1)
    )


def _lines(text: str) -> list[str]:
    """Only real line ends divide: a form feed does not."""
    parts = _NEWLINE.sub("\n", text).split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def diff(source: SourceText, new: bytes, path: str = "") -> str:
    """A unified diff. Line ends are shown as plain ones."""
    name = path or source.path or "file"
    before = _lines(source.text)
    after = _lines(new.decode(source.encoding))
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
