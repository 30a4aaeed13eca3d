"""`synthd bench slurm-script`: an array of jobs as a script."""

from __future__ import annotations

from pathlib import Path

import typer

from synthd.daemon.bench.engines.sharding import script
from synthd.daemon.bench.engines.slurm_options import SlurmOptions
from synthd.daemon.cli.screen import complain
from synthd.daemon.exits import BadInput


def main(arguments: tuple[str, ...], out: Path, shards: int, slurm: tuple[str, ...]) -> None:
    try:
        print(script(arguments, out.absolute(), shards, SlurmOptions.parse(slurm)), end="")
    except BadInput as problem:
        complain(str(problem))
        raise typer.Exit(int(problem.code)) from None
