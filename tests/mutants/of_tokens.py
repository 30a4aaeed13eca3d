"""Mutants of C++ and Rust: one token of the function's body is another one.

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
# What is between blanks is an operator, not a bracket of types or a sign.
_TOKEN = re.compile(
    r"(?<= )(?:<=|>=|==|!=|&&|\|\||<|>|\+|-|\*|/|%|\+=|-=)(?= )"
    r"|(?<![\w.])\d+(?![\w.])|\b(?:true|false)\b"
)
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
        for match in _TOKEN.finditer(source, start)
        if not any(begin <= match.start() < end for begin, end in skipped)
        for other in _others(match[0])
    ]
    random.Random(seed).shuffle(choices)
    for begin, end, other in choices:
        yield source[:begin] + other + source[end:]


def _others(token: str) -> tuple[str, ...]:
    if token.isdigit():
        return (str(int(token) + 1), *([str(int(token) - 1)] if int(token) else []))
    return _OTHERS[token]
