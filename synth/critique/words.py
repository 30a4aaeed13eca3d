"""The parts of a Rust file that the critique shows: without comments, and comments alone."""

from __future__ import annotations

import re

from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.lexer import lex
from synthd.synth.rust.token import Kind

_BLOCK_EDGE = re.compile(r"^[ \t]*\*? ?", re.MULTILINE)
_FENCE = re.compile(r"`{3,}")


def stripped(text: str) -> str:
    """The program without comments, which could talk a reader into anything, and without the
    lines that they leave empty."""
    code = "".join(
        ("\n" if "\n" in token.text else " ") if token.kind is Kind.COMMENT else token.text
        for token in lex(text)
    )
    return "\n".join(line.rstrip() for line in code.splitlines() if line.strip())


def documentation(text: str, function: RustFunction) -> str:
    """What the function's doc comments say, "" where it has none."""
    before = text[function.whole.start : function.header.start]
    parts = [_said(token.text) for token in lex(before) if token.kind is Kind.COMMENT]
    return "\n".join(part for part in parts if part is not None).strip()


def fenced(text: str, language: str = "") -> str:
    """In a fence that the text itself cannot close."""
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.strip()}\n{fence}"


def _said(comment: str) -> str | None:
    """None for a comment that is no documentation."""
    if comment.startswith("///") and not comment.startswith("////"):
        return comment[3:].removeprefix(" ").rstrip()
    if comment.startswith("/**") and not comment.startswith(("/***", "/**/")):
        return _BLOCK_EDGE.sub("", comment[3:-2]).strip()
    return None
