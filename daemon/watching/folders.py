"""Which folders have to be watched so that a change of some files is seen.

A file that is replaced is another one, so folders are watched and never files; a link's own folder
and that of what it points to; and where a folder is not there yet, the nearest one above it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

Identity = tuple[int, int]  # device and inode: a folder that was replaced is another one


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file looks from outside; two different contents with one stamp are possible, but not
    where some time passes between a change and the look."""

    identity: Identity
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stamp | None:
        """Of what a link points to; None where nothing is there."""
        try:
            state = os.stat(path)
        except OSError:
            return None
        return cls((state.st_dev, state.st_ino), state.st_size, state.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Plan:
    """folders: how often each is needed. names: what an event may be about (as watchdog writes it),
    and the files that it then concerns."""

    folders: dict[str, int] = field(default_factory=dict)
    names: dict[str, frozenset[Path]] = field(default_factory=dict)


def plan(files: Iterable[Path]) -> Plan:
    """Looks at the disk: call it in a thread."""
    folders: dict[str, int] = {}
    names: dict[str, set[Path]] = {}
    for file in files:
        for spelled in _spellings(file):
            folder, name = _nearest(spelled)
            folders[folder] = folders.get(folder, 0) + 1
            names.setdefault(name, set()).add(file)
            names.setdefault(folder, set()).add(file)
    return Plan(folders, {name: frozenset(concerned) for name, concerned in names.items()})


def identity(folder: str) -> Identity | None:
    try:
        state = os.stat(folder)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _spellings(file: Path) -> set[Path]:
    """Where it is named, and where its bytes are; folders without links in them."""
    named = Path(os.path.realpath(file.parent)) / file.name
    return {named, Path(os.path.realpath(named))} if named.is_symlink() else {named}


def _nearest(file: Path) -> tuple[str, str]:
    """A folder that is there, and what in it is on the way to the file."""
    below = file
    while not below.parent.is_dir() and below.parent != below:
        below = below.parent
    return str(below.parent), str(below)
