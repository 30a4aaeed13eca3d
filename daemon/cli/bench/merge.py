"""`synthd bench merge`: several folders become one."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from pydantic import Field

from synthd.daemon.bench.merging import Merged, merge
from synthd.daemon.bench.record import SCHEMA
from synthd.daemon.cli.bench.naming import KeyReport, named, verdict
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.exits import Exit
from synthd.daemon.report import Wire


class DisagreementReport(Wire):
    key: KeyReport
    first: bool | None
    second: bool | None
    folder: str


class MergedReport(Wire):
    """What `--json` prints."""

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    out: str
    samples: int
    added: int
    same: int
    broken_attempts: int
    lost: int
    disagreements: tuple[DisagreementReport, ...]


def main(folders: tuple[Path, ...], into: Path, *, json: bool) -> NoReturn:
    finish(lambda: _main(folders, into, json=json))


async def _main(folders: tuple[Path, ...], into: Path, *, json: bool) -> Exit:
    told = err()
    found = merge(folders, into, lambda text: told.print(text, markup=False))
    if json:
        print(_wire(found, into).model_dump_json(by_alias=True), flush=True)
    else:
        _show(found, into)
    return Exit.VERIFIED


def _show(found: Merged, into: Path) -> None:
    console = out()
    console.print(
        f"{into}: {found.samples} searches, {found.added} added; {found.infra} attempts that broke",
        markup=False,
    )
    if found.same:
        console.print(f"{found.same} were there already, with the same verdict", markup=False)
    if found.lost:
        console.print(f"{found.lost} programs are not in their folders any more", markup=False)
    if found.disagreements:
        console.print(
            f"{len(found.disagreements)} were there already with ANOTHER verdict; the first counts:"
        )
    for one in found.disagreements:
        console.print(
            f"  {named(one.key)}: {verdict(one.first)}, and {verdict(one.second)} in {one.folder}",
            markup=False,
        )


def _wire(found: Merged, into: Path) -> MergedReport:
    return MergedReport(
        out=str(into),
        samples=found.samples,
        added=found.added,
        same=found.same,
        broken_attempts=found.infra,
        lost=found.lost,
        disagreements=tuple(
            DisagreementReport(
                key=KeyReport.of(one.key),
                first=one.first,
                second=one.second,
                folder=str(one.folder),
            )
            for one in found.disagreements
        ),
    )
