"""Standard output of a candidate, kept up to a limit."""

from __future__ import annotations

import io


class Printed(io.TextIOBase):
    """sys.stdout with a cap: the rest is counted and dropped."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._parts: list[str] = []
        self.dropped = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        kept = text[: self._room]
        if kept:
            self._parts.append(kept)
            self._room -= len(kept)
        self.dropped += len(text) - len(kept)
        return len(text)

    def text(self) -> str:
        return "".join(self._parts)
