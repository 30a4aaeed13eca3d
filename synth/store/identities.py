"""Which weights a model had when its answers were last kept: a replay asks no server."""

from __future__ import annotations

from pathlib import Path

from synthd.synth.store import checked


class Identities:
    """A folder with a file for each model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, model: str) -> str:
        """ "" where nothing is known."""
        body = checked.read(self._path(model))
        return "" if body is None else str(body.get("identity", ""))

    def put(self, model: str, identity: str) -> None:
        """Raises OSError."""
        checked.write(self._path(model), {"model": model, "identity": identity})

    def _path(self, model: str) -> Path:
        return self._folder / f"{checked.digest(model)}.json"
