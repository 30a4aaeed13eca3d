"""Finding a function again in a text that was edited meanwhile, and what its verdict rests on.

A program is judged inside its whole file: imports, helpers, classes and top-level statements run
with it. So its verdict holds for the file as it was. Where the function itself stands unchanged in
another text, its edit is placed there, and verified again, unless the rest differs

- only in white space and comments, or
- only in the bodies of other functions at the top level that nothing names: neither the new
  program nor anything else in the file, as code or within a string.

Anything else (a new import, an added function, another default or decorator, a method, a text that
does not parse or is long, Rust) is verified again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthd.lsp.engine import Replacement

if TYPE_CHECKING:
    import ast

LONGEST = 100_000  # characters; Python's parser lets nobody else run meanwhile
_LONE_CR = re.compile(r"\r(?!\n)")  # a line end for Python's parser, and not for _words
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Region:
    """text[start:end] is the function of that name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Anchored:
    """A change of a text, and the function that it is about; None where there is none: then the
    change fits that very text only."""

    text: str
    change: Replacement
    region: Region | None


@dataclass(frozen=True, slots=True)
class Moved:
    """The same change for another text. again: it has to be verified there."""

    anchored: Anchored
    again: bool


def regions(path: str, text: str) -> tuple[Region, ...]:
    """The functions of a Python or Rust file. Never raises; takes a while for a long text."""
    if path.endswith(".rs"):
        from synthd.synth.rust.outline import rust_functions

        return tuple(Region(one.path, one.start, one.end) for one in rust_functions(text))
    from synthd.synth.source.errors import SourceError
    from synthd.synth.source.target import functions
    from synthd.synth.source.text import SourceText

    try:
        found = functions(SourceText.from_text(text, path))
    except (SourceError, RecursionError, ValueError):
        return ()
    return tuple(Region(one.qualname, one.span.start, one.span.end) for one in found)


def anchored(path: str, text: str, offset: int, change: Replacement) -> Anchored:
    """change: of text, for the function at that offset."""
    known = regions(path, text)
    holding = [r for r in known if r.start <= change.start and change.end <= r.end]
    around = holding or [r for r in known if r.start <= offset <= r.end]
    return Anchored(text, change, max(around, key=lambda r: r.start, default=None))


def moved(path: str, old: Anchored, text: str) -> Moved | None:
    """None where the function is another one now, is gone, or is there twice."""
    if text == old.text:
        return Moved(old, again=False)
    region = old.region
    if region is None:
        return None
    same = [r for r in regions(path, text) if r.name == region.name]
    if len(same) != 1 or text[same[0].start : same[0].end] != old.text[region.start : region.end]:
        return None
    by = same[0].start - region.start
    start, end = min(region.start, old.change.start), max(region.end, old.change.end)
    if start + by < 0 or text[start + by : end + by] != old.text[start:end]:
        return None
    change = Replacement(old.change.start + by, old.change.end + by, old.change.text)
    there = Anchored(text, change, Region(region.name, region.start + by, region.end + by))
    return Moved(there, again=path.endswith(".rs") or not _indifferent(old, there))


def _indifferent(old: Anchored, new: Anchored) -> bool:
    """Whether what differs cannot matter to the function."""
    from synthd.synth.source.python import Unparsable, parse

    if max(len(old.text), len(new.text)) > LONGEST or _LONE_CR.search(f"{old.text}\n{new.text}"):
        return False
    try:
        before, after = parse(old.text).body, parse(new.text).body
    except Unparsable:
        return False
    if len(before) != len(after):
        return False
    differing = [(a, b) for a, b in zip(before, after, strict=True) if not _alike(a, b)]
    names = [_rebodied(a, b) for a, b in differing]
    if not all(names):
        return False
    words = set(_WORD.findall(old.change.text))
    words |= _words(old.text, [a for a, _ in differing])
    words |= _words(new.text, [b for _, b in differing])
    return words.isdisjoint(names)


def _alike(one: ast.stmt, other: ast.stmt) -> bool:
    import ast

    return ast.dump(one) == ast.dump(other)


def _rebodied(one: ast.stmt, other: ast.stmt) -> str:
    """The name of a function of which only the body differs, else "". Nobody has to name a
    decorated one, or one like __getattr__, for it to be called."""
    import ast

    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    if not isinstance(one, kinds) or not isinstance(other, kinds):
        return ""
    if one.decorator_list or other.decorator_list or one.name.startswith("__"):
        return ""
    same = type(one) is type(other) and one.name == other.name
    return one.name if same and _head(one) == _head(other) else ""


def _head(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, str]:
    """What is evaluated where it is defined."""
    import ast

    returns = ast.dump(function.returns) if function.returns else ""
    return ast.dump(function.args), returns


def _words(text: str, without: list[ast.stmt]) -> set[str]:
    """Of all lines but those of these statements."""
    lines = text.split("\n")
    for node in without:
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[number] = ""
    return set(_WORD.findall("\n".join(lines)))
