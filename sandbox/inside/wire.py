"""Frames: how the judge outside, the runner and its children talk.

One header for both legs: operation, number, length of the payload. Between the judge and a
runner the number says which child is meant; between a runner and a child it is the call's id.
A FORWARD frame of the first leg carries one whole frame of the second.
"""

from __future__ import annotations

import socket
import struct
from enum import IntEnum
from typing import NamedTuple

HEADER = struct.Struct("!BII")
LIMIT = 16 << 20  # bytes of one payload; a larger value is refused by whoever would send it


class Op(IntEnum):
    # judge <-> child, inside FORWARD
    LOAD = 1  # the module and what to do with it
    READY = 2
    FAILED = 3  # the module cannot be loaded
    CALL = 4  # compute something for the other side
    RESULT = 5
    CASE = 6  # a check was decided
    UNIT = 7  # a statement, an example, a test function began or ended
    DONE = 8
    # judge <-> runner
    SPAWN = 20
    FORWARD = 21
    KILL = 22
    GONE = 23
    LIMITS = 24
    PRELOAD = 25


class Frame(NamedTuple):
    op: int
    number: int
    payload: bytes


class BadFrame(Exception):
    """The other side does not keep to the protocol."""


def pack(op: int, number: int, payload: bytes) -> bytes:
    return HEADER.pack(op, number, len(payload)) + payload


def unpack(buffer: bytearray, limit: int = LIMIT) -> Frame | None:
    """Take the first whole frame off the buffer, if there is one."""
    if len(buffer) < HEADER.size:
        return None
    op, number, length = HEADER.unpack_from(buffer)
    if length > limit:
        raise BadFrame(f"a frame of {length} bytes")
    end = HEADER.size + length
    if len(buffer) < end:
        return None
    payload = bytes(buffer[HEADER.size : end])
    del buffer[:end]
    return Frame(op, number, payload)


class Channel:
    """A child's end: blocking, one frame at a time."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._buffer = bytearray()

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        self._end.sendall(pack(op, number, payload))

    def receive(self) -> Frame:
        while True:
            frame = unpack(self._buffer)
            if frame is not None:
                return frame
            piece = self._end.recv(1 << 18)
            if not piece:
                raise EOFError("the runner is gone")
            self._buffer += piece
