"""The parts of the encoding that need no table: a value that fits into one JSON cell.

None, bool, small int, float and ordinary str are themselves. `[tag, text]` is another atom,
`[index]` refers to a node (see encode.py), so that aliases and cycles survive.
"""

from __future__ import annotations

import base64
from typing import Any

Cell = Any  # JSON
Node = Any  # [tag, data, child cell, ...]


class NotACell(Exception):
    """The value needs a node of its own."""


class BadValue(Exception):
    """The encoding is not one that encode.py makes."""


_SMALL = 1 << 53
ATOMS = frozenset([type(None), bool, int, float, complex, str, bytes])


def pack64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def unpack64(text: object) -> bytes:
    if type(text) is not str:
        raise BadValue("base64 text expected")
    return base64.b64decode(text, validate=True)


def to_cell(value: object) -> Cell:
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return value
    if kind is int:
        assert isinstance(value, int)
        return value if -_SMALL < value < _SMALL else ["i", hex(value)]
    if kind is str:
        assert isinstance(value, str)
        return value if _sound(value) else ["s", pack64(value.encode("utf-8", "surrogatepass"))]
    if kind is bytes:
        assert isinstance(value, bytes)
        return ["b", pack64(value)]
    if kind is complex:
        assert isinstance(value, complex)
        return ["c", value.real, value.imag]
    if value is Ellipsis:
        return ["e"]
    if value is NotImplemented:
        return ["n"]
    raise NotACell


def _sound(text: str) -> bool:
    """Lone surrogates would be paired up by a JSON parser."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def from_cell(cell: Cell) -> object:
    """The inverse of to_cell; references are the decoder's business."""
    if cell is None or type(cell) in (bool, int, float, str):
        return cell
    if type(cell) is not list or not cell:
        raise BadValue("not a cell")
    tag = cell[0]
    if tag == "i":
        return int(cell[1], 16)
    if tag == "s":
        return unpack64(cell[1]).decode("utf-8", "surrogatepass")
    if tag == "b":
        return unpack64(cell[1])
    if tag == "c":
        return complex(float(cell[1]), float(cell[2]))
    if tag == "e":
        return Ellipsis
    if tag == "n":
        return NotImplemented
    raise BadValue("unknown atom")


def size_of(value: object) -> int:
    """A lower bound of what the cell takes, known without making it."""
    if isinstance(value, (str, bytes, bytearray)):
        return len(value)
    if type(value) is int:
        return value.bit_length() // 4 + 1
    return 8
