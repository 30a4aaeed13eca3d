"""Where a candidate runs: its file's module, project and interpreter."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """hidden: what the candidate must not read although it lies in the workspace: test files,
    for instance. The module's own file and `.git` are hidden from it in any case."""

    python: Path
    module: str  # its import name
    path: Path
    roots: tuple[Path, ...]  # what goes on sys.path
    workspace: Path | None = None
    hidden: tuple[Path, ...] = ()

    @property
    def program(self) -> Path:
        return Path(os.path.abspath(self.python))  # not resolved: a link may be into a venv

    @property
    def folders(self) -> tuple[Path, ...]:
        """What is shown of the user's files, read-only."""
        shown = (self.workspace,) if self.workspace is not None else ()
        return tuple(dict.fromkeys(folder for folder in (*shown, *self.roots) if _sensible(folder)))

    @property
    def masked(self) -> tuple[Path, ...]:
        """What the candidate's process does not see."""
        own = [self.path, *self.hidden]
        caches = [path.parent / "__pycache__" for path in own]
        histories = [folder / ".git" for folder in self.folders]
        every = [*own, *caches, *histories]
        return tuple(dict.fromkeys(path for path in every if path.exists()))


def _sensible(folder: Path) -> bool:
    """Neither the whole file system nor a whole home or tmp is a project."""
    shared = (
        Path("/"),
        Path.home(),
        Path("/home"),
        Path("/tmp"),
        Path("/var/tmp"),
        Path("/dev/shm"),
    )
    return folder.is_dir() and folder.resolve() not in shared
