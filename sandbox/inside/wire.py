"""Frames: how the judge outside, the runner and its children talk.

One header for both legs: operation, number, length of the payload. Between the judge and a
runner the number says which child is meant; between a runner and a child it is the call's id.
A FORWARD frame of the first leg carries one whole frame of the second.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

HEADER = struct.Struct("!BII")
PLACE = struct.Struct("!II")  # which tests, and which row of them; in front of a program
HEAD = struct.Struct("!I")  # how long the ending is; in front of it and of what was said
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
    ASK = 10  # a call of plain values, marshalled; answered once, and never from the other side
    BEGIN = 11  # one program of several; the number is the program's
    END = 12
    SCRIPT = 9  # what a whole program finds on its standard input
    # judge <-> runner
    SPAWN = 20
    FORWARD = 21
    KILL = 22
    GONE = 23
    LIMITS = 24
    PRELOAD = 25
    PREPARE = 26
    # a pool's judge <-> its tester
    TESTS = 30  # what a number of tests means from now on
    TRY = 31  # a program, for the tests of that number
    FORGET = 32
    TRIED = 33
    # a pool's tester <-> its candidates' server
    CALLS = 40  # what a program of that number will be asked
    RUN = 41  # a program, to be asked all that and to end
    TALK = 42  # a program, to be asked call by call
    RAN = 43
    HANG_UP = 44


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


def frames(data: bytes) -> Iterator[Frame]:
    """All whole frames of what was collected; what is cut off at its end is left out."""
    place = 0
    while place + HEADER.size <= len(data):
        op, number, length = HEADER.unpack_from(data, place)
        if length > LIMIT:
            raise BadFrame(f"a frame of {length} bytes")
        place += HEADER.size
        if place + length > len(data):
            return
        yield Frame(op, number, data[place : place + length])
        place += length


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
