"""Estimates of learned verifiers by what was asked: verifier, problem, program."""

from __future__ import annotations

from pathlib import Path

from synthd.synth.store import checked

SCHEMA = 1


class Estimates:
    """A folder with a file for each. What is damaged is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> float | None:
        body = checked.read(self._path(key))
        value = body.get("estimate") if body and body.get("schema") == SCHEMA else None
        return float(value) if isinstance(value, int | float) else None

    def put(self, key: str, value: float) -> None:
        """Raises OSError."""
        checked.write(self._path(key), {"schema": SCHEMA, "estimate": value})

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def key(verifier: str, x: str, program: str) -> str:
    told = {"schema": SCHEMA, "verifier": verifier, "problem": x, "program": program}
    return checked.digest(told)
