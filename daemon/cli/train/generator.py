"""`synthd train generator`."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from synthd.daemon import config
from synthd.daemon.bench.selecting import Selected, select
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.cli.train.asked import Numbers
from synthd.daemon.cli.train.watching import JsonLines, Quietly, watcher
from synthd.daemon.exits import BadInput, Exit
from synthd.daemon.learning import bases, guard, origin
from synthd.daemon.learning.card import DataSource
from synthd.daemon.learning.expert.drawing import Drawing
from synthd.daemon.learning.expert.iterating import Iterating, Ranker, iterate
from synthd.daemon.learning.expert.rollouts import suites_of
from synthd.daemon.learning.finetuning import mucode, published
from synthd.daemon.learning.launching import held, require_extra
from synthd.daemon.locations import user_config_file
from synthd.daemon.settings import Settings
from synthd.synth.metrics.overlap import Text

MAX_LENGTH = 8192


@dataclass(frozen=True, slots=True)
class Options:
    base: str
    out: Path
    suites: tuple[str, ...]
    method: str
    iterations: int
    rollouts: int
    turns: int
    first: Path | None
    verifier_tune: str
    imitate_unsolved: bool
    peft: str
    max_length: int | None
    max_tokens: int
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
    if options.peft in ("adapter", "prefix"):
        raise BadInput(
            f"--peft {options.peft} cannot be merged, and rollouts need whole weights: "
            "take full, lora, ia3 or ln"
        )
    settings = config.load(Path.cwd(), user_config_file(), environment, {}).settings
    drawing = _drawing(options, settings, environment)
    selected = await asyncio.to_thread(_allowed, options, drawing)
    with held(options.out), watcher(json=options.json, quiet=options.quiet, console=err()) as told:
        asked = await _asked(options, drawing, selected, told)
        for note in asked.notes:
            told.said(note)
        last = await iterate(asked, told)
        await asyncio.to_thread(_put, last, options.out)
    _tell(told, options)
    return Exit.VERIFIED


def _drawing(options: Options, settings: Settings, environment: Mapping[str, str]) -> Drawing:
    return Drawing(
        suites=options.suites,
        rollouts=options.rollouts,
        turns=options.turns,
        tokens=options.max_tokens,
        seed=options.numbers.seed,
        settings=settings.model_copy(update={"hf_device": options.numbers.device}),
        data=options.data,
        environment=environment,
        unsafe=options.unsafe,
    )


def _allowed(options: Options, drawing: Drawing) -> Selected:
    """The tasks, every one of which may be learned from. Raises BadInput with the rule."""
    experiment = drawing.experiment("hf/none")
    selected = select(experiment, options.data, drawing.environment)
    for spec in experiment.suites:
        guard.require(spec.name, selected.tasks[spec.text])
        guard.require_licence(selected.suites[spec.name])
    for suite, tasks in suites_of(options.first).items() if options.first else ():
        guard.require(suite, tasks)
    return selected


async def _asked(
    options: Options, drawing: Drawing, selected: Selected, told: Quietly
) -> Iterating:
    base = await bases.resolve(options.base, drawing.settings)
    start = mucode() if options.peft == "full" else published(options.peft)
    training = options.numbers.over(start)
    texts = [
        Text(f"{suite} {case.id}", case.text, case.reference, case.language)
        for (suite, _), case in selected.cases.items()
        if any(case.id in ids for ids in selected.tasks.values())
    ]
    note = await asyncio.to_thread(guard.contamination, texts, options.data, drawing.environment)
    runs = [str(options.first)] if options.first else []
    notes = (note.told, *await asyncio.to_thread(origin.others, runs, base))
    return Iterating(
        base=base,
        drawing=drawing,
        iterations=options.iterations,
        out=options.out,
        ranker=_ranker(options, drawing, base, told),
        data=tuple(
            DataSource(s.name, s.sha256, len(s.cases), s.licence) for s in selected.suites.values()
        ),
        training=training,
        peft=options.peft,
        max_length=options.max_length or MAX_LENGTH,
        gpus=options.gpus,
        fits=not options.even_if_memory,
        imitate_unsolved=options.imitate_unsolved,
        first=options.first,
        notes=notes,
    )


def _ranker(options: Options, drawing: Drawing, base: bases.Base, told: Quietly) -> Ranker | None:
    if options.method == "rft":
        return None
    from synthd.daemon.learning.expert.ranking import LearnedRanker
    from synthd.daemon.learning.pairs import Labels
    from synthd.daemon.learning.verifier import Verifying
    from synthd.daemon.learning.verifier import published as of_verifier
    from synthd.synth.learning.verifier.settings import Tune

    tune = Tune(options.verifier_tune)
    numbers = Numbers(
        seed=options.numbers.seed,
        device=options.numbers.device,
        precision=options.numbers.precision,
        gradient_checkpointing=options.numbers.gradient_checkpointing and tune is not Tune.HEAD,
    )
    own = any(name.startswith(("files:", "exported:")) for name in options.suites)
    verifying = Verifying(
        runs=(),
        base=base,
        out=options.out,
        training=numbers.over(of_verifier(tune, None)),
        tune=tune,
        labels=Labels.VISIBLE if own else Labels.HELD_OUT,
        data=options.data,
        gpus=options.gpus,
        fits=not options.even_if_memory,
        unsafe=options.unsafe,
    )
    return LearnedRanker(verifying, drawing.settings, drawing.environment, told)


def _put(model: Path, folder: Path) -> None:
    """The last model is the folder's own, without taking its place twice where links can be."""
    for path in sorted(model.iterdir(), key=lambda one: one.name == "config.json"):
        if not path.is_file() or path.name.startswith(".") or path.name == "data.jsonl":
            continue
        there = folder / path.name
        there.unlink(missing_ok=True)
        try:
            os.link(path, there)
        except OSError:
            shutil.copyfile(path, there)


def _tell(told: Quietly, options: Options) -> None:
    if isinstance(told, JsonLines):
        told.row("result", {"out": str(options.out), "iterations": options.iterations})
        return
    out().print(
        f"{options.out}: after {options.iterations} iterations; its stages are in "
        f"{options.out}/stages",
        markup=False,
    )
