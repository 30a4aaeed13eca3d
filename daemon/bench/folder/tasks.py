"""The ids of each suite's tasks, kept beside the log: how much there is to do is known without the
data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from synthd.daemon.bench.folder.layout import replace
from synthd.daemon.exits import BadInput

Tasks = dict[str, tuple[str, ...]]
_WIRE = TypeAdapter(Tasks)


def read(path: Path) -> Tasks:
    """Of each suite, as it is written in the experiment; none where nothing was noted. Raises
    BadInput."""
    try:
        return _WIRE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValidationError, OSError):
        raise BadInput(f"{path} cannot be read; remove it, and `bench run` makes it anew") from None


def note(path: Path, found: Mapping[str, tuple[str, ...]]) -> None:
    """Add these. Raises OSError, and BadInput."""
    before = read(path)
    now = {**before, **found}
    if now != before:
        replace(path, _WIRE.dump_json(now, indent=1).decode() + "\n")
