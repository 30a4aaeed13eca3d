"""The model and the strategy that the user picked in an editor last: a small file of the state."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Picked:
    """Empty: none was picked, and the settings say it."""

    model: str = ""
    strategy: str = ""

    def or_else(self, other: Picked) -> Picked:
        """What is not picked here is as it was."""
        return Picked(self.model or other.model, self.strategy or other.strategy)

    def under(self, given: dict[str, Any]) -> dict[str, Any]:
        """These, and over them what is given for a job."""
        mine = {"model": self.model, "strategy": self.strategy}
        return {name: value for name, value in mine.items() if value} | given


def picked_file() -> Path:
    return user_state_path("synthd") / "picked.json"


def load(path: Path) -> Picked:
    with contextlib.suppress(OSError, ValueError):
        held = json.loads(path.read_text("utf-8"))
        if isinstance(held, dict):
            return Picked(_text(held.get("model")), _text(held.get("strategy")))
    return Picked()


def keep(path: Path, picked: Picked) -> None:
    """In one step: another editor reads it meanwhile. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {"schema": SCHEMA, "model": picked.model, "strategy": picked.strategy}
    handle, fresh = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file)
        os.replace(fresh, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
