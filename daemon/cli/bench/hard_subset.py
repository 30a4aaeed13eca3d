"""`synthd bench hard-subset`: which tasks a model's greedy programs fail, kept in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from synthd.daemon import config
from synthd.daemon.bench.asking import from_options
from synthd.daemon.bench.experiment import Subset, SuiteSpec
from synthd.daemon.bench.hard.file import HardFile, write
from synthd.daemon.bench.hard.finding import Wanted, find
from synthd.daemon.cli.bench import run
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import out as to_stdout
from synthd.daemon.exits import BadInput, Exit, Missing
from synthd.daemon.locations import user_config_file

RUN = ".run"  # the folder of the searches, beside the file


@dataclass(frozen=True, slots=True)
class Options:
    """searching: what is searched where no run is named; of named runs what is wanted."""

    runs: tuple[Path, ...]
    searching: run.Options
    out: Path | None = None


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    asked = options.searching.asked
    (strategy,) = asked.strategies
    if options.runs:
        suites = tuple(SuiteSpec(text=text).name for text in asked.suites)
        found = find(options.runs, Wanted(strategy, suites, asked.models))
    else:
        folder = await _searched(options)
        found = find([folder], Wanted(strategy))
    file = HardFile(subsets=found)
    if options.out is not None:
        write(options.out, file)
    if options.searching.json:
        print(file.model_dump_json(by_alias=True), flush=True)
    else:
        _show(found, options.out)
    return Exit.VERIFIED


async def _searched(options: Options) -> Path:
    """The folder of the greedy searches, all of them done. Raises BadInput and Missing."""
    searching = options.searching
    if options.out is None or not searching.asked.suites:
        raise BadInput(
            "name the folder of a run with greedy searches, or what is to be searched and where it "
            "is kept: --suite SUITE --model NAME --out FILE"
        )
    folder = options.out.with_name(f"{options.out.name}{RUN}")
    settings = config.load(Path.cwd(), user_config_file(), os.environ, {}).settings
    experiment = from_options(searching.asked, settings.model)
    code = await run.search(experiment, folder, searching, settings, os.environ)
    if code is not Exit.VERIFIED:
        raise Missing(
            f"some searches in {folder} have no verdict: mend what broke, and the same command "
            "goes on"
        )
    return folder


def _show(found: Sequence[Subset], out: Path | None) -> None:
    console = to_stdout()
    for one in found:
        console.print(
            f"{one.suite}, {one.model}: {len(one.tasks):,} of {one.of:,} tasks fail "
            f"({one.strategy.label})",
            markup=False,
            soft_wrap=True,
        )
        if out is None:
            console.print("  " + ", ".join(one.tasks), markup=False, soft_wrap=True)
    if out is not None:
        suite = found[0].suite
        console.print(
            f"written: {out}; --suite '{suite}[@{out}]' names its tasks",
            markup=False,
            soft_wrap=True,
        )
