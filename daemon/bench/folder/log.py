"""Reads a run's log: every line checked, a torn last one left out, nothing kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from synthd.daemon.appending import Foreign, whole_lines
from synthd.daemon.bench.folder.keys import Keys
from synthd.daemon.bench.record import SCHEMA, Kind, Record
from synthd.daemon.exits import BadInput

BEGINS = (b'{"suite":', b'{"kind":', b'{"schema":')
_REJUDGED = b'"rejudged"'
_VERDICT = ("passed", "outcome", "executed", "declared", "in_process", "cpu_seconds")


def lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, Record]]:
    """Every record as it stands there, with the offset of its end. Raises BadInput."""
    try:
        for number, end, record in whole_lines(file, _parse, BEGINS):
            if record.schema_version != SCHEMA:
                raise BadInput(
                    f"{path}, line {number}: a record of version {record.schema_version}, and "
                    f"this synthd reads {SCHEMA}; use the synthd that wrote it"
                )
            yield end, record
    except Foreign as line:
        raise BadInput(
            f"{path}, line {line.number}, is no record of synthd bench; nothing was changed. "
            "Mend the line or name another folder"
        ) from None


def records(path: Path) -> Iterator[Record]:
    """What a run's log comes to, a record at a time: of each key the first sample, with its last
    verdict, and every `infra` line as it stands there. Raises BadInput, and OSError.
    """
    seen = Keys()
    with open(path, "rb") as file, open(path, "rb") as again:
        later = _rejudged(again, path)
        for _, record in lines(file, path):
            if record.kind is Kind.REJUDGED:
                continue
            if record.kind is Kind.SAMPLE:
                if not seen.add(record.key):
                    continue
                if later and (offset := later.get(record.key.compact)) is not None:
                    record = _with_verdict(record, again, offset)
            yield record


def _rejudged(file: BinaryIO, path: Path) -> dict[bytes, int]:
    """Where the last `rejudged` line of each key begins."""
    found: dict[bytes, int] = {}
    begin = 0
    for line in file:
        if _REJUDGED in line:
            record = _parse(line)
            if record is not None and record.kind is Kind.REJUDGED:
                found[record.key.compact] = begin
        begin += len(line)
    return found


def _with_verdict(sample: Record, file: BinaryIO, offset: int) -> Record:
    file.seek(offset)
    later = _parse(file.readline())
    assert later is not None
    return sample.model_copy(update={name: getattr(later, name) for name in _VERDICT})


def _parse(line: bytes) -> Record | None:
    try:
        return Record.model_validate_json(line)
    except ValidationError:
        return None
