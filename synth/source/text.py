"""A source file as bytes and as text, so that what is not replaced stays byte for byte.

Offsets count code points of `text`, which keeps a byte order mark and all line ends as they are.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from synthd.synth.source.errors import Unencodable, UnreadableSource

BOM = "\ufeff"
_NEWLINE = re.compile(r"\r\n|\r|\n")
_LONE_CR = re.compile(r"\r(?!\n)")


@dataclass(frozen=True)
class SourceText:
    """`text.encode(encoding) == raw` always holds."""

    raw: bytes
    text: str
    encoding: str
    path: str = field(default="", compare=False)  # only for messages

    @classmethod
    def from_bytes(cls, raw: bytes, path: str = "") -> SourceText:
        encoding = _encoding(raw, path)
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise UnreadableSource(
                f"{_at(path, line)}: byte 0x{raw[error.start]:02x} is not valid {encoding}; "
                "save the file as UTF-8 or declare its encoding in the first line "
                "(# -*- coding: latin-1 -*-)"
            ) from None
        if text.encode(encoding, "replace") != raw:
            raise UnreadableSource(
                f"{path or 'the file'} cannot be written back unchanged as {encoding}; "
                "save it as UTF-8"
            )
        return cls(raw, text, encoding, path)

    @classmethod
    def from_text(cls, text: str, path: str = "") -> SourceText:
        """Of an editor's buffer: in the encoding that the text declares, if that can hold it."""
        try:
            encoding = _encoding(text.encode(), path)
            return cls(text.encode(encoding), text, encoding, path)
        except UnicodeEncodeError:
            pass
        try:
            return cls(text.encode(), text, "utf-8", path)
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            raise UnreadableSource(f"{_at(path, line)}: a lone surrogate is not text") from None

    @classmethod
    def load(cls, path: Path) -> SourceText:
        """Read a file. OSError is the caller's to explain."""
        return cls.from_bytes(path.read_bytes(), str(path))

    @cached_property
    def code(self) -> str:
        """With "\\n" line ends and no byte order mark, as Python's parser reads it."""
        return _NEWLINE.sub("\n", self.text.removeprefix(BOM))

    @cached_property
    def view(self) -> bytes:
        """What tree-sitter is shown: UTF-8, lone carriage returns as the line ends that they are.

        It has the same code points at the same offsets as `text`.
        """
        return _LONE_CR.sub("\n", self.text).encode()

    @cached_property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """Start and end (without the line end) of every line, in code points."""
        bounds = []
        start = 0
        for match in _NEWLINE.finditer(self.text):
            bounds.append((start, match.start()))
            start = match.end()
        bounds.append((start, len(self.text)))
        return tuple(bounds)

    @cached_property
    def newline(self) -> str:
        """The line end that most lines have."""
        found = _NEWLINE.findall(self.text)
        return max(("\n", "\r\n", "\r"), key=found.count)

    def newline_at(self, start: int, end: int) -> str:
        """The line end used around a range, which decides in a file that mixes them."""
        inside = _NEWLINE.findall(self.text, start, end)
        if inside:
            return max(("\n", "\r\n", "\r"), key=inside.count)
        around = _NEWLINE.search(self.text, end) or _NEWLINE.search(self.text)
        return around.group() if around else "\n"

    def line_of(self, offset: int) -> int:
        """The 1-based line that an offset is on."""
        low, high = 0, len(self.lines)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.lines[middle][0] <= offset else (low, middle)
        return low + 1

    def line(self, number: int) -> str:
        """A line by its 1-based number, without its line end."""
        start, end = self.lines[number - 1]
        return self.text[start:end]

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    def char(self, view_byte: int) -> int:
        """The code point offset of a byte offset in `view`."""
        return view_byte if self._ascii else len(self.view[:view_byte].decode())

    def byte(self, offset: int) -> int:
        """The offset in `raw` of a code point offset."""
        return len(self.text[:offset].encode(self.encoding))

    def encode(self, text: str) -> bytes:
        """Text to put into this file, in its encoding."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise Unencodable(
                f"the new body has the character {text[error.start]!r}, which the file's encoding "
                f"{self.encoding} does not have; save the file as UTF-8"
            ) from None


def _at(path: str, line: int) -> str:
    return f"{path}:{line}" if path else f"line {line}"


def _encoding(raw: bytes, path: str) -> str:
    """As Python finds it (PEP 263). A byte order mark is kept as a character of the text."""
    head = b"\n".join(re.split(rb"\r\n|\r|\n", raw[:4096])[:3])
    if not raw.startswith(BOM.encode()) and not _COOKIE.search(b"\n".join(head.split(b"\n")[:2])):
        return "utf-8"
    try:
        found, _ = tokenize.detect_encoding(io.BytesIO(head).readline)
    except SyntaxError as error:
        raise UnreadableSource(f"{_at(path, 1)}: {error.msg or error}") from None
    return "utf-8" if found == "utf-8-sig" else found


_COOKIE = re.compile(rb"coding[:=]")
