"""Whether an `import` of another file means the file whose function is looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FOLDERS = ("", "src", "lib")
_LONGEST = 100_000  # bytes of an __init__.py


@dataclass(frozen=True, slots=True)
class Home:
    """The function's file as others import it. root: no import is looked for above it."""

    path: Path
    root: Path

    def is_module(self, importer: str, level: int, module: str, last: str) -> bool:
        """Whether `import module`, written in the file `importer`, is this file; last: its name."""
        if last != self._self().name:
            return False
        found = self._found(Path(importer), level, module)
        return found is not None and found == self._self()

    def has(self, importer: str, level: int, module: str, name: str) -> bool:
        """Whether `from module import name` gives what this file calls so: module is this file, or
        a package above it that hands it on."""
        found = self._found(Path(importer), level, module)
        if found is None:
            return False
        return found == self._self() or (found in self.path.parents and _names(found, name))

    def _self(self) -> Path:
        return self.path.parent if self.path.stem == "__init__" else self.path.with_suffix("")

    def _found(self, importer: Path, level: int, module: str) -> Path | None:
        """A file without its suffix, or a folder."""
        parts = module.split(".") if module else []
        if level:
            if level > len(importer.parents):
                return None
            return importer.parents[level - 1].joinpath(*parts)
        if not parts:
            return None
        for base in self._bases(importer):
            found = base.joinpath(*parts)
            if found == self._self() or found.with_suffix(".py").is_file() or found.is_dir():
                return found
        own = self._self().parts
        return self._self() if own[-len(parts) :] == tuple(parts) else None

    def _bases(self, importer: Path) -> list[Path]:
        """From the importer's folder upwards, as `python` and pytest put them on the path."""
        bases = []
        for folder in importer.parents:
            bases += [folder / name for name in _FOLDERS]
            if folder == self.root:
                break
        else:
            bases = [importer.parent]
        return bases


def _names(package: Path, name: str) -> bool:
    place = package / "__init__.py"
    try:
        if not place.is_file():
            return False
        with place.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_LONGEST)
    except OSError:
        return False
    return bool(re.search(rf"\bimport\b[^#]{0, 2000}?(?:\b{re.escape(name)}\b|\*)", text))
