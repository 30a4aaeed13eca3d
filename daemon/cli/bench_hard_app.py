"""`synthd bench hard-subset`: the command with its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.options import Data, Json, Quiet, Unsafe

bench_hard_app = typer.Typer()


@bench_hard_app.command("hard-subset")
def hard_subset(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN]...", help="Folders of runs with greedy searches."),
    ] = None,
    strategy: Annotated[
        str, typer.Option(help="Whose failures count, as the runs call it.")
    ] = "greedy",
    suite: Annotated[
        list[str] | None,
        typer.Option(help="Only these of the runs; without a RUN these are searched. Repeatable."),
    ] = None,
    model: Annotated[list[str] | None, typer.Option(help="As --suite. Repeatable.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file; --suite 'mbpp[@FILE]' then names its tasks.")
    ] = None,
    endpoint: Annotated[
        list[str] | None, typer.Option(help="Without a RUN: server of the model. Repeatable.")
    ] = None,
    tokens_per_call: Annotated[
        int | None, typer.Option(min=1, help="Without a RUN: longest completion. Default: 1024.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Without a RUN: searches at once.")
    ] = None,
    judges: Annotated[
        int | None, typer.Option(min=1, help="Processes that judge. Default: one a processor.")
    ] = None,
    model_slots: Annotated[
        int | None, typer.Option(min=1, help="Completions that one endpoint draws at once.")
    ] = None,
    data: Data = None,
    quiet: Quiet = False,
    json: Json = False,
    unsafe: Unsafe = False,
) -> None:
    """List the tasks whose greedy program fails the held-out tests, from runs or searched now."""
    from synthd.daemon.bench.asking import Asked
    from synthd.daemon.cli.bench import hard_subset as command
    from synthd.daemon.cli.bench import run

    asked = Asked(
        suites=tuple(suite or ()),
        strategies=(strategy,),
        models=tuple(model or ()),
        endpoints=tuple(endpoint or ()),
        tokens_per_call=tokens_per_call,
    )
    searching = run.Options(
        asked=asked,
        data=data,
        jobs=jobs,
        judges=judges,
        model_slots=model_slots,
        quiet=quiet,
        json=json,
        unsafe=unsafe,
    )
    command.main(command.Options(tuple(runs or ()), searching, out))
