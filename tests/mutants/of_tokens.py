"""Mutants of C++ and Rust: one token of the function's body is another one, or one
statement.

Which there are, and in what order they come, depends on the text and the seed alone. Some do not
compile.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_SKIPPED = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|#include[^\n]*', re.S
)
# Beside a blank it is an operator, not a bracket of types; so are signs between two operands.
_TOKEN = re.compile(
    r"(?<= )(?:<=|>=|==|!=|&&|\|\||<|>|\+=|-=|\+|-|\*|/|%)(?= )"
    r"|(?<=[\w)\]])(?:<=|>=|==|!=|&&|\|\||\+=|-=|[-+*/%](?![-+=]))(?=[\w(!])"
    r"|(?<=\b[a-z])(?:<|>)(?=\w)"
    r"|(?<![\w.])\d+(?![\w.])|\b(?:true|false)\b"
)
_RETURN = re.compile(r"\breturn\s+([^;{}]+);")
_STATEMENT = re.compile(r"^[ \t]*(?!return|let|break|use|#|\w+(?:<.*>)? +\w+)[^;{}\n]+;", re.M)
_OTHERS = {
    "<": ("<=",),
    "<=": ("<",),
    ">": (">=",),
    ">=": (">",),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "-": ("+",),
    "*": ("+",),
    "/": ("*",),
    "%": ("/",),
    "+=": ("-=",),
    "-=": ("+=",),
    "true": ("false",),
    "false": ("true",),
}


def mutants(source: str, start: int, seed: str) -> Iterator[str]:
    """start: where the body begins."""
    skipped = [match.span() for match in _SKIPPED.finditer(source)]
    choices = [
        (match.start(), match.end(), other)
        for pattern in (_TOKEN, _RETURN, _STATEMENT)
        for match in pattern.finditer(source, start)
        if not any(begin <= match.start() < end for begin, end in skipped)
        for other in _others(pattern, match)
    ]
    random.Random(seed).shuffle(choices)
    for begin, end, other in choices:
        yield source[:begin] + other + source[end:]


def _others(pattern: re.Pattern[str], match: re.Match[str]) -> tuple[str, ...]:
    if pattern is _STATEMENT:
        return (";",)
    if pattern is _RETURN:
        return (f"return ({match[1]}) + 1;", f"return !({match[1]});")
    token = match[0]
    if token.isdigit():
        return (str(int(token) + 1), *([str(int(token) - 1)] if int(token) else []))
    return _OTHERS[token]
