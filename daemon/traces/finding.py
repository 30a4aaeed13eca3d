"""Finds the files of searches and reads them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.synth.trace.decode import Decoder, NotATrace, decode
from synthd.synth.trace.fields import Damaged
from synthd.synth.trace.records import End, Header, Recorded

SUFFIX = ".jsonl"
LAST = "last"
# The line of an end is about 400 bytes, but may carry a long message.
_TAIL = 1 << 16


def newest(folder: Path) -> list[Path]:
    """The traces of a folder, latest written first."""
    found: list[tuple[int, str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(SUFFIX) and entry.is_file():
                    found.append((entry.stat().st_mtime_ns, entry.path))
    except FileNotFoundError:
        return []
    return [Path(path) for _, path in sorted(found, reverse=True)]


def find(folder: Path, wanted: str) -> Path:
    """The file of an id, the beginning of one, a path, or `last`. Raises BadInput."""
    kept = newest(folder)
    if wanted == LAST:
        if not kept:
            raise BadInput(f"no search is kept in {folder} yet; `synthd synth` keeps them there")
        return kept[0]
    exact = [path for path in kept if path.stem == wanted]
    near = exact or [path for path in kept if wanted and path.stem.startswith(wanted)]
    if len(near) == 1:
        return near[0]
    if Path(wanted).is_file():
        return Path(wanted)
    if near:
        names = ", ".join(path.stem for path in near[:5])
        raise BadInput(f"{wanted} is the beginning of several runs: {names}; give more of it")
    raise BadInput(f"no run and no file {wanted!r}; `synthd show` lists the latest runs")


def load(path: Path) -> Recorded:
    """Raises BadInput."""
    try:
        with path.open(encoding="ascii", errors="replace", newline="\n") as lines:
            return decode(lines)
    except NotATrace as error:
        raise BadInput(f"{path} is no trace of a search: {error}") from None
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Summary:
    """A search at a glance: only the first and the last line of its file are read."""

    header: Header
    end: End | None


def summaries(paths: Iterable[Path]) -> list[Summary]:
    """Those of the files that are traces."""
    found = (_summary(path) for path in paths)
    return [summary for summary in found if summary is not None]


def is_trace(path: Path) -> bool:
    return _summary(path) is not None


def _summary(path: Path) -> Summary | None:
    try:
        with path.open("rb") as file:
            first = file.readline().decode("ascii", "replace")
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
            last = file.read().decode("ascii", "replace")
    except OSError:
        return None
    header = _record(first)
    if not isinstance(header, Header):
        return None
    end = _record(last.rstrip("\n").rpartition("\n")[2]) if last.endswith("\n") else None
    return Summary(header, end if isinstance(end, End) else None)


def _record(line: str) -> object:
    try:
        return Decoder().record(line)
    except (Damaged, NotATrace):
        return None
