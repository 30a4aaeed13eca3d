"""Files that grow by whole lines, and what is left of one when its writer was killed.

A process may be killed at any instant, and a disk may be full. What is left is whole lines and at
most one torn one at the end, also one that a file system filled with zeros. Nothing of ours follows
a torn line; whatever is different was not written by us.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, TypeVar

T = TypeVar("T")


class Foreign(Exception):
    """A line that is not ours. number: of the line, from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number}")
        self.number = number


def claim(file: BinaryIO) -> bool:
    """Take the file for this process alone, until it is closed; False where another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def append(file: BinaryIO, data: bytes) -> None:
    """One write to an unbuffered file that was opened to append. Raises OSError, and then the file
    is as it was before."""
    before = os.fstat(file.fileno()).st_size
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[file.write(rest) or 0 :]
    except OSError:
        file.truncate(before)
        raise


def whole_lines(
    lines: Iterable[bytes], parse: Callable[[bytes], T | None], begins: tuple[bytes, ...]
) -> Iterator[tuple[int, int, T]]:
    """Of each whole line its number, the offset of its end, and what parse made of it.

    parse: None where the line is not ours. begins: how our lines can begin. A torn end is left
    out. Raises Foreign.
    """
    end = 0
    torn = 0
    for number, line in enumerate(lines, 1):
        if torn:
            raise Foreign(torn)
        found = parse(line) if line.endswith(b"\n") else None
        if found is not None:
            end += len(line)
            yield number, end, found
        elif _torn(line, begins):
            torn = number
        else:
            raise Foreign(number)


def _torn(line: bytes, begins: tuple[bytes, ...]) -> bool:
    line = line.rstrip(b"\0")  # of a file system that had only made room
    if not any(line.startswith(start) or start.startswith(line) for start in begins):
        return False
    return not (line.endswith(b"\n") and _is_json(line))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
