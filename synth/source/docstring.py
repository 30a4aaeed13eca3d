"""A docstring as it stands in its file and as it reads."""

from __future__ import annotations

import ast
import inspect
import warnings
from dataclasses import dataclass
from itertools import pairwise

from tree_sitter import Node

from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Docstring:
    """start and end are those of the literal, in code points; line is the literal's first."""

    literal: str  # verbatim, with its prefix and quotes
    value: str  # evaluated
    start: int
    end: int
    line: int
    lines: tuple[int, ...]  # the 1-based line in the file of each line of value

    @property
    def text(self) -> str:
        """Dedented, as `help` shows it."""
        return inspect.cleandoc(self.value)


def docstring(source: SourceText, statement: Node) -> Docstring | None:
    """The docstring that a body's first statement is, if it is one."""
    if statement.type != "expression_statement" or len(statement.named_children) != 1:
        return None
    node = statement.named_children[0]
    if node.type not in ("string", "concatenated_string") or node.has_error:
        return None
    start, end = source.char(node.start_byte), source.char(node.end_byte)
    literal = source.text[start:end]
    value = _evaluate(literal)
    if value is None:
        return None
    line = source.line_of(start)
    return Docstring(literal, value, start, end, line, _lines(literal, value, line))


def _evaluate(literal: str) -> str | None:
    """None for bytes and f-strings, which are no docstrings."""
    code = literal.replace("\r\n", "\n").replace("\r", "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = ast.literal_eval(f"({code})")
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return value if isinstance(value, str) else None


def _lines(literal: str, value: str, first: int) -> tuple[int, ...]:
    """Where each line of the value stands: a written `\\n` begins one without a new line in the
    file, a backslash at a line's end does the reverse."""
    code = literal.replace("\r\n", "\n").replace("\r", "\n")
    quote = min((p for p in (code.find('"'), code.find("'")) if p >= 0), default=0)
    raw = "r" in code[:quote].lower()
    lines = [first]
    at = first
    skip = False
    for char, following in pairwise(code[quote:] + " "):
        if skip:
            skip = False
            at += char == "\n"
            continue
        if char == "\\" and not raw:
            skip = True
            if following == "n":
                lines.append(at)
        elif char == "\n":
            at += 1
            lines.append(at)
    count = value.count("\n") + 1
    return tuple((lines + [at] * count)[:count])
