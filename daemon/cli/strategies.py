"""`synthd strategies`."""

from __future__ import annotations

import json as jsonlib

import typer

from synthd.daemon.cli.screen import complain, out
from synthd.daemon.exits import Exit
from synthd.synth.strategies import registry


def main(name: str | None, *, json: bool) -> None:
    try:
        if name is None:
            _list(json)
        else:
            _show(name, json)
    except registry.BadStrategy as error:
        complain(str(error))
        raise typer.Exit(int(Exit.USAGE)) from None


def _list(json: bool) -> None:
    found = {name: registry.summary(name) for name in registry.STRATEGIES}
    if json:
        for name, text in found.items():
            print(jsonlib.dumps({"schema": 1, "name": name, "summary": text}))
        return
    wide = max(map(len, found))
    for name, text in found.items():
        out().print(f"[bold]{name:{wide}}[/] {text}")


def _show(name: str, json: bool) -> None:
    found = registry.parameters(name)
    if json:
        for p in found:
            row = {"name": p.name, "type": p.type, "default": p.default, "meaning": p.meaning}
            print(jsonlib.dumps({"schema": 1, "strategy": name, **row}))
        return
    from rich.table import Table

    table = Table(title=f"{name}: {registry.summary(name)}", title_justify="left")
    table.add_column("parameter", no_wrap=True)  # it is typed as it stands here
    for column in ("type", "default", "meaning"):
        table.add_column(column)
    for p in found:
        table.add_row(f"{name}.{p.name}", p.type, str(p.default), p.meaning)
    out().print(table)
    out().print(f"Set one with: --set {name}.{found[0].name}={found[0].default}")
