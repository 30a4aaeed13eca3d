"""What Verus said before about the same program: in memory, and in a folder if there is one.

The key is made of the program's meaningful tokens, Verus' version and its flags, so a comment or a
line break more asks nothing anew. Only what is decided is kept: a timeout may be the machine's
fault. An entry that cannot be read is no entry.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ValidationError

from synthd.synth.rust.token import Token
from synthd.synth.verifiers.verus.places import moved
from synthd.synth.verifiers.verus.report import ProofVerdict, VerusReport

_FORMAT = 1  # of an entry; another one is no entry
_KEPT = 2000  # reports in memory


class _Entry(BaseModel):
    """text: the program as Verus saw it, so that places can be moved to another layout."""

    format: int
    key: str
    text: str
    report: VerusReport


class Cache:
    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: OrderedDict[str, tuple[str, VerusReport]] = OrderedDict()

    async def get(self, key: str, program: str) -> VerusReport | None:
        found = self._known.get(key)
        if found is None and self._folder is not None:
            found = await asyncio.to_thread(_read, self._folder / f"{key}.json", key)
            if found is not None:
                self._remember(key, *found)
        if found is None:
            return None
        self._known.move_to_end(key)
        text, report = found
        return replace(moved(report, text, program), cached=True)

    async def put(self, key: str, program: str, report: VerusReport) -> None:
        if report.verdict is ProofVerdict.UNKNOWN:
            return
        self._remember(key, program, report)
        if self._folder is not None:
            entry = _Entry(format=_FORMAT, key=key, text=program, report=report)
            data = entry.model_dump_json().encode(errors="replace")
            await asyncio.to_thread(_write, self._folder, f"{key}.json", data)

    def _remember(self, key: str, text: str, report: VerusReport) -> None:
        self._known[key] = (text, report)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)


def key_of(tokens: Sequence[Token], version: str, flags: Sequence[str], commit: str = "") -> str:
    """tokens: the meaningful ones. Lengths before the texts: no two lists of tokens are one."""
    made = hashlib.sha256()
    texts = (token.text for token in tokens)
    for part in (version, commit, str(len(flags)), *flags, *texts):
        data = part.encode(errors="surrogatepass")
        made.update(b"%d:" % len(data))
        made.update(data)
    return made.hexdigest()


def _read(path: Path, key: str) -> tuple[str, VerusReport] | None:
    try:
        entry = _Entry.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    if entry.format != _FORMAT or entry.key != key:
        return None
    if entry.report.verdict is ProofVerdict.UNKNOWN:
        return None
    return entry.text, entry.report


def _write(folder: Path, name: str, data: bytes) -> None:
    """In one step: another process may read it meanwhile. A full disk is no reason to fail."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, place = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(place, folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(place)
