"""Between an editor's positions and offsets into the text.

The protocol's lines end at \\n, \\r\\n or \\r and nowhere else, while str.splitlines, which pygls
uses, also breaks at form feeds and other characters that do occur in source files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Point:
    """Line and column as the editor counts them, both from 0."""

    line: int
    character: int


def offset_at(text: str, point: Point, encoding: str) -> int:
    """The offset in code points; beyond the end of a line or of the text is that end."""
    start, end = _line(text, point.line)
    line = text[start:end]
    return start + column_at(line, len(line), point.character, encoding)


def column_at(line: str, end: int, character: int, encoding: str) -> int:
    """The column in code points, `end` at most; inside of a character is after it."""
    if line.isascii() or encoding == "utf-32":
        return min(character, end)
    units = 0
    for column in range(end):
        if units >= character:
            return column
        units += _units(line[column], encoding)
    return end


def point_at(text: str, offset: int, encoding: str) -> Point:
    line, start = 0, 0
    for ending in LINE_END.finditer(text):
        if ending.end() > offset:
            break
        line, start = line + 1, ending.end()
    return Point(line, sum(_units(character, encoding) for character in text[start:offset]))


def same_text(one: str, other: str) -> bool:
    """Equal up to line ends: editors keep those in their own way, and Python reads them alike."""
    return LINE_END.sub("\n", one) == LINE_END.sub("\n", other)


def with_line_ends_of(text: str, fragment: str) -> str:
    """The fragment with \\r\\n where that is what the text uses throughout."""
    if set(LINE_END.findall(text)) == {"\r\n"}:
        return LINE_END.sub("\r\n", fragment)
    return fragment


def _line(text: str, number: int) -> tuple[int, int]:
    """Where a line starts and ends, without its line end."""
    start = 0
    if number > text.count("\n") + text.count("\r"):
        return len(text), len(text)
    if number:
        before = next(islice(LINE_END.finditer(text), number - 1, None), None)
        if before is None:
            return len(text), len(text)
        start = before.end()
    after = LINE_END.search(text, start)
    return start, after.start() if after else len(text)


def _units(character: str, encoding: str) -> int:
    code = ord(character)
    if encoding == "utf-32":
        return 1
    if encoding == "utf-8":
        return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
    return 2 if code > 0xFFFF else 1
