"""`synthd bench status`: how far a run is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NoReturn

from pydantic import Field

from synthd.daemon.bench.record import SCHEMA
from synthd.daemon.bench.status import Row, Status, status
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import out
from synthd.daemon.cli.show import count
from synthd.daemon.exits import Exit
from synthd.daemon.report import Wire


class RowReport(Wire):
    suite: str
    strategy: str
    total: int | None
    done: int
    passed: int
    broken_attempts: int


class StatusReport(Wire):
    """What `--json` prints. Counts are searches. rate: a second. last: in seconds since the epoch.
    money: in US dollars."""

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    folder: str
    writing: bool
    total: int | None
    done: int
    passed: int
    broken_attempts: int
    models: tuple[str, ...]
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    money: float | None
    rate: float | None
    left_seconds: float | None
    last: float | None
    rows: tuple[RowReport, ...]


def main(folder: Path, *, json: bool) -> NoReturn:
    finish(lambda: _main(folder, json=json))


async def _main(folder: Path, *, json: bool) -> Exit:
    found = status(folder)
    if json:
        print(_wire(found).model_dump_json(by_alias=True), flush=True)
    else:
        _show(found)
    return Exit.VERIFIED


def _show(found: Status) -> None:
    from rich.table import Table

    table = Table("suite", "strategy", box=None, header_style="bold")
    for name in ("done", "of", "solved", "broke"):
        table.add_column(name, justify="right")
    for row in found.rows:
        table.add_row(row.suite, row.strategy, *_figures(row))
    console = out()
    console.print(table)
    of = "" if found.total is None else f" of {found.total}"
    state = "goes on" if found.writing else "nobody adds to it now"
    console.print(f"{found.done}{of} searches done; {state}", markup=False)
    console.print("; ".join(_spent(found)), markup=False)
    if found.total is not None and found.done < found.total and not found.writing:
        console.print(f"`synthd bench resume {found.folder}` continues", markup=False)


def _figures(row: Row) -> tuple[str, ...]:
    return (
        str(row.done),
        "?" if row.total is None else str(row.total),
        str(row.passed),
        str(row.broken),
    )


def _spent(found: Status) -> list[str]:
    cached = f" ({found.cached_tokens} of them kept ones)" if found.cached_tokens else ""
    told = [f"{count(found.completion_tokens, 'token')} drawn{cached}"]
    told.append(f"{found.prompt_tokens} read")
    if found.money:
        told.append(f"${found.money:.2f}")
    if found.rate:
        told.append(f"{60 * found.rate:.1f} searches a minute")
    if found.left_seconds is not None:
        told.append(f"{duration(found.left_seconds)} left")
    if found.last:
        told.append(f"the last one ended {duration(max(0.0, time.time() - found.last))} ago")
    return told


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 3600:.1f} h" if seconds > 5400 else f"{seconds / 60:.0f} min"


def _wire(found: Status) -> StatusReport:
    return StatusReport(
        folder=str(found.folder),
        writing=found.writing,
        total=found.total,
        done=found.done,
        passed=sum(row.passed for row in found.rows),
        broken_attempts=sum(row.broken for row in found.rows),
        models=found.models,
        prompt_tokens=found.prompt_tokens,
        completion_tokens=found.completion_tokens,
        cached_tokens=found.cached_tokens,
        money=found.money,
        rate=found.rate,
        left_seconds=found.left_seconds,
        last=found.last,
        rows=tuple(
            RowReport(
                suite=row.suite,
                strategy=row.strategy,
                total=row.total,
                done=row.done,
                passed=row.passed,
                broken_attempts=row.broken,
            )
            for row in found.rows
        ),
    )
