"""The copy of a GGUF file that transformers can load: where it is, and what is noted of it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from synthd.synth.models.hf.folder import BadFolder, shards

NOTE = "converted.json"


@dataclass(frozen=True, slots=True)
class Note:
    """source_sha256: of the GGUF; sha256: of the result's weights, as files_sha256 has it.
    files: name, bytes and modification time (ns) of each file of weights."""

    source: str
    source_sha256: str
    sha256: str
    made_with: str
    files: tuple[tuple[str, int, int], ...]

    def write(self, folder: Path) -> None:
        (folder / NOTE).write_text(json.dumps({"schema": 1, **asdict(self)}, indent=2) + "\n")


def note_of(folder: Path) -> Note | None:
    """What is noted, if it was finished and none of its files has changed since."""
    try:
        told = json.loads((folder / NOTE).read_text("utf-8"))
        files = tuple((str(name), int(size), int(at)) for name, size, at in told["files"])
        note = Note(
            str(told["source"]),
            str(told["source_sha256"]),
            str(told["sha256"]),
            str(told["made_with"]),
            files,
        )
        return note if files == states(folder) else None
    except (OSError, ValueError, LookupError, TypeError, BadFolder):
        return None


def states(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Raises BadFolder and OSError."""
    found = ((file, os.stat(file)) for file in shards(folder))
    return tuple((file.name, state.st_size, state.st_mtime_ns) for file, state in found)
