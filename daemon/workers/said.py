"""What earlier attempts at a job have told of the search, as digests: to notice where this differs.

Whoever watches has seen those lines. The same lines come again, under the same numbers, until one
is another: from there on the earlier ones are void.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

WIDTH = 16  # letters of a digest
# What two attempts never have in common, and what makes neither another search.
TIMES = frozenset({"at", "seconds", "judge_seconds", "started", "synthd"})


class Said:
    """A file of digests, a line each, appended before the line is told. One that cannot be written
    only makes less noticed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        self._earlier: list[bytes] = []
        with contextlib.suppress(OSError):
            held = path.read_bytes()
            rows = held[: len(held) - len(held) % (WIDTH + 1)].split(b"\n")[:-1]
            self._earlier = rows if all(len(row) == WIDTH for row in rows) else []

    def differs(self, line: str) -> bool:
        """Whether an earlier attempt told something else in this place."""
        digest = _digest(line)
        number, self._number = self._number, self._number + 1
        if number < len(self._earlier):
            if self._earlier[number] == digest:
                return False
            del self._earlier[number:]
            self._write(number, digest)
            return True
        self._write(number, digest)
        return False

    def more(self) -> bool:
        """Whether an earlier attempt has told more than this one, which has ended."""
        return self._number < len(self._earlier)

    def _write(self, number: int, digest: bytes) -> None:
        place = number * (WIDTH + 1)
        with contextlib.suppress(OSError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(self._path, flags, 0o600)
            try:
                os.ftruncate(descriptor, place)
                os.pwrite(descriptor, digest + b"\n", place)
            finally:
                os.close(descriptor)


def _digest(line: str) -> bytes:
    text = json.dumps(_timeless(json.loads(line)), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:WIDTH].encode("ascii")


def _timeless(value: object) -> object:
    if isinstance(value, dict):
        return {name: _timeless(held) for name, held in value.items() if name not in TIMES}
    if isinstance(value, list):
        return [_timeless(held) for held in value]
    return value
