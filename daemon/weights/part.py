"""A file that grows, is hashed while it grows, and survives an interruption."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

CHUNK = 1 << 20


class Part:
    """Opened at `keep` bytes (what is there beyond is cut off). Its owner must close it."""

    def __init__(self, path: Path, keep: int) -> None:
        self.path = path
        # Reading and appending in one: what was there before must be hashed again.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._file = os.fdopen(descriptor, "r+b")
        self._file.truncate(keep)
        self._hash = hashlib.sha256()
        while chunk := self._file.read(CHUNK):
            self._hash.update(chunk)
        self.size = self._file.tell()

    def add(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate(0)
        self._hash = hashlib.sha256()
        self.size = 0

    def flush(self) -> None:
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def close(self) -> None:
        self._file.close()


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
