"""The texts that an editor has open, changed as it says: in pieces, so that a keystroke is cheap.

Ours and not pygls's, which counts lines as Python does: a form feed would put its copy out of step
with the editor's for good. A text is kept as its lines, so that one change costs the lines it
touches and not the whole text, which a message with thousands of changes would multiply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import unquote

from synthd.lsp.text.positions import LINE_END, Point, column_at


@dataclass(slots=True)
class Document:
    """`lines` is never empty; each but the last ends with its line end, the last has none."""

    uri: str
    path: str
    version: int | None
    language: str
    lines: list[str]
    _text: str | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "".join(self.lines)
        return self._text

    def replace_all(self, text: str) -> None:
        self.lines, self._text = split(text), text

    def replace(self, start: Point, end: Point, text: str, encoding: str) -> None:
        """Beyond the end of a line or of the text is that end; a range that is the wrong way
        round is turned."""
        first, last = sorted((self._place(start, encoding), self._place(end, encoding)))
        head = self.lines[first[0]][: first[1]]
        tail = self.lines[last[0]][last[1] :]
        low, high = first[0], last[0] + 1
        fresh = head + text + tail
        # A change beside one half of \r\n can part it or make one of two line ends.
        if low and fresh.startswith("\n") and self.lines[low - 1].endswith("\r"):
            low -= 1
            fresh = self.lines[low] + fresh
        if high < len(self.lines) and (fresh.endswith("\r") or not fresh.endswith("\n")):
            fresh += self.lines[high]
            high += 1
        pieces = split(fresh)
        if high < len(self.lines) and not pieces[-1]:
            pieces.pop()
        self.lines[low:high] = pieces
        self._text = None

    def _place(self, point: Point, encoding: str) -> tuple[int, int]:
        """Line and column in code points, never inside a line end."""
        if point.line >= len(self.lines):
            return len(self.lines) - 1, len(self.lines[-1])
        line = self.lines[point.line]
        return point.line, column_at(line, len(line.rstrip("\r\n")), point.character, encoding)


class Documents:
    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(self._open.values())

    def get(self, uri: str) -> Document | None:
        return self._open.get(unquote(uri))

    def open(self, uri: str, path: str, version: int | None, language: str, text: str) -> None:
        document = Document(uri, path, version, language, split(text), text)
        self._open[unquote(uri)] = document

    def close(self, uri: str) -> None:
        self._open.pop(unquote(uri), None)


def split(text: str) -> list[str]:
    """Lines with their ends, as the protocol counts them."""
    if "\r" not in text:
        lines = text.split("\n")
        return [line + "\n" for line in lines[:-1]] + lines[-1:]
    ends = [0, *(match.end() for match in LINE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(ends)]
