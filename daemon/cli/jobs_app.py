"""`synthd jobs …`: the commands with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

jobs_app = typer.Typer(
    help="Searches that the daemon runs, whoever started them: an editor, a script, `submit`.",
    no_args_is_help=True,
)
Json = Annotated[bool, typer.Option("--json", help="Machine-readable: one JSON object a line.")]
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
    targets: Annotated[
        list[str],
        typer.Argument(metavar="FILE[::FUNCTION]...", help="FILE alone means every stub in it."),
    ],
    batch: Annotated[
        bool, typer.Option("--batch", help="Let jobs of editors, and all others, go first.")
    ] = False,
    json: Json = False,
    strategy: Annotated[str | None, typer.Option(help="Default: auto.")] = None,
    model: Annotated[str | None, typer.Option(help="E.g. qwen2.5-coder:1.5b, ollama/NAME.")] = None,
    max_programs: Annotated[int | None, typer.Option(min=1, help="Default: 24.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.1, help="Default: 120.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Completion tokens in all. Default: 8192.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Default: 0.")] = None,
    example: Annotated[
        list[str] | None, typer.Option(help="One more check, e.g. 'f(2) == 4'. Repeatable.")
    ] = None,
    tests: Annotated[
        list[Path] | None,
        typer.Option(help="A pytest-style file whose asserts call the function. Repeatable."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A strategy's parameter, e.g. seidr.beam_width=4. Repeatable."),
    ] = None,
    python: Annotated[Path | None, typer.Option(help="The project's interpreter.")] = None,
    replace: Annotated[bool, typer.Option(help="Also functions that have a body.")] = False,
    accept_untested: Annotated[
        bool, typer.Option(help="Synthesize also without any example; grade: unknown.")
    ] = False,
    proof: Annotated[
        bool, typer.Option("--proof", help="Rust: keep the code, write or repair its proof.")
    ] = False,
    invariants: Annotated[
        bool, typer.Option("--invariants", help="Rust: only add what the loops lack.")
    ] = False,
    unsafe: Annotated[
        bool, typer.Option(help="Run generated code WITHOUT a sandbox where there is none.")
    ] = False,
    tested: Annotated[
        bool,
        typer.Option("--tested/--no-tested", help="Also try what is verified on generated inputs."),
    ] = True,
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
