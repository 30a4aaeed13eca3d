"""Which interpreter, which Verus and which synthd judged, told apart without running any of them:
a workspace's interpreter is the workspace's code."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from synthd.daemon.watching.folders import Stamp

_LONGEST = 1 << 27  # a larger file is told apart by its stamp alone


@dataclass(slots=True)
class Programs:
    """Identities of programs, read again only where a file looks different. For threads."""

    _known: dict[Path, tuple[Stamp, str]] = field(default_factory=dict)

    def identity(self, program: str) -> str:
        """Of the bytes of an interpreter (and of the library that has most of it) or of a prover,
        with the version that its environment notes; "" where there is none."""
        if not program:
            return ""
        path = Path(program)
        real = Path(os.path.realpath(path))
        libraries = sorted((real.parent.parent / "lib").glob("libpython3*.so*"))
        beside = [real.parent / name for name in ("rust_verify", "z3")]  # of Verus
        parts = [self._bytes(each) for each in (real, *libraries, *beside)]
        if not parts[0]:
            return ""
        return hashlib.sha256("\n".join([*parts, _noted(path)]).encode()).hexdigest()

    def _bytes(self, path: Path) -> str:
        stamp = Stamp.of(path)
        if stamp is None:
            return ""
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            known = self._known[path] = (stamp, _sha256(path, stamp))
        return known[1]


def own_version() -> str:
    return version("synthd")


def _sha256(path: Path, stamp: Stamp) -> str:
    if stamp.size > _LONGEST:
        return repr(stamp)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _noted(python: Path) -> str:
    """The version in the pyvenv.cfg of an environment."""
    try:
        text = (python.parent.parent / "pyvenv.cfg").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    keys = ("version", "version_info")
    rows = (line.partition("=") for line in text.splitlines())
    return " ".join(sorted(value.strip() for key, _, value in rows if key.strip() in keys))
