"""`synthd bench report` and `compare`: the commands with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.options import Data, Json

bench_report_app = typer.Typer()


@bench_report_app.command("report")
def report(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of runs.")],
    out: Annotated[
        Path | None, typer.Option(help="Where the files go. Default: DIR/report.")
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", help="Of html,md,csv,svg,png. Default: all.")
    ] = "",
    ks: Annotated[
        str, typer.Option("--k", help="Of pass@k, as 1,10; tasks with fewer samples are refused.")
    ] = "",
    data: Data = None,
    contamination: Annotated[
        bool, typer.Option("--contamination", help="Compare tasks with what prompts showed.")
    ] = False,
    against: Annotated[
        list[str] | None, typer.Option(help="… and with the tasks of this suite. Repeatable.")
    ] = None,
    exemplars: Annotated[
        list[Path] | None,
        typer.Option(help="… and with these: repairs that were kept, any text. Repeatable."),
    ] = None,
    exclude_contaminated: Annotated[
        bool,
        typer.Option("--exclude-contaminated", help="Leave contaminated tasks out of all figures."),
    ] = False,
    json: Json = False,
) -> None:
    """Make tables, plots and one page of runs; of two also what became better and worse."""
    from synthd.daemon.cli.bench import report as command

    command.main(
        command.Options(
            folders=tuple(folders),
            out=out,
            formats=formats,
            ks=ks,
            json=json,
            data=data,
            contamination=contamination,
            against=tuple(against or ()),
            exemplars=tuple(exemplars or ()),
            exclude=exclude_contaminated,
        )
    )


@bench_report_app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="Folder of the run before.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Folder of the run after.")],
    json: Json = False,
) -> None:
    """Say what became better and worse from one run to another, and what was run differently."""
    from synthd.daemon.cli.bench import report as command

    command.compare(first, second, json=json)
