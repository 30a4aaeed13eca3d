"""What the user has cut off of a job's search, kept in its folder for another attempt at it."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from synthd.synth.pruning import Pruning


class Cutting:
    """path: of the nodes that were cut off, a line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.pruning = Pruning(_kept(path))

    def prune(self, node: str) -> None:
        """It is kept first: where the search goes another way for it, so does a later attempt."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, flags, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(json.dumps(node, ensure_ascii=True) + "\n")
                file.flush()
                os.fsync(file.fileno())
        self.pruning.want(node)


def _kept(path: Path) -> list[str]:
    with contextlib.suppress(OSError, ValueError):
        return [str(json.loads(row)) for row in path.read_text("ascii").splitlines()]
    return []
