"""The steps of one search in a file that is only appended to, a line a step, at once.

A process may be killed at any instant: a last line that was not finished does not count. What the
machine had not yet written when its power failed does not, either; the steps before it do.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from synthd.synth.models.errors import NotKept
from synthd.synth.resuming import Noted

SCHEMA = 1


class Steps:
    """A Journal. Made by `open`; its owner must `close` it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._noted: list[Noted] = []
        self._ends: list[int] = []  # where the line of each step ends; the first is the header's

    @classmethod
    def open(cls, path: Path, search: str) -> Steps:
        """Those of this search; of any other, none. Raises NotKept."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _not_kept(path, error) from None
        steps = cls(path, descriptor)
        try:
            steps._begin(search)
        except BaseException:
            steps.close()
            raise
        return steps

    @property
    def noted(self) -> Sequence[Noted]:
        return tuple(self._noted)

    def note(self, noted: Noted) -> None:
        self._append([noted.at, noted.step])
        self._noted.append(noted)

    def cut(self, length: int) -> None:
        try:
            os.ftruncate(self._descriptor, self._ends[length])
        except OSError as error:
            raise _not_kept(self._path, error) from None
        del self._ends[length + 1 :], self._noted[length:]

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _begin(self, search: str) -> None:
        wanted = {"schema": SCHEMA, "search": search}
        try:
            head, *lines = self._path.read_bytes().split(b"\n")
            if _parsed(head) == wanted and lines:
                self._read(len(head) + 1, lines[:-1])
            else:
                os.ftruncate(self._descriptor, 0)
        except OSError as error:
            raise _not_kept(self._path, error) from None
        if not self._ends:
            self._append(wanted)
        self.cut(len(self._noted))

    def _read(self, start: int, lines: Sequence[bytes]) -> None:
        self._ends = [start]
        for line in lines:
            match _parsed(line):
                case [float() | int() as at, str() as step]:
                    self._noted.append(Noted(step, at))
                    self._ends.append(self._ends[-1] + len(line) + 1)
                case _:
                    return

    def _append(self, row: object) -> None:
        line = json.dumps(row, ensure_ascii=True).encode() + b"\n"
        end = self._ends[-1] if self._ends else 0
        try:
            if os.pwrite(self._descriptor, line, end) != len(line):
                raise OSError("there is no room left")
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, end)
            raise _not_kept(self._path, error) from None
        self._ends.append(end + len(line))


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _not_kept(path: Path, error: OSError) -> NotKept:
    return NotKept(
        f"the steps of this search cannot be kept in {path.parent}: {error.strerror or error}; "
        "make room there, then resume the job"
    )
