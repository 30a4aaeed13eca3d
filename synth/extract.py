"""The program inside a completion: our own policy, which every method has unless told otherwise.

`first_block` is the first fenced block that defines the function, else the first, else an unclosed
one, else the whole text if it is code. Those of the papers are in extraction/.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from synthd.synth.attempt import Extraction

FENCE = re.compile(r"^[ \t]*(```+|~~~+)[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Extracted:
    """program is "" when there is none."""

    program: str
    extraction: Extraction
    note: str = ""


def fenced_blocks(text: str) -> list[tuple[str, bool]]:
    """Every fenced block with whether it was closed, in order; an unclosed one is the last."""
    blocks: list[tuple[str, bool]] = []
    at = 0
    while opening := FENCE.search(text, at):
        mark = opening.group(1)
        closing = re.compile(rf"^[ \t]*{re.escape(mark)}[ \t]*$", re.MULTILINE)
        end = closing.search(text, opening.end())
        if end is None:
            blocks.append((text[opening.end() :], False))
            break
        blocks.append((text[opening.end() : end.start()], True))
        at = end.end()
    return blocks


def first_block(text: str, name: str = "", *, cut: bool = False) -> Extracted:
    """The program in a completion that should hold one function called `name`.

    With several blocks the first one that defines `name` is taken (models put usage first
    or last), else the first. `cut` says that the completion ended at its token limit.
    """
    if not text.strip():
        return Extracted("", Extraction.NO_CODE, "the model said nothing")
    blocks = [(code, closed) for code, closed in fenced_blocks(text) if code.strip()]
    defines = re.compile(rf"^\s*(async\s+)?def\s+{re.escape(name)}\b", re.MULTILINE)
    chosen = next((b for b in blocks if name and defines.search(b[0])), None)
    if chosen is None and blocks:
        chosen = blocks[0]
    if chosen is not None:
        code, closed = chosen
        if closed or not cut:
            return Extracted(code, Extraction.OK)
        return Extracted(code, Extraction.TRUNCATED, "the answer was cut at its token limit")
    if is_code(text):
        return Extracted(text, Extraction.OK)
    return Extracted("", Extraction.NO_CODE, "the answer has no code block")


def is_code(text: str) -> bool:
    """Whether a text without fences is a program: one word of prose parses, too."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return any(not isinstance(statement, ast.Expr) for statement in body)
