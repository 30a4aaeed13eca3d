"""`synthd train verifier`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from rich.table import Table

from synthd.daemon import config
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.cli.train.asked import Numbers
from synthd.daemon.cli.train.watching import JsonLines, Quietly, watcher
from synthd.daemon.exits import Exit
from synthd.daemon.learning import bases
from synthd.daemon.learning.launching import held, require_extra
from synthd.daemon.learning.pairs import Labels
from synthd.daemon.learning.verifier import Verifying, flat, published, train_verifier
from synthd.daemon.locations import user_config_file
from synthd.synth.learning.verifier.settings import Loss, Tune


@dataclass(frozen=True, slots=True)
class Options:
    runs: tuple[Path, ...]
    base: str
    out: Path
    tune: str
    loss: str
    label: str
    held_out: float
    pairs: int
    max_tokens: int
    weight_decay: float | None
    numbers: Numbers
    gpus: int
    even_if_memory: bool
    data: Path | None
    quiet: bool
    json: bool
    unsafe: bool


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options, os.environ))


async def _main(options: Options, environment: Mapping[str, str]) -> Exit:
    require_extra()
    settings = config.load(Path.cwd(), user_config_file(), environment, {}).settings
    tune = Tune(options.tune)
    training = options.numbers.over(published(tune, options.numbers.batch))
    if options.weight_decay is not None:
        training["weight_decay"] = options.weight_decay
    with held(options.out), watcher(json=options.json, quiet=options.quiet, console=err()) as told:
        asked = Verifying(
            runs=options.runs,
            base=await bases.resolve(options.base, settings),
            out=options.out,
            training=training,
            tune=tune,
            loss=Loss(options.loss),
            labels=Labels(options.label),
            held_out=options.held_out,
            pairs=options.pairs,
            max_tokens=options.max_tokens,
            data=options.data,
            gpus=options.gpus,
            fits=not options.even_if_memory,
            unsafe=options.unsafe,
        )
        row = await train_verifier(asked, settings, environment, told)
    _tell(told, row, options.out)
    return Exit.VERIFIED


def _tell(told: Quietly, row: Mapping[str, Any], folder: Path) -> None:
    if isinstance(told, JsonLines):
        short = {name: value for name, value in row.items() if name != "losses"}
        told.row("result", {**short, "out": str(folder)})
        return
    table = Table(title=str(folder), show_header=False)
    for name, value in flat(row).items():
        table.add_row(name, str(value))
    out().print(table)
    if row.get("scaled"):
        out().print(_reliability(row))


def _reliability(row: Mapping[str, Any]) -> Table:
    table = Table(title="held-out tasks: said and true, after Platt's scaling")
    for name in ("P(right) said", "programs", "mean said", "right"):
        table.add_column(name, justify="right")
    for one in row["scaled"]["bins"]:
        table.add_row(
            f"{one['low']:.1f}–{one['high']:.1f}",
            str(one["count"]),
            f"{one['predicted']:.2f}",
            f"{one['observed']:.2f}",
        )
    return table
