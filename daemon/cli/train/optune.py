"""`synthd train optune`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from rich.table import Table

from synthd.daemon import config
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.cli.train.asked import Numbers
from synthd.daemon.cli.train.watching import JsonLines, watcher
from synthd.daemon.exits import Exit
from synthd.daemon.learning import bases, guard, origin
from synthd.daemon.learning.launching import held, require_extra
from synthd.daemon.learning.optune import LONGEST, PUBLISHED, Optuning, measured, train_optune
from synthd.daemon.learning.optune_data import gather
from synthd.daemon.locations import user_config_file
from synthd.synth.metrics.overlap import Text


@dataclass(frozen=True, slots=True)
class Options:
    sources: tuple[str, ...]
    base: str
    out: Path
    data_only: bool
    incorrect_only: bool
    layers: int
    held_out: float
    max_length: int | None
    numbers: Numbers
    gpus: int
    even_if_memory: bool
    data: Path | None
    quiet: bool
    json: bool


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options, os.environ))


async def _main(options: Options, environment: Mapping[str, str]) -> Exit:
    settings = config.load(Path.cwd(), user_config_file(), environment, {}).settings
    training = options.numbers.over(PUBLISHED)
    if not options.data_only:
        require_extra()
    with held(options.out), watcher(json=options.json, quiet=options.quiet, console=err()) as told:
        found = await asyncio.to_thread(
            gather, options.sources, options.out, options.data, environment
        )
        for source in found.sources:
            told.said(f"{source.name}: {source.rows} attempts. {source.note}".rstrip())
        note = await asyncio.to_thread(_note, found.texts, options.data, environment)
        if options.data_only:
            if isinstance(told, JsonLines):
                told.row("result", {"data": str(found.path), "rows": found.rows})
            return Exit.VERIFIED
        base = await bases.resolve(options.base, settings)
        notes = (note, *await asyncio.to_thread(origin.others, options.sources, base))
        for one in notes:
            told.said(one)
        asked = Optuning(
            base=base,
            data=found,
            out=options.out,
            training=training,
            incorrect_only=options.incorrect_only,
            layers=options.layers,
            held_out=options.held_out,
            longest=options.max_length or LONGEST,
            gpus=options.gpus,
            fits=not options.even_if_memory,
            notes=notes,
        )
        row = await train_optune(asked, told)
        if isinstance(told, JsonLines):
            told.row("result", {**row, "out": str(options.out)})
            return Exit.VERIFIED
    table = Table(title=str(options.out), show_header=False)
    for name, value in measured(row).items():
        table.add_row(name, str(value))
    out().print(table)
    return Exit.VERIFIED


def _note(texts: tuple[Text, ...], data: Path | None, environment: Mapping[str, str]) -> str:
    return guard.contamination(texts, data, environment).told
