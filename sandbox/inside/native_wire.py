"""What the judge of compiled programs and its supervisor inside tell each other.

One order at a time, one answer for each: a head in JSON and pieces of bytes.
"""

from __future__ import annotations

import json
import struct
from enum import IntEnum
from typing import Any

MOST = 1 << 29  # bytes of one frame
RECORD = struct.Struct("<BI")  # on a program's own channel: kind, length
CHANNEL_BYTES = 1 << 18
ASKS, TELLS = b"E", b"A"  # a test main is through and asks for a number; its answer
_LENGTH = struct.Struct("!I")


class Order(IntEnum):
    COMPILE = 1
    RUN = 2
    DONE = 3


def join(head: dict[str, Any], *pieces: bytes) -> bytes:
    text = json.dumps({**head, "pieces": [len(piece) for piece in pieces]}).encode()
    return b"".join((_LENGTH.pack(len(text)), text, *pieces))


def split(payload: bytes) -> tuple[dict[str, Any], list[bytes]]:
    place = _LENGTH.size
    (length,) = _LENGTH.unpack_from(payload)
    head = json.loads(payload[place : place + length])
    place += length
    pieces = []
    for size in head["pieces"]:
        pieces.append(payload[place : place + size])
        place += size
    return head, pieces
