"""How a certificate stands: what was verified against what is there now. For threads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from synthd.daemon.watching.facts import Facts, Gone, Reading, differing, reading
from synthd.daemon.watching.record import Record, Standing
from synthd.daemon.watching.toolchain import Programs, own_version

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Found:
    """now: of the function as it is, None where there is none."""

    standing: Standing
    why: str = ""
    now: Facts | None = None


@dataclass(frozen=True, slots=True)
class Comparing:
    programs: Programs = field(default_factory=Programs)
    synthd: str = field(default_factory=own_version)

    def compare(self, records: Sequence[Record], raw: bytes | None = None) -> list[Found]:
        """All of one file. raw: what an editor holds, instead of what is on disk."""
        if not records:
            return []
        path = records[0].path
        try:
            raw = Path(path).read_bytes() if raw is None else raw
            read = reading(raw, path)
        except OSError as error:
            why = f"the file cannot be read: {error.strerror}"
        except Gone as gone:
            why = str(gone)
        except RecursionError:
            why = "the file is nested too deeply to be read"
        else:
            return [self._one(record, read) for record in records]
        return [_unlike(record, why) for record in records]

    def _one(self, record: Record, read: Reading) -> Found:
        try:
            now = read.facts(record.function)
        except Gone as gone:
            return _unlike(record, str(gone))
        except RecursionError:
            return _unlike(record, "it is nested too deeply to be read")
        changed = _changed(record, now) or self._around(record)
        return _unlike(record, changed, now) if changed else Found(Standing.FRESH, "", now)

    def _around(self, record: Record) -> str:
        """What else it depends on."""
        for path, verified in record.tests.items():
            if file_sha256(Path(path)) != verified:
                return f"its tests, {path}, changed"
        for program, verified in record.programs.items():
            if self.programs.identity(program) != verified:
                return f"{program}, with which it was judged, changed"
        if record.synthd and record.synthd != self.synthd:
            return f"synthd {record.synthd} judged it, and this is {self.synthd}"
        return ""


def _unlike(record: Record, why: str, now: Facts | None = None) -> Found:
    if not record.seen:
        return Found(Standing.UNSEEN, f"it is not in the file yet ({why})", now)
    again = record.again
    if again is not None and again.status != "verified":
        why = f"{why}; looked at again: {again.message}"
    return Found(Standing.STALE, why, now)


def file_sha256(path: Path) -> str:
    """ "" where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _changed(record: Record, now: Facts) -> str:
    if record.parts is not None and (names := differing(record.parts, now.parts)):
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return f"{_listed(names[:MOST_NAMED])}{more} changed"
    if record.file == now.file:
        return ""
    if record.spec != now.spec:
        return "its signature or docstring changed"
    return "its body changed" if record.code != now.code else ""


def _listed(names: list[str]) -> str:
    names = [name.removesuffix(",") for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
