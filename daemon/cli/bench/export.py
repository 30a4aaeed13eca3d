"""`synthd bench export`: a run's samples for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from pydantic import Field

from synthd.daemon.bench.exporting import Wanted, export
from synthd.daemon.bench.formats import Format
from synthd.daemon.bench.record import SCHEMA
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import out
from synthd.daemon.exits import Exit
from synthd.daemon.report import Wire


class ExportedReport(Wire):
    """What `--json` prints."""

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    out: str
    written: int
    without: int


def main(folder: Path, to: Format, into: Path, wanted: Wanted, *, json: bool) -> NoReturn:
    finish(lambda: _main(folder, to, into, wanted, json=json))


async def _main(folder: Path, to: Format, into: Path, wanted: Wanted, *, json: bool) -> Exit:
    found = export(folder, to, into, wanted)
    if json:
        report = ExportedReport(out=str(into), written=found.written, without=found.without)
        print(report.model_dump_json(by_alias=True), flush=True)
        return Exit.VERIFIED
    lacks = "no trace, and are left out" if to is Format.TRAJECTORIES else "no program, and fail"
    more = f"; {found.without} searches have {lacks}" if found.without else ""
    out().print(f"{found.written} lines in {into}{more}", markup=False)
    return Exit.VERIFIED
