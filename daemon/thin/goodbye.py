"""Whether an editor said `shutdown` and `exit`, found in its bytes as they pass."""

from __future__ import annotations

import json

SMALL = 256  # bytes; both messages are far smaller, and no other body is looked at
HEADER_LIMIT = 4096


class Goodbye:
    """polite: `shutdown` was asked for. left: `exit` was said."""

    def __init__(self) -> None:
        self.polite = False
        self.left = False
        self._header = b""
        self._body = b""
        self._missing = 0  # bytes of the body that is passing
        self._small = False
        self._lost = False  # this is no language client: the daemon will tell it

    def feed(self, piece: bytes) -> None:
        while piece and not self._lost:
            piece = self._in_body(piece) if self._missing else self._in_header(piece)

    def _in_body(self, piece: bytes) -> bytes:
        taken = piece[: self._missing]
        self._missing -= len(taken)
        if self._small:
            self._body += taken
            if not self._missing:
                self._look()
        return piece[len(taken) :]

    def _in_header(self, piece: bytes) -> bytes:
        self._header += piece
        header, end, rest = self._header.partition(b"\r\n\r\n")
        if not end:
            self._lost = len(self._header) > HEADER_LIMIT
            return b""
        self._header, self._body = b"", b""
        self._missing = _length(header)
        self._lost = self._missing < 0
        self._small = self._missing <= SMALL
        return rest

    def _look(self) -> None:
        try:
            said = json.loads(self._body)
        except ValueError:
            return
        method = said.get("method") if isinstance(said, dict) else None
        self.polite = self.polite or method == "shutdown"
        self.left = self.left or method == "exit"


def _length(header: bytes) -> int:
    """-1 where it says none."""
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return -1
