"""The folder that holds weights, and what is known about each file in it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.weights.catalogue import CATALOGUE, Weights


@dataclass(frozen=True, slots=True)
class Store:
    """A file counts as installed when its hash was seen to be right and it has not changed since.

    That is noted beside it, so that a start does not read a gigabyte.
    """

    directory: Path
    catalogue: tuple[Weights, ...] = CATALOGUE

    def path_of(self, weights: Weights) -> Path:
        return self.directory / weights.file

    def has(self, weights: Weights) -> bool:
        path = self.path_of(weights)
        try:
            noted = json.loads(self.note(weights).read_text())
            state = path.stat()
        except (OSError, ValueError):
            return False
        return bool(noted == self._noted(weights, state) and state.st_size == weights.size)

    def installed(self) -> list[Weights]:
        """Largest first: that is also the order of preference."""
        return sorted(filter(self.has, self.catalogue), key=lambda w: w.size, reverse=True)

    def verify(self, weights: Weights) -> bool:
        """Read the whole file, and note what came of it. Takes seconds: call it in a thread."""
        path = self.path_of(weights)
        try:
            state = path.stat()
            right = state.st_size == weights.size and sha256(path) == weights.sha256
        except OSError:
            right = False
        if right:
            self._write_note(weights, json.dumps(self._noted(weights, state)))
        else:
            self.note(weights).unlink(missing_ok=True)
        return right

    def adopt(self, weights: Weights, part: Path) -> None:
        """Give a verified file its final name."""
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, self.path_of(weights))
        state = self.path_of(weights).stat()
        self._write_note(weights, json.dumps(self._noted(weights, state)))
        self.forget_parts(weights)

    def remove(self, weights: Weights) -> bool:
        """Whether there was anything to remove; what an interrupted pull left goes, too."""
        there = [p for p in (self.path_of(weights), *self._parts(weights)) if p.exists()]
        self.note(weights).unlink(missing_ok=True)
        self.path_of(weights).unlink(missing_ok=True)
        self.forget_parts(weights)
        return bool(there)

    def part(self, weights: Weights, source: str) -> Path:
        """Where a source's bytes grow. Sources do not share: they are cut differently."""
        return self.directory / f".{weights.file}.{source}.part"

    def forget_parts(self, weights: Weights) -> None:
        for path in self._parts(weights):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def lock(self, weights: Weights) -> Path:
        return self.directory / f".{weights.file}.lock"

    def _parts(self, weights: Weights) -> Iterator[Path]:
        return self.directory.glob(f".{weights.file}.*.part*")

    def note(self, weights: Weights) -> Path:
        return self.directory / f".{weights.file}.verified.json"

    def _write_note(self, weights: Weights, text: str) -> None:
        fresh = self.note(weights).with_suffix(f".{os.getpid()}")
        fresh.write_text(text)
        os.replace(fresh, self.note(weights))

    def _noted(self, weights: Weights, state: os.stat_result) -> dict[str, object]:
        return {"sha256": weights.sha256, "size": state.st_size, "mtime_ns": state.st_mtime_ns}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
