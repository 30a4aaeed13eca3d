"""Which files of a workspace are read for uses of a function, and how much of them.

Nothing that git ignores, nothing hidden, no environment, and no way out of the workspace.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from synthd.synth.source.errors import SourceError
from synthd.synth.source.text import SourceText

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_SKIPPED = frozenset(
    {"venv", "env", "node_modules", "__pycache__", "build", "dist", "site-packages", "target"}
    | {"htmlcov", "vendor", "third_party"}
)
_DOCUMENTS = (".md", ".rst")
_MOST_ENTRIES = 20_000
_RULES = 500  # lines of a .gitignore
_STARS = re.compile(r"\*+")
_LARGEST = 400_000  # bytes of one file


@dataclass(frozen=True, slots=True)
class Limits:
    files: int = 200
    bytes: int = 2_000_000
    seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Found:
    path: Path
    name: str  # as a person would write it, from the workspace
    text: str

    @property
    def is_document(self) -> bool:
        return self.path.suffix in _DOCUMENTS


@dataclass(frozen=True, slots=True)
class Words:
    """What a file must have in it to be worth parsing. head: the function's name or its class's,
    which has to be imported; module: that of its file."""

    name: str
    head: str
    module: str

    def are_in(self, data: bytes, *, code: bool) -> bool:
        name, head, module = (word.encode() for word in (self.name, self.head, self.module))
        if name not in data or head not in data:
            return False
        if not code or module in data:
            return True
        names = re.escape(head)  # handed on by a package: then the module is not named
        return bool(re.search(rb"\bimport\s*(?:\([^)]{0,2000}|[^\n(]{0,500})\b%s\b" % names, data))


class Reading:
    """One look through a workspace, within limits."""

    def __init__(
        self, path: Path, workspace: Path | None, words: Words, limits: Limits | None = None
    ) -> None:
        self._path, self._words = path, words
        self._root = workspace if workspace is not None else path.parent
        self._deep = workspace is not None
        self._limits = limits or Limits()
        self._begun = time.monotonic()
        self.deadline = self._begun + self._limits.seconds

    def _over(self, part: float = 1.0) -> bool:
        """Whether so much of the time is gone."""
        return time.monotonic() >= self._begun + part * self._limits.seconds

    def files(self) -> Iterator[Found]:
        """Those that name the function, the likeliest first. Unreadable ones are passed over."""
        root = self._root.resolve()
        number = size = 0
        for path in self._ranked(list(self._candidates())):
            if self._over() or number >= self._limits.files:
                return
            data = _read(path, root, min(_LARGEST, self._limits.bytes - size))
            if data is None:
                continue
            number, size = number + 1, size + len(data)
            if not self._words.are_in(data, code=path.suffix not in _DOCUMENTS):
                continue
            try:
                text = SourceText.from_bytes(data, str(path)).code
            except SourceError:
                continue
            yield Found(path, path.relative_to(self._root).as_posix(), text)

    def _candidates(self) -> Iterator[Path]:
        """Folders around the function's file are looked into first: a workspace can be endless."""
        entries = 0
        near: deque[_Folder] = deque([(self._root, ())])
        far: deque[_Folder] = deque()
        while (near or far) and not self._over(0.5):
            folder, outer = (near or far).popleft()
            rules = (*outer, *_ignoring(folder))
            for entry in _entries(folder):
                entries += 1
                if entries > _MOST_ENTRIES or self._over(0.5):
                    return
                path = folder / entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                if entry.name.startswith(".") or any(rule(path, is_folder) for rule in rules):
                    continue
                if is_folder:
                    if self._deep and _is_entered(path):
                        (near if self._is_near(path) else far).append((path, rules))
                elif path.suffix == ".py" or path.suffix in _DOCUMENTS:
                    yield path

    def _is_near(self, folder: Path) -> bool:
        return folder in self._path.parents or self._path.parent in folder.parents

    def _ranked(self, paths: list[Path]) -> list[Path]:
        own, stem = self._path, self._path.stem

        def rank(path: Path) -> tuple[int, int, str]:
            if path.suffix in _DOCUMENTS:
                likely = 2
            elif path.stem in (f"test_{stem}", f"{stem}_test"):
                likely = 0
            elif path.stem.startswith("test_") or path.stem.endswith("_test"):
                likely = 1
            else:
                likely = 3
            return likely, _steps(path, own), str(path)

        return sorted((p for p in paths if p != own), key=rank)


def _steps(one: Path, other: Path) -> int:
    """From file to file, up and down again."""
    pairs = zip(one.parts, other.parts, strict=False)
    shared = sum(1 for _ in takewhile(lambda two: two[0] == two[1], pairs))
    return len(one.parts) + len(other.parts) - 2 * shared


Ignore = Callable[[Path, bool], bool]
_Folder = tuple[Path, tuple[Ignore, ...]]  # with the rules from above it


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_entered(folder: Path) -> bool:
    return folder.name not in _SKIPPED and not (folder / "pyvenv.cfg").exists()


def _ignoring(folder: Path) -> list[Ignore]:
    """What the folder's own .gitignore says."""
    data = _read(folder / ".gitignore", folder.resolve(), 100_000)
    if not data:
        return []
    spec = _spec(data.decode(errors="replace"))
    if spec is None:
        return []

    def ignored(path: Path, is_folder: bool) -> bool:
        name = path.relative_to(folder).as_posix()
        return spec.match_file(f"{name}/" if is_folder else name)

    return [ignored]


def _spec(text: str) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    # A pattern of many stars takes a regular expression for ever, which nothing could interrupt.
    lines = [line for line in text.splitlines()[:_RULES] if len(_STARS.findall(line)) <= 3]
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return None  # git passes over what it does not understand; this does so for the file


def _read(path: Path, root: Path, most: int) -> bytes | None:
    """A plain file within the root; None for anything else, and for what is too large."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            return None
        # A pipe or a device in a file's place must not hold us.
        handle = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode) or about.st_size > most:
                return None
            return file.read(most)
    except (OSError, ValueError, RuntimeError):
        return None
