"""A socket between two servers inside: whole frames, and no dead-lock when both are talking."""

from __future__ import annotations

import select
import socket

from synthd.sandbox.inside.wire import HEADER, LIMIT, Frame, pack, unpack

_ROOM = 4 * LIMIT  # what a program answered in all, with headers


class Link:
    def __init__(self, end: socket.socket) -> None:
        self.end = end
        end.setblocking(False)
        self._buffer = bytearray()
        self._out = bytearray()

    def post(self, op: int, number: int, payload: bytes = b"") -> None:
        """To go with the next flush."""
        self._out += pack(op, number, payload)

    def flush(self) -> None:
        """Takes in what comes meanwhile: the other side may be waiting for just that."""
        data = memoryview(bytes(self._out))
        self._out.clear()
        while data:
            try:
                data = data[self.end.send(data) :]
            except BlockingIOError:
                readable, _, _ = select.select([self.end], [self.end], [])
                if readable:
                    self._take()

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        self.post(op, number, payload)
        self.flush()

    def receive(self) -> Frame:
        """Raises EOFError when the other side is gone."""
        while True:
            found = unpack(self._buffer, _ROOM + HEADER.size)
            if found is not None:
                return found
            self.flush()
            if self.pending():
                continue
            select.select([self.end], [], [])
            self._take()

    def pending(self) -> bool:
        """Whether a whole frame has been taken in already."""
        if len(self._buffer) < HEADER.size:
            return False
        return len(self._buffer) >= HEADER.size + int(HEADER.unpack_from(self._buffer)[2])

    def _take(self) -> None:
        piece = self.end.recv(1 << 20)
        if not piece:
            raise EOFError("the other side is gone")
        self._buffer += piece
