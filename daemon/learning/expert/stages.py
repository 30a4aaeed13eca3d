"""Stages of a long training: each in its own place, with a note that says what it was made of.

A stage whose note is there is done, and is skipped; without one it goes on or begins anew, as it is
able to. Notes are read by people, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.bench.folder.layout import replace
from synthd.daemon.exits import BadInput

FOLDER = "stages"
SCHEMA = 1
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """inputs: all that decides about what comes of it, the notes of stages before it included."""

    name: str
    inputs: Mapping[str, Any]

    @property
    def key(self) -> str:
        return hashlib.sha256(json.dumps(self.inputs, sort_keys=True).encode()).hexdigest()


class Stages:
    """Those of one training, numbered as they come."""

    def __init__(self, out: Path, told: Callable[[str], None]) -> None:
        self.folder = out / FOLDER
        self._told = told
        self._number = 0

    def place(self, name: str) -> Path:
        """Of the stage that comes next: a folder or a file."""
        return self.folder / f"{self._number + 1:02d}-{name}"

    async def do(self, stage: Stage, work: Callable[[Path], Awaitable[Row]]) -> Row:
        """Its figures, with `key`. work: gets its place. Raises BadInput where the stage that is
        there was made of something else."""
        place = self.place(stage.name)
        self._number += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        note = place.with_name(f"{place.name}.state.json")
        noted = _read(note)
        if noted is not None and noted["key"] != stage.key:
            raise BadInput(
                f"{place} was made with other settings, data or models: give the command as it "
                "was, or name another folder with --out"
            )
        if noted is not None and noted["done"]:
            self._told(f"{place.name}: done before")
            return noted
        _write(note, {"key": stage.key, "done": False, "inputs": dict(stage.inputs)})
        self._told(f"{place.name} …")
        row = {"key": stage.key, "done": True, "inputs": dict(stage.inputs), **await work(place)}
        _write(note, row)
        return row


def _read(note: Path) -> Row | None:
    try:
        row = json.loads(note.read_text("utf-8"))
        return row if isinstance(row, dict) and {"key", "done"} <= row.keys() else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput(f"{note} is damaged ({error}): remove it, and the stage is made anew") from (
            None
        )


def _write(note: Path, row: Row) -> None:
    replace(note, json.dumps({"schema": SCHEMA, **row}, indent=1, default=str) + "\n")
