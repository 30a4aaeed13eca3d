"""`synthd bench suites`."""

from __future__ import annotations

import json as jsonlib
import os
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table

from synthd.daemon.bench.case import BenchSuite
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.cli.screen import complain, out
from synthd.daemon.exits import Exit, Failure

SCHEMA = 1
SHORT = 12


@dataclass(frozen=True, slots=True)
class Options:
    """names: which; none: all that there are."""

    names: tuple[str, ...] = ()
    data: Path | None = None
    json: bool = False


def main(options: Options) -> Exit:
    """Lists what can be read; of a suite whose data is missing, why, on stderr. All are lines of a
    table; those that are named are told of in full."""
    code = Exit.VERIFIED
    table, missing = _table(), dict[str, list[str]]()
    for name in options.names or catalogue.names():
        try:
            suite = catalogue.load(name, options.data, os.environ)
        except Failure as failure:
            why = str(failure).removeprefix(f"{name}: ")
            if options.json:
                print(jsonlib.dumps({"schema": SCHEMA, "name": name, "missing": why}))
            missing.setdefault(why, []).append(name)
            code = failure.code
            continue
        if options.json:
            print(jsonlib.dumps(_row(suite)), flush=True)
        elif options.names:
            out().print(_told(suite), markup=False)
        else:
            _add(table, suite)
    if table.rows:
        out().print(table)
        out().print("`synthd bench suites NAME` says what steers and what scores.", markup=False)
    if not options.json:
        for why, names in missing.items():  # one reason is often that of many
            complain(f"{', '.join(names)}: {why}")
    return code


def languages(suite: BenchSuite) -> list[str]:
    return sorted(Counter(case.language for case in suite.cases))


def _row(suite: BenchSuite) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "name": suite.name,
        "title": suite.title,
        "tasks": len(suite.cases),
        "left_out": [asdict(each) for each in suite.left_out],
        "languages": languages(suite),
        "split": asdict(suite.split),
        "version": suite.version,
        "sha256": suite.sha256,
        "licence": suite.licence,
        "note": suite.note,
    }


def _table() -> Table:
    table = Table("suite", "tasks", "left out", "language", "licence", "sha256", box=SIMPLE)
    for column in table.columns:
        column.no_wrap = column.header != "licence"
    return table


def _add(table: Table, suite: BenchSuite) -> None:
    table.add_row(
        suite.name,
        str(len(suite.cases)),
        str(len(suite.left_out)) if suite.left_out else "",
        ", ".join(languages(suite)),
        suite.licence.split()[0],
        suite.sha256[:SHORT],
    )


def _told(suite: BenchSuite) -> str:
    split = suite.split
    lines = [
        f"{suite.name}: {suite.title}",
        f"  tasks       {len(suite.cases)} ({', '.join(languages(suite))})",
        f"  visible     {split.visible}",
        f"  acceptance  {split.acceptance}",
        f"  held out    {split.held_out}",
        f"  version     {suite.version}",
        f"  licence     {suite.licence}",
        f"  sha256      {suite.sha256}",
    ]
    lines += [f"  note        {suite.note}"] if suite.note else []
    lines += [f"  left out    {one.id}: {one.why}" for one in suite.left_out]
    return "\n".join(lines) + "\n"
