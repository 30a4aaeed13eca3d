"""Moving lines of code sideways, without touching what stands in strings and comments."""

from __future__ import annotations

from itertools import pairwise

from synthd.synth.rust.lexer import lex
from synthd.synth.rust.token import Kind, Token

STEP = "    "


def indentation(text: str, offset: int) -> str:
    """Of the line that holds the offset."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def shifted(code: str, old: str, new: str) -> str:
    """With `new` instead of `old` at the start of every line but the first one.

    A line that starts inside a string or a comment stays as it is.
    """
    parts: list[str] = []
    for token in lex(code):
        if token.kind is not Kind.SPACE or "\n" not in token.text:
            parts.append(token.text)
            continue
        first, *lines = token.text.split("\n")
        blank = ["\r" if line.endswith("\r") else "" for line in lines[:-1]]
        parts.append("\n".join((first, *blank, new + _without(lines[-1], old))))
    return "".join(parts)


def level(block: str) -> str:
    """A block whose last line has no indentation, with "\\n" as line end."""
    return shifted(block.replace("\r\n", "\n"), indentation(block, len(block)), "")


def block_of(statements: str) -> str:
    """Statements without braces as a block, one step in from it."""
    lines = "\n" + statements.replace("\r\n", "\n").strip("\r\n").rstrip()
    return f"{{{shifted(lines, _common(lines), STEP)}\n}}"


def is_block(tokens: tuple[Token, ...]) -> bool:
    """Whether meaningful tokens are one group in braces. One that never closes counts, too."""
    if not tokens or tokens[0].text != "{":
        return False
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if depth <= 0:
            return index == len(tokens) - 1
    return True


def _without(line: str, indent: str) -> str:
    """The line less an indentation, or less what it has of it."""
    if line.startswith(indent):
        return line[len(indent) :]
    return line.lstrip(" \t") if len(line) - len(line.lstrip(" \t")) < len(indent) else line


def _common(lines: str) -> str:
    """The longest indentation that all lines which start between tokens have."""
    tokens = lex(lines)
    starts = [
        space.text[space.text.rfind("\n") + 1 :]
        for space, after in pairwise(tokens)
        if space.kind is Kind.SPACE and "\n" in space.text and after.kind is not Kind.SPACE
    ]
    shortest = min(starts, key=len, default="")
    return shortest if all(start.startswith(shortest) for start in starts) else ""
