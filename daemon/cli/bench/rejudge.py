"""`synthd bench rejudge`: the programs of a run, judged again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pydantic import Field

from synthd.daemon import config
from synthd.daemon.bench.record import SCHEMA
from synthd.daemon.bench.rejudging import Again, Rejudged, rejudge
from synthd.daemon.cli.bench.naming import KeyReport, named, verdict
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.exits import Exit, Missing
from synthd.daemon.locations import user_config_file
from synthd.daemon.report import Wire
from synthd.sandbox.errors import SandboxError

_EVERY = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Options:
    folder: Path
    jobs: int = 32
    judges: int | None = None
    data: Path | None = None
    quiet: bool = False
    json: bool = False
    unsafe: bool = False


class ChangeReport(Wire):
    key: KeyReport
    was: bool | None
    now: bool | None
    outcome: str


class RejudgedReport(Wire):
    """What `--json` prints."""

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    folder: str
    total: int
    judged: int
    undecided: int
    lost: int
    changed: int
    changes: tuple[ChangeReport, ...]
    judge_changed: bool


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    settings = config.load(Path.cwd(), user_config_file(), os.environ, {}).settings
    again = Again(settings, options.data, options.judges, options.jobs, options.unsafe)
    try:
        found = await rejudge(options.folder, again, os.environ, _teller(options))
    except SandboxError as error:
        raise Missing(str(error)) from None
    if options.json:
        print(_wire(found, options.folder).model_dump_json(by_alias=True), flush=True)
    else:
        _show(found)
    return Exit.UNDECIDED if found.undecided or found.lost else Exit.VERIFIED


def _teller(options: Options) -> Callable[[Rejudged], None]:
    console, said = err(), time.monotonic()

    def tell(found: Rejudged) -> None:
        nonlocal said
        if not options.quiet and time.monotonic() - said > _EVERY:
            said = time.monotonic()
            console.print(
                f"{found.judged} of {found.total} judged, {len(found.changes)} changed",
                markup=False,
            )

    return tell


def _show(found: Rejudged) -> None:
    console = out()
    console.print(
        f"{found.judged} of {found.total} judged again: {len(found.changes)} verdicts changed",
        markup=False,
    )
    for one in found.changes:
        console.print(
            f"  {named(one.key)}: {verdict(one.was)}, now {verdict(one.now)} ({one.outcome})",
            markup=False,
        )
    if found.undecided:
        console.print(f"{found.undecided} got no verdict; their old ones stand")
    if found.lost:
        console.print(
            f"{found.lost} programs or tasks are not there any more; their verdicts stand"
        )
    if found.judge_changed and (found.undecided or found.lost):
        console.print("the folder still counts as judged by its former judge: not all were judged")


def _wire(found: Rejudged, folder: Path) -> RejudgedReport:
    return RejudgedReport(
        folder=str(folder),
        total=found.total,
        judged=found.judged,
        undecided=found.undecided,
        lost=found.lost,
        changed=len(found.changes),
        changes=tuple(
            ChangeReport(key=KeyReport.of(c.key), was=c.was, now=c.now, outcome=c.outcome)
            for c in found.changes
        ),
        judge_changed=found.judge_changed,
    )
