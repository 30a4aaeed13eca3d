"""Write the answer to a question into a docstring, as a doctest like those that stand there."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from synthd.synth.problem import Doctest, Example
from synthd.synth.source.docstring import Docstring
from synthd.synth.source.function import Target, indentation
from synthd.synth.source.text import SourceText

_QUOTES = re.compile(r"([a-zA-Z]*)(\"\"\"|''')")
_PLAIN = (bool, int, float, complex, str, bytes)


def with_answer(source: SourceText, target: Target, check: Example | Doctest) -> SourceText | None:
    """The file with one doctest more, below those of the target. None where it has no docstring
    that a line can be added to: one in triple quotes, on lines of its own."""
    docstring = target.docstring
    if docstring is None or target.one_line:
        return None
    literal = _literal(source, target, docstring, _rows(check))
    if literal is None:
        return None
    text = source.text[: docstring.start] + literal + source.text[docstring.end :]
    try:
        return SourceText(text.encode(source.encoding), text, source.encoding, source.path)
    except UnicodeEncodeError:
        return None


def _rows(check: Example | Doctest) -> list[str]:
    if isinstance(check, Doctest):
        first, *more = check.source.splitlines()
        return [f">>> {first}", *(f"... {row}" for row in more), *check.want.splitlines()]
    expected = check.expected.strip()
    if expected == "None":
        return [f">>> {check.call} is None", "True"]
    if "\n" not in expected and _as_printed(expected):
        return [f">>> {check.call}", expected]
    return [f">>> {check.call} == {' '.join(expected.splitlines())}", "True"]


def _as_printed(expected: str) -> bool:
    """Whether a value that is equal prints itself so, whatever the order of its members."""
    try:
        value = ast.literal_eval(expected)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return repr(value) == expected and _ordered(value)


def _ordered(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_ordered, value))
    return isinstance(value, _PLAIN)


def _literal(
    source: SourceText, target: Target, docstring: Docstring, rows: Sequence[str]
) -> str | None:
    opened = _QUOTES.match(docstring.literal)
    if opened is None or not docstring.literal.endswith(opened[2]):
        return None
    raw = "r" in opened[1].lower()
    said = docstring.literal[opened.end() : -3].rstrip()
    added = "\n".join(rows)
    if opened[2] in added or (raw and said.endswith("\\")):
        return None
    if not raw:
        added = added.replace("\\", "\\\\")
    written = said.splitlines()
    shown = [row for row in written[1:] if row.lstrip().startswith(">>>")]
    indent = indentation(shown[-1]) if shown else target.body_indent
    newline = source.newline_at(target.span.start, target.span.end)
    apart = [] if _ends_in_example(written) else [""]
    lines = [said, *apart, *(indent + row for row in added.split("\n"))]
    return f"{opened.group()}{newline.join(lines)}{newline}{target.body_indent}{opened[2]}"


def _ends_in_example(written: Sequence[str]) -> bool:
    """Whether the last paragraph is one of doctests."""
    for row in reversed(written):
        if not row.strip():
            return False
        if row.lstrip().startswith(">>>"):
            return True
    return False
