"""`synthd bench run`: searches until all is done, and then says what it came to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from synthd.daemon import config
from synthd.daemon.bench.asking import Asked, from_file, from_options
from synthd.daemon.bench.engines.sharding import of_cluster
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.parsing import parse
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.running import Opened, Plan, Ran, Shard, local, run_experiment
from synthd.daemon.cli.bench.watching import Bar, JsonLines, Quietly
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err
from synthd.daemon.exits import BadInput, Exit, Missing
from synthd.daemon.locations import user_config_file
from synthd.daemon.settings import Settings
from synthd.sandbox.errors import SandboxError


@dataclass(frozen=True, slots=True)
class Options:
    asked: Asked = field(default_factory=Asked)
    file: Path | None = None
    out: Path | None = None
    data: Path | None = None
    jobs: int | None = None
    judges: int | None = None
    model_slots: int | None = None
    shard: str | None = None
    engine: str = "local"
    ray_address: str | None = None
    shards: int = 8
    slurm: tuple[str, ...] = ()
    resubmit: int = 2
    submit_only: bool = False
    logs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    retries: int = 2
    answers: bool = True
    replay: bool = False
    traces: bool = True
    quiet: bool = False
    json: bool = False
    unsafe: bool = False


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options, os.environ))


async def _main(options: Options, environment: Mapping[str, str]) -> Exit:
    settings = config.load(Path.cwd(), user_config_file(), environment, {}).settings
    experiment = _experiment(options, settings)
    if options.out is None:
        raise BadInput("name the folder of the run with --out DIR; the same command continues it")
    return await search(experiment, options.out, options, settings, environment)


async def search(
    experiment: Experiment,
    out: Path,
    options: Options,
    settings: Settings,
    environment: Mapping[str, str],
) -> Exit:
    """Also of `bench resume`, whose experiment is the folder's own."""
    if options.engine == "slurm":
        return await _sharded(out, options)
    place = Place(
        experiment=experiment,
        settings=settings,
        data=options.data,
        answers=(out / "answers").absolute() if options.answers or options.replay else None,
        replay=options.replay,
        traces=options.traces,
        slots=options.model_slots,
        judges=options.judges,
        unsafe=options.unsafe,
    )
    shard = _shard(options.shard, environment)
    watcher = _watcher(options, experiment)
    loggers = tuple(parse(text, out, watcher.told) for text in options.logs)
    plan = Plan(place, out, options.jobs, shard, options.retries, loggers)
    with watcher:
        try:
            ran = await run_experiment(plan, _engine(options, environment), watcher, environment)
        except SandboxError as error:
            raise Missing(str(error)) from None
    watcher.ended(ran, out)
    return _exit(ran)


def _engine(options: Options, environment: Mapping[str, str]) -> Opened:
    if options.engine == "local":
        return local(environment)
    if options.engine == "ray":
        from synthd.daemon.bench.engines.ray import ray_engine

        return ray_engine(environment, options.ray_address)
    raise BadInput(f"--engine {options.engine}: it is local, ray or slurm")


async def _sharded(out: Path, options: Options) -> Exit:
    """A command like this one for each shard; what they find is merged."""
    from synthd.daemon.bench.engines.slurm import SlurmPlan, run_shards
    from synthd.daemon.bench.engines.slurm_options import SlurmOptions

    if options.logs:
        raise BadInput("--log is for runs that this process writes: leave it out with slurm")
    plan = SlurmPlan(
        options.arguments,
        out,
        options.shards,
        SlurmOptions.parse(options.slurm),
        options.resubmit,
        options.submit_only,
    )
    sharded = await run_shards(plan, Quietly(err()).told)
    if sharded.failed:
        failed = ", ".join(map(str, sharded.failed))
        Quietly(err()).told(f"shards {failed} failed to the last; the same command continues")
    return Exit.UNDECIDED if sharded.failed else Exit.VERIFIED


def _experiment(options: Options, settings: Settings) -> Experiment:
    if options.file is None:
        return from_options(options.asked, settings.model)
    if options.asked != Asked():
        raise BadInput(
            f"{options.file} says what is run: leave the options of suites, strategies, models, "
            "seeds and budget out, or write them into the file"
        )
    return from_file(options.file)


def _shard(text: str | None, environment: Mapping[str, str]) -> Shard | None:
    if text is None:
        return None
    if text == "env":
        text = of_cluster(environment)
    number, slash, of = text.partition("/")
    if not (slash and number.isdigit() and of.isdigit() and int(number) < int(of)):
        raise BadInput(f"--shard {text}: write I/N, with I from 0 to N - 1")
    return Shard(int(number), int(of))


def _watcher(options: Options, experiment: Experiment) -> Bar | JsonLines | Quietly:
    if options.json:
        return JsonLines()
    return Quietly(err()) if options.quiet else Bar(err(), experiment)


def _exit(ran: Ran) -> Exit:
    return Exit.UNDECIDED if ran.broken else Exit.VERIFIED
