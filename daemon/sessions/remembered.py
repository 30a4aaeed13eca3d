"""Certificates where no daemon keeps any: as long as this process lives."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthd.daemon.watching import issuing
from synthd.daemon.watching.certificates import stands
from synthd.daemon.watching.comparing import Comparing, Found
from synthd.daemon.watching.record import Kept, Record, Standing, record_of

Heard = Callable[[str, Sequence[Kept]], None]


@dataclass(slots=True)
class Remembered:
    """Implements what an editor needs of certificates (certified.py). Watches no file: what is
    known is known of a text."""

    _records: dict[tuple[str, str], Record] = field(default_factory=dict)
    _heard: list[Heard] = field(default_factory=list)
    _comparing: Comparing = field(default_factory=Comparing)

    async def record(self, path: str, report: Mapping[str, Any], *, text: str) -> Kept:
        """Raises NoCertificate."""
        name = _absolute(path)
        record = record_of(name, report, (), time.time())
        raw = text.encode()
        record = await issuing.completed(record, raw, (), self._comparing, _no_verus)
        self._records[record.key] = record.model_copy(update={"seen": True})
        kept = await self.of(name)
        for heard in list(self._heard):
            heard(name, kept)
        return next(one for one in kept if one.function == record.function)

    async def of(self, path: str) -> list[Kept]:
        unlooked = Found(Standing.FRESH, "")
        return [stands(record, unlooked) for record in self._of(path)]

    async def compared(self, path: str, text: str) -> list[Kept]:
        records = self._of(path)
        found = await asyncio.to_thread(self._comparing.compare, records, text.encode())
        return [stands(record, one) for record, one in zip(records, found, strict=True)]

    def subscribe(self, heard: Heard) -> Callable[[], None]:
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    def _of(self, path: str) -> list[Record]:
        name = _absolute(path)
        return [record for key, record in self._records.items() if key[0] == name]


def _absolute(path: str) -> str:
    return os.path.abspath(path)


async def _no_verus() -> tuple[str, str]:
    """Which one it was is in the certificate."""
    return "", ""
