"""`synthd jobs …`: the commands with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.options import (
    AcceptUntested,
    Examples,
    Json,
    ModelName,
    Programs,
    Python,
    Replace,
    Seed,
    Sets,
    Targets,
    Tested,
    Tests,
    Unsafe,
)

jobs_app = typer.Typer(
    help="Searches that the daemon runs, whoever started them: an editor, a script, `submit`.",
    no_args_is_help=True,
)
Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, or beginnings of them.")]


@jobs_app.command("list")
def list_jobs(
    json: Json = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 30,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Only those that are not over.")
    ] = False,
) -> None:
    """List jobs, those first that are not over."""
    from synthd.daemon.cli import jobs as command

    command.list_jobs(limit=limit, over=not unfinished, json=json)


@jobs_app.command()
def show(id: Id, json: Json = False) -> None:
    """Show how a job stands, what it runs with, and its result."""
    from synthd.daemon.cli import jobs as command

    command.show(id, json=json)


@jobs_app.command()
def watch(id: Id, json: Json = False) -> None:
    """Follow a job until it is over or paused; exit status as of `synthd synth`."""
    from synthd.daemon.cli import jobs as command

    command.watch(id, json=json)


@jobs_app.command()
def cancel(ids: Ids, json: Json = False) -> None:
    """End jobs; nothing of them runs any more when this returns."""
    from synthd.daemon.cli import jobs as command

    command.cancel(tuple(ids), json=json)


@jobs_app.command()
def resume(ids: Ids, json: Json = False) -> None:
    """Let paused jobs go on, with the keys of this environment where their own are gone."""
    from synthd.daemon.cli import jobs as command

    command.resume(tuple(ids), json=json)


@jobs_app.command()
def export(
    id: Id,
    out: Annotated[Path | None, typer.Option(help="A file; default: stdout.")] = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Only its trace, as `synthd show FILE` reads it.")
    ] = False,
) -> None:
    """Write a job down so that it can be repeated: without secrets or environment."""
    from synthd.daemon.cli import jobs as command

    command.export(id, out=out, trace=trace)


@jobs_app.command()
def submit(
    targets: Targets,
    batch: Annotated[
        bool, typer.Option("--batch", help="Let jobs of editors, and all others, go first.")
    ] = False,
    json: Json = False,
    strategy: Annotated[str | None, typer.Option(help="Default: auto.")] = None,
    model: ModelName = None,
    max_programs: Programs = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.1, help="Default: 120.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Completion tokens in all. Default: 8192.")
    ] = None,
    seed: Seed = None,
    example: Examples = None,
    tests: Tests = None,
    set_: Sets = None,
    python: Python = None,
    replace: Replace = False,
    accept_untested: AcceptUntested = False,
    proof: Annotated[
        bool, typer.Option("--proof", help="Rust: keep the code, write or repair its proof.")
    ] = False,
    invariants: Annotated[
        bool, typer.Option("--invariants", help="Rust: only add what the loops lack.")
    ] = False,
    unsafe: Unsafe = False,
    tested: Tested = True,
) -> None:
    """Give functions to the daemon and return at once; `synthd jobs watch` follows them."""
    from synthd.daemon.cli import jobs_submit as command
    from synthd.daemon.jobs.spec import Proving

    kept = Proving.PROOF if proof else Proving.ALL
    command.submit(
        command.Wanted(
            targets=tuple(targets),
            batch=batch,
            examples=tuple(example or ()),
            tests=tuple(tests or ()),
            parameters=tuple(set_ or ()),
            replace=replace,
            accept_untested=accept_untested,
            unsafe=unsafe,
            proof=Proving.INVARIANTS if invariants else kept,
            settings={
                "strategy": strategy,
                "model": model,
                "max_programs": max_programs,
                "max_seconds": max_seconds,
                "max_tokens": max_tokens,
                "seed": seed,
                "python": str(python.absolute()) if python else None,
                "tested_seconds": None if tested else 0.0,
            },
        ),
        json=json,
    )
