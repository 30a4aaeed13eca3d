"""`synthd privacy`: what is kept on this machine, and deleting it."""

from __future__ import annotations

import contextlib
import json as jsonlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import typer

from synthd.daemon import config
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import out
from synthd.daemon.exits import BadInput, Exit, Missing
from synthd.daemon.locations import user_config_file
from synthd.daemon.privacy.deleting import JOBS, Deleted, delete
from synthd.daemon.privacy.measuring import amount, jobs_in
from synthd.daemon.privacy.places import Place, places
from synthd.daemon.service.instance import living
from synthd.daemon.service.stopping import Stays, end
from synthd.daemon.settings import Settings
from synthd.daemon.thin import locks
from synthd.daemon.thin.address import files
from synthd.daemon.thin.build import identity
from synthd.daemon.thin.errors import Unreachable
from synthd.daemon.thin.places import runtime_folder

ALL = "all"
SENT = (
    "Nothing is sent anywhere but what a search asks of the model that you chose. "
    "Files that you named yourself (--trace, --record, --collect, --out) are not listed."
)


def main(*, what: tuple[str, ...], json: bool, yes: bool, now: bool) -> NoReturn:
    async def work() -> Exit:
        return _delete(what, json=json, yes=yes, now=now) if what else _show(json)

    finish(work)


def _places() -> list[Place]:
    """Also where the settings are wrong: what is kept can be seen and deleted all the same."""
    try:
        settings = config.load(None, user_config_file(), os.environ, {}).settings
    except config.BadConfig:
        settings = Settings.model_validate({})
    return places(settings, os.environ)


def _show(json: bool) -> Exit:
    found = _places()
    if json:
        kept = [
            {
                "what": place.what,
                "where": str(place.where),
                "bytes": (size := amount(place)).bytes,
                "things": size.things,
                "contains": place.contains,
                "deleted_by_all": not place.named_only,
            }
            for place in found
        ]
        print(jsonlib.dumps({"schema": 1, "kept": kept, "note": SENT}))
        return Exit.VERIFIED
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("what", no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("may contain")
    table.add_column("where", overflow="fold")
    from rich.text import Text

    for place in found:
        size = amount(place)
        shown = _bytes(size.bytes) if size.things else "-"
        table.add_row(place.what, shown, place.contains, Text(str(place.where)))
    out().print(table)
    out().print(f"\n{SENT}", markup=False)
    out().print("`synthd privacy --delete WHAT` deletes; `all` is all but config and weights.")
    return Exit.VERIFIED


def _delete(what: tuple[str, ...], *, json: bool, yes: bool, now: bool) -> Exit:
    every = _places()
    wanted = _chosen(what, every)
    if not yes:
        _ask(wanted)
    with _no_daemon(wanted, every, now=now):
        gone = delete(wanted, every)
    for one in gone:
        _tell(one, json=json)
    return Exit.ENVIRONMENT if any(one.problem for one in gone) else Exit.VERIFIED


def _chosen(what: tuple[str, ...], every: list[Place]) -> list[Place]:
    names = [place.what for place in every]
    unknown = [name for name in what if name not in (ALL, *names)]
    if unknown:
        raise BadInput(f"nothing is called {unknown[0]!r}: there are {', '.join(names)}, and all")
    return [
        place for place in every if place.what in what or (ALL in what and not place.named_only)
    ]


def _ask(wanted: list[Place]) -> None:
    if not sys.stdin.isatty():
        raise BadInput("deleting asks first, and there is no terminal: add --yes")
    for place in wanted:
        size = amount(place)
        print(f"  {place.what}: {size.things} things, {_bytes(size.bytes)} in {place.where}")
    typer.confirm("Delete all of this for good?", abort=True, err=True)


@contextlib.contextmanager
def _no_daemon(wanted: list[Place], every: list[Place], *, now: bool) -> Iterator[None]:
    """While this lasts no daemon runs, and none of this build starts, where one would mind."""
    if not any(place.shared for place in wanted):
        yield
        return
    jobs = next(place for place in every if place.what == "certificates").where
    try:
        folder = runtime_folder(os.environ)
        running = living(folder)
        if running or any(place.what == JOBS for place in wanted):
            _refuse_unfinished(jobs, now)
        # First the lock, so that no client starts a daemon as soon as the last one is gone.
        starting = locks.take(files(folder, identity()).start)
        if starting is None:
            raise Missing("a daemon is starting just now: try again in a moment")
        try:
            for other in running:
                end(other, now=True, told=lambda _: None)
            yield
        finally:
            starting.release(remove=True)
    except (Unreachable, Stays) as error:
        raise Missing(str(error)) from None


def _refuse_unfinished(database: Path, now: bool) -> None:
    try:
        number = jobs_in(database).unfinished
    except sqlite3.Error:
        number = 0  # what cannot be read cannot go on either
    if number and not now:
        what = "one job is" if number == 1 else f"{number} jobs are"
        raise Missing(f"{what} not over (`synthd jobs list`): wait, or add --now, which ends them")


def _tell(one: Deleted, *, json: bool) -> None:
    if json:
        said = {
            "schema": 1,
            "deleted": one.what,
            "things": one.amount.things,
            "bytes": one.amount.bytes,
            "problem": one.problem,
        }
        print(jsonlib.dumps(said))
    elif one.problem:
        out().print(f"{one.what}: not all of it could be deleted: {one.problem}", markup=False)
    else:
        out().print(f"{one.what}: {_bytes(one.amount.bytes)} deleted", markup=False)


def _bytes(number: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} B"
