"""The order in which a search went, by what was searched for and how."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthd.synth.budget import Budget
from synthd.synth.extraction.named import ROBUST
from synthd.synth.problem import Problem
from synthd.synth.store import checked


class Orders:
    """A folder with a file for each search."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> list[str] | None:
        body = checked.read(self._path(key))
        return None if body is None else [str(step) for step in body["steps"]]

    def put(self, key: str, steps: Sequence[str]) -> None:
        """Raises OSError."""
        checked.write(self._path(key), {"steps": list(steps)})

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def key(
    problem: Problem,
    strategy: object,
    budget: Budget,
    seed: int,
    model: str,
    identity: str,
    extraction: str = ROBUST,
) -> str:
    """strategy: a dataclass, whose repr tells its parameters."""
    parts = [repr(problem), repr(strategy), repr(budget), seed, model, identity]
    return checked.digest(parts if extraction == ROBUST else [*parts, extraction])
