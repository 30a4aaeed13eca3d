"""The programs of a run, each once, found by the SHA-256 of its text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import BinaryIO

from synthd.daemon.appending import Foreign, append, whole_lines
from synthd.daemon.exits import BadInput

_BEGIN = b'{"sha256":"'
_LINE = re.compile(rb'\{"sha256":"([0-9a-f]{64})","text":".*"\}\n', re.DOTALL)


class Programs:
    """known: where the line of each begins, by 16 bytes of its digest: texts stay in the file."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._known: dict[bytes, int] = {}
        self._size = 0

    def read(self) -> int:
        """Index the whole file; how many bytes are whole lines. Raises BadInput."""
        self._file.seek(0)
        # Unbuffered files are slow to iterate over.
        with open(self._path, "rb") as lines:
            try:
                for _, end, digest in whole_lines(lines, _digest, (_BEGIN,)):
                    self._known.setdefault(digest, self._size)
                    self._size = end
            except Foreign as line:
                raise BadInput(
                    f"{self._path}, line {line.number}, is no program of synthd bench; nothing "
                    "was changed. Mend the line or name another folder"
                ) from None
        return self._size

    def add(self, sha256: str, text: str) -> None:
        """Raises OSError, and then nothing was added."""
        digest = bytes.fromhex(sha256)[:16]
        if digest in self._known:
            return
        row = json.dumps({"sha256": sha256, "text": text}, separators=(",", ":")).encode() + b"\n"
        append(self._file, row)
        self._known[digest] = self._size
        self._size += len(row)

    def text(self, sha256: str) -> str:
        """Raises BadInput where there is none."""
        begin = self._known.get(bytes.fromhex(sha256)[:16])
        if begin is not None:
            self._file.seek(begin)
            row = json.loads(_line(self._file))
            if row["sha256"] == sha256:
                return str(row["text"])
        raise BadInput(f"{self._path} has no program {sha256}: the machine that wrote it stopped")


def _digest(line: bytes) -> bytes | None:
    found = _LINE.fullmatch(line)
    return bytes.fromhex(found[1].decode())[:16] if found else None


def _line(file: BinaryIO) -> bytes:
    """readline() of an unbuffered file asks the system for every byte."""
    parts: list[bytes] = []
    while not parts or b"\n" not in parts[-1]:
        part = file.read(1 << 14)
        if not part:
            break
        parts.append(part)
    return b"".join(parts).partition(b"\n")[0]
