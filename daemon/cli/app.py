"""The command line: every command with its options. What they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.bench_app import bench_app
from synthd.daemon.cli.daemon_app import daemon_app
from synthd.daemon.cli.jobs_app import jobs_app
from synthd.daemon.cli.judging_app import judging_app
from synthd.daemon.cli.models_app import models_app
from synthd.daemon.cli.options import (
    AcceptUntested,
    Examples,
    Gate,
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
from synthd.daemon.cli.train_app import train_app

app = typer.Typer(
    name="synthd",
    help="Turns a docstring and examples into verified code, with a model on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(judging_app)
app.add_typer(models_app, name="models")
app.add_typer(daemon_app, name="daemon")
app.add_typer(jobs_app, name="jobs")
app.add_typer(bench_app, name="bench")
app.add_typer(train_app, name="train")


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"synthd {version('synthd')}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def synth(
    targets: Targets,
    write: Annotated[
        bool, typer.Option("--write", help="Put verified programs into the file.")
    ] = False,
    json: Json = False,
    strategy: Annotated[
        str | None, typer.Option(help="Default: auto; for .rs treefinement.")
    ] = None,
    model: ModelName = None,
    max_programs: Programs = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Default: 120; for .rs 600.")
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="Completion tokens in all. Default: 8192; for .rs 32768."),
    ] = None,
    seed: Seed = None,
    example: Examples = None,
    tests: Tests = None,
    set_: Sets = None,
    python: Python = None,
    replace: Replace = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Begin from the body that a function has.")
    ] = False,
    accept_partial: Annotated[
        bool, typer.Option(help="With --write: also write the best partial program, labelled.")
    ] = False,
    accept_untested: AcceptUntested = False,
    unsafe: Unsafe = False,
    cache: Annotated[
        bool,
        typer.Option("--cache/--no-cache", help="Keep the model's answers, and use kept ones."),
    ] = False,
    replay: Annotated[
        bool, typer.Option(help="Repeat a search made with --cache, without asking the model.")
    ] = False,
    trace: Annotated[
        Path | None, typer.Option(help="Keep what the search does in this file, for synthd show.")
    ] = None,
    tested: Tested = True,
    ask: Annotated[
        bool, typer.Option(help="Ask which is right where programs that pass differ.")
    ] = False,
    proof: Annotated[
        bool, typer.Option("--proof", help="Rust: keep the code of a body, write its proof.")
    ] = False,
    invariants: Annotated[
        bool, typer.Option("--invariants", help="Rust: only add what the loops of a body lack.")
    ] = False,
    minimize: Annotated[
        bool, typer.Option("--minimize", help="Rust: leave out what a proof does not need.")
    ] = False,
    gate: Gate = None,
    verifier: Annotated[
        Path | None,
        typer.Option(help="Folder of a trained verifier: it ranks, and accepts nothing."),
    ] = None,
) -> None:
    """Write the bodies of functions so that their examples pass, or, in Rust, with a proof."""
    from synthd.daemon.cli import synth as command

    command.main(
        command.Options(
            targets=tuple(targets),
            write=write,
            json=json,
            examples=tuple(example or ()),
            tests=tuple(tests or ()),
            parameters=tuple(set_ or ()),
            replace=replace,
            repair=repair,
            accept_partial=accept_partial,
            accept_untested=accept_untested,
            unsafe=unsafe,
            cache=cache,
            replay=replay,
            trace=trace,
            ask=ask,
            gate=gate,
            proof=proof,
            invariants=invariants,
            minimize=minimize,
            settings={
                "strategy": strategy,
                "model": model,
                "max_programs": max_programs,
                "max_seconds": max_seconds,
                "max_tokens": max_tokens,
                "seed": seed,
                "python": str(python) if python else None,
                "tested_seconds": None if tested else 0.0,
                "verifier": str(verifier.expanduser().absolute()) if verifier else None,
            },
        )
    )


@app.command()
def verify(
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE[::FUNCTION]...",
            help="FILE alone: every function that has examples; of a .rs, all that Verus proves.",
        ),
    ],
    tests: Tests = None,
    example: Examples = None,
    python: Python = None,
    json: Json = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Verify again whenever a file is saved.")
    ] = False,
    gate: Gate = None,
    unsafe: Annotated[
        bool, typer.Option(help="Run the code WITHOUT a sandbox where there is none.")
    ] = False,
) -> None:
    """Judge what is in a file against its own examples, or Rust against its contracts."""
    from synthd.daemon.cli import verify as command

    command.main(
        command.Options(
            targets=tuple(targets),
            tests=tuple(tests or ()),
            examples=tuple(example or ()),
            json=json,
            unsafe=unsafe,
            watch=watch,
            gate=gate,
            settings={"python": str(python) if python else None},
        )
    )


@app.command()
def examples(
    target: Annotated[str, typer.Argument(metavar="FILE.py::FUNCTION")],
    write: Annotated[
        bool, typer.Option("--write", help="Put them into the function's docstring.")
    ] = False,
    json: Json = False,
) -> None:
    """List what tests and uses of a function state about it; nothing is run."""
    from synthd.daemon.cli import examples as command

    command.main(command.Options(target, write=write, json=json))


@app.command()
def doctor(
    json: Json = False,
    python: Python = None,
) -> None:
    """Check what synthd needs on this machine; say how to get what is missing."""
    from synthd.daemon.cli import doctor as command

    command.main(json=json, python=python)


@app.command()
def strategies(
    name: Annotated[str | None, typer.Argument(help="Show its parameters.")] = None,
    json: Json = False,
) -> None:
    """List the search methods, or one method's parameters with defaults and meaning."""
    from synthd.daemon.cli import strategies as command

    command.main(name, json=json)


@app.command()
def show(
    run: Annotated[
        str | None, typer.Argument(help="Its id, the beginning of it, a file, or `last`.")
    ] = None,
    json: Json = False,
    html: Annotated[
        Path | None, typer.Option(help="Write one page with tree, programs, prompts and curves.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Without RUN: how many are listed.")] = 20,
) -> None:
    """Show what a search did; without RUN list the latest ones."""
    from synthd.daemon.cli import runs as command

    command.main(command.Options(run, json=json, html=html, limit=limit))


@app.command()
def privacy(
    delete: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT", help="Delete it; `all`: all but config and weights."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    now: Annotated[bool, typer.Option("--now", help="Also while jobs are not over.")] = False,
    json: Json = False,
) -> None:
    """Show what synthd keeps on this machine, where and how much; delete it."""
    from synthd.daemon.cli import privacy as command

    command.main(what=tuple(delete or ()), json=json, yes=yes, now=now)


@app.command()
def lsp(
    no_daemon: Annotated[
        bool, typer.Option("--no-daemon", help="All in this process; jobs end with the editor.")
    ] = False,
    stdio: Annotated[bool, typer.Option(hidden=True)] = True,  # some editors always say it
) -> None:
    """Serve an editor over stdin and stdout (Language Server Protocol), through the daemon."""
    from synthd.daemon.cli import lsp as command

    command.main(no_daemon=no_daemon)
