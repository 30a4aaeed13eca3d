"""What the user is shown of an edit before it is made: the function before and after."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from synthd.lsp.edits.anchors import Region
from synthd.lsp.engine import Replacement
from synthd.lsp.text.positions import LINE_END, Point, point_at

AROUND = 3  # lines of context in the diff
_HUNK = re.compile(r"^@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@")


class Mode(StrEnum):
    """How a finished edit is shown."""

    ANNOTATIONS = "annotations"  # by the editor, which asks its user to confirm it
    COMMAND = "command"  # by who waits for synthd.accept or synthd.reject
    NONE = "none"  # not at all: it is applied at once


@dataclass(frozen=True, slots=True)
class Preview:
    """start, end: where new_text goes in the document's `version`, as the editor counts. hash: the
    SHA-256 of `before`, the whole lines of the function as they are replaced."""

    version: int | None
    start: Point
    end: Point
    new_text: str
    before: str
    after: str
    diff: str
    hash: str
    message: str
    grade: str


def preview(
    path: str,
    text: str,
    version: int | None,
    change: Replacement,
    region: Region | None,
    encoding: str,
    message: str,
    grade: str,
) -> Preview:
    """change: with the line ends that it will have."""
    whole = region or Region("", change.start, change.end)
    first = _line_start(text, min(whole.start, change.start))
    last = max(whole.end, change.end)
    before = text[first:last]
    after = text[first : change.start] + change.text + text[change.end : last]
    return Preview(
        version,
        point_at(text, change.start, encoding),
        point_at(text, change.end, encoding),
        change.text,
        before,
        after,
        _diff(PurePath(path).name or "buffer", text, first, last, after),
        digest(before),
        message,
        grade,
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _diff(name: str, text: str, first: int, last: int, after: str) -> str:
    """Of text[first:last] against `after`, as one of the whole file: comparing that would take a
    long file a second."""
    stop = LINE_END.search(text, last)
    end = stop.end() if stop else len(text)
    lines = _lines(text)
    top = len(_lines(text[:first]))
    bottom = top + len(_lines(text[first:end]))
    low = max(0, top - AROUND)
    below = lines[bottom : bottom + AROUND]
    old = [*lines[low:bottom], *below]
    new = [*lines[low:top], *_lines(after + text[last:end]), *below]
    found = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", n=AROUND)
    return "".join(_shifted(found, low))


def _lines(text: str) -> list[str]:
    """With plain line ends, which is how diffs are read."""
    parts = LINE_END.sub("\n", text).split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _shifted(diff: Iterator[str], lines: int) -> Iterator[str]:
    for line in diff:
        hunk = _HUNK.match(line)
        if hunk:
            old, new = int(hunk[1]) + lines, int(hunk[3]) + lines
            yield f"@@ -{old}{hunk[2] or ''} +{new}{hunk[4] or ''} @@{line[hunk.end() :]}"
        else:
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
