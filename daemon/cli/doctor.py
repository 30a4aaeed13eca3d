"""`synthd doctor`."""

from __future__ import annotations

import json as jsonlib
import os
from pathlib import Path
from typing import NoReturn

from synthd.daemon import config
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import out
from synthd.daemon.doctor import Finding, State, examine
from synthd.daemon.exits import Exit
from synthd.daemon.locations import user_config_file

COLOUR = {State.OK: "green", State.MISSING: "red", State.OPTIONAL: "yellow"}


def main(*, json: bool, python: Path | None) -> NoReturn:
    finish(lambda: _main(json, python))


async def _main(json: bool, python: Path | None) -> Exit:
    settings = config.load(Path.cwd(), user_config_file(), os.environ, {}).settings
    chosen = python or (Path(settings.python) if settings.python else None)
    findings = await examine(settings, os.environ, Path.cwd(), chosen)
    for finding in findings:
        print(_row(finding)) if json else _line(finding)
    missing = any(finding.state is State.MISSING for finding in findings)
    return Exit.ENVIRONMENT if missing else Exit.VERIFIED


def _row(finding: Finding) -> str:
    return jsonlib.dumps(
        {
            "schema": 1,
            "what": finding.what,
            "state": finding.state,
            "found": finding.found,
            "fix": finding.fix,
        }
    )


def _line(finding: Finding) -> None:
    from rich.markup import escape

    state = f"[{COLOUR[finding.state]}]{finding.state:<8}[/]"
    out().print(f"{state} [bold]{finding.what:<16}[/] {escape(finding.found)}")
    if finding.fix:
        out().print(
            f"{'':26}to improve: {finding.fix}"
            if finding.state is State.OK
            else f"{'':26}fix: {finding.fix}",
            markup=False,
        )
