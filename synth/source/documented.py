"""The part of a function up to its docstring's end, found without parsing what comes after."""

from __future__ import annotations

import re
from dataclasses import dataclass

FUNCTION = re.compile(r"^[ \t\f]*(?:async[ \t]+)?def[ \t]+(\w+)", re.M)
_TOKEN = re.compile(r"""\#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[()\[\]{}:]""")
_DOCSTRING = re.compile(
    r"""(?:[ \t]*(?:\#[^\n]*)?\n)*[ \t]*
    (?P<literal>[rRuU]?(?:\"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
    | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
    | "(?!")(?:[^"\\\n]|\\.)+" | '(?!')(?:[^'\\\n]|\\.)+'))
    [ \t]*(?=;|\#|\n|\Z)""",
    re.X | re.S,
)


@dataclass(frozen=True, slots=True)
class Part:
    """docstring: where that begins."""

    text: str
    docstring: int


def with_docstring(text: str) -> Part | None:
    """None where the first statement is not a string alone."""
    start = FUNCTION.search(text)
    if start is None:
        return None
    depth = 0
    for token in _TOKEN.finditer(text, start.end()):
        depth += (token[0] in "([{") - (token[0] in ")]}")
        if depth < 0:
            return None
        if token[0] == ":" and depth == 0:
            found = _DOCSTRING.match(text, token.end())
            return Part(text[: found.end("literal")], found.start("literal")) if found else None
    return None
