"""Trains a verifier: from runs and what was asked for to a folder with metrics and a card."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.learning import card, guard, labels, memory, pairs
from synthd.daemon.learning.bases import Base
from synthd.daemon.learning.launching import CONFIG as ASKED
from synthd.daemon.learning.launching import Launch, Watcher, launched
from synthd.daemon.learning.pairs import Judged, Labels
from synthd.daemon.learning.rooms import estimating
from synthd.daemon.locations import features_dir
from synthd.daemon.settings import Settings
from synthd.synth.learning.verifier import data, description
from synthd.synth.learning.verifier.data import BadData, Example, Gathered, Split
from synthd.synth.learning.verifier.settings import DEFAULTS, MAX_TOKENS, Loss, Tune
from synthd.synth.metrics.overlap import Text
from synthd.synth.models.names import absolute

MODULE = "synthd.synth.learning.verifier.train"
HELD_OUT = 0.15  # of the tasks
_DATA, _VERDICTS, _CHECKPOINTS = "data.jsonl", "held-out-verdicts.jsonl", "checkpoints"
_BATCH = 4  # pairs at once, where gradients go through the base


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    """runs: folders of `synthd bench`, or traces. held_out: share of the tasks. training: fields of
    TrainingSettings. data: of the suites, where held-out tests judge."""

    runs: tuple[Path, ...]
    base: Base
    out: Path
    training: Mapping[str, Any]
    tune: Tune = Tune.HEAD
    loss: Loss = Loss.BT
    labels: Labels = Labels.VISIBLE
    held_out: float = HELD_OUT
    pairs: int = data.PAIRS
    max_tokens: int = MAX_TOKENS
    data: Path | None = None
    gpus: int = 1
    fits: bool = True
    unsafe: bool = False


def published(tune: Tune, batch: int | None) -> dict[str, Any]:
    """The numbers that nobody gave: 64 pairs a step, however many are taken at once."""
    rates = DEFAULTS[tune]
    at_once = batch or (rates.pairs if tune is Tune.HEAD else _BATCH)
    return {
        "lr": rates.lr,
        "epochs": rates.epochs,
        "weight_decay": rates.weight_decay,
        "eps": rates.eps,
        "batch": at_once,
        "accumulation": max(1, rates.pairs // at_once),
        "schedule": "linear",
    }


async def train_verifier(
    asked: Verifying, settings: Settings, environment: Mapping[str, str], watcher: Watcher
) -> Mapping[str, Any]:
    """Its metrics. To be called while the folder is held. Raises BadInput and Missing."""
    read = await asyncio.to_thread(pairs.read, asked.runs)
    _allowed(read.judged)
    examples = await _labelled(asked, read, settings, environment, watcher)
    try:
        gathered = data.gathered(examples)
        parts = data.split(gathered.groups, asked.held_out, int(asked.training["seed"]))
        sha256 = await asyncio.to_thread(data.write, asked.out / _DATA, parts)
    except BadData as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise Missing(f"{asked.out}: {error.strerror or error}") from None
    told = _described(asked, read, gathered, parts, sha256)
    watcher.said(_summary(told, gathered))
    config = _config(asked, told)
    known = _known(asked, config)
    if known is not None:
        watcher.said(f"{asked.out} is trained already")
        return known
    if asked.fits:
        await _fits(asked)
    row = await launched(Launch(MODULE, config, asked.out, asked.gpus), watcher)
    texts = [Text(f"{g.task}", g.x) for g in parts.train]
    note = await asyncio.to_thread(guard.contamination, texts, asked.data, environment)
    await asyncio.to_thread(card.write, _card(asked, read, told, row, note.told), asked.out)
    return row


def _allowed(judged: Sequence[Judged]) -> None:
    """Raises BadInput with the rule."""
    tasks: dict[str, dict[str, None]] = {}
    for one in judged:
        if one.suite:
            tasks.setdefault(one.suite, {})[one.task] = None
    for suite, each in tasks.items():
        guard.require(suite, each)


async def _labelled(
    asked: Verifying,
    read: pairs.Read,
    settings: Settings,
    environment: Mapping[str, str],
    watcher: Watcher,
) -> list[Example]:
    if asked.labels is Labels.VISIBLE:
        return [Example(j.of, j.x, j.code, j.right) for j in read.judged if j.right is not None]

    def told(done: int, of: int) -> None:
        if done % 100 == 0 or done == of:
            watcher.said(f"held-out tests: {done} of {of} programs judged")

    found = await labels.held_out(
        read.judged,
        read.suites,
        asked.out / _VERDICTS,
        settings,
        asked.data,
        environment,
        told,
        unsafe=asked.unsafe,
    )
    return [Example(one.of, one.x, one.code, passed) for one, passed in found]


def _described(
    asked: Verifying, read: pairs.Read, gathered: Gathered, parts: Split, sha256: str
) -> description.Data:
    groups = gathered.groups
    return description.Data(
        sha256=sha256,
        runs=read.runs,
        suites=read.suites,
        labels=asked.labels.value,
        tasks=len({group.task for group in groups}),
        held_out_tasks=len({group.task for group in parts.held_out}),
        programs=sum(len(group.programs) for group in groups),
        right=sum(len(group.right) for group in groups),
        dropped=gathered.dropped,
    )


def _summary(told: description.Data, gathered: Gathered) -> str:
    left_out = f"{gathered.dropped} prompts without both are left out"
    if gathered.contradictory:
        left_out += f", and {gathered.contradictory} programs whose verdicts differ"
    return (
        f"{told.programs} programs ({told.right} right by the {told.labels} checks) of "
        f"{told.tasks} tasks, {told.held_out_tasks} of these held out; {left_out}"
    )


def _config(asked: Verifying, told: description.Data) -> dict[str, Any]:
    return {
        "base": {"name": _lasting(asked.base), "sha256": asked.base.sha256},
        "base_folder": str(asked.base.path),
        "data": str((asked.out / _DATA).absolute()),
        "described": told.model_dump(),
        "out": str(asked.out.absolute()),
        "checkpoints": str((asked.out / _CHECKPOINTS).absolute()),
        "features": str(features_dir()),
        "tune": asked.tune.value,
        "loss": asked.loss.value,
        "pairs": asked.pairs,
        "max_tokens": asked.max_tokens,
        "training": dict(asked.training),
    }


def _lasting(base: Base) -> str:
    """A name that means the same from any folder."""
    return str(base.path) if Path(base.name).expanduser().is_dir() else absolute(base.name)


def _known(asked: Verifying, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The metrics of a folder whose verifier is this one. Raises BadInput where it is another."""
    if not (asked.out / description.CONFIG).exists():
        return None
    try:
        was = json.loads((asked.out / ASKED).read_text("utf-8"))
        row: Mapping[str, Any] = json.loads((asked.out / description.METRICS).read_text("utf-8"))
    except (OSError, ValueError):
        was, row = {}, {}
    if _meaning(was) == _meaning(config):
        return row
    raise BadInput(
        f"{asked.out} holds a verifier of other data, another base or other settings: name another "
        "folder with --out"
    )


def _meaning(config: Mapping[str, Any]) -> object:
    """What decides about weights; where the folder is now does not."""
    told = dict(config)
    training = dict(told.pop("training", {}))
    training.pop("checkpoint_every", None)
    places = ("base_folder", "data", "out", "checkpoints", "features", "described")
    sha256 = (told.get("described") or {}).get("sha256")
    return [training, sha256, {k: v for k, v in told.items() if k not in places}]


async def _fits(asked: Verifying) -> None:
    """Raises BadInput and Missing."""
    found = await estimating(asked.base.path, asked.training, asked.gpus)
    shape = found.shape
    trained = {Tune.HEAD: 0, Tune.LORA: shape.layers * 4 * 8 * shape.hidden}
    need = memory.Need(
        shape=shape,
        trained=trained.get(asked.tune, shape.parameters),
        # Of a frozen base nothing is kept for a backward pass.
        batch=1 if asked.tune is Tune.HEAD else 2 * int(asked.training["batch"]),
        length=512 if asked.tune is Tune.HEAD else asked.max_tokens // 2,
        checkpointing=asked.tune is Tune.HEAD or bool(asked.training["gradient_checkpointing"]),
        frozen_width=found.width,
        width=found.width,
        peft="full" if asked.tune is Tune.FULL else "lora",
        words=memory.Words("--tune lora", "--max-tokens"),
    )
    memory.require(need, found.place)


def _card(
    asked: Verifying, read: pairs.Read, told: description.Data, row: Mapping[str, Any], note: str
) -> card.Card:
    sources = tuple(
        card.DataSource(name, sha256, read.programs[name], "", "its log; each as it was judged")
        for name, sha256 in told.runs.items()
    )
    whole = card.DataSource("all programs with their labels", told.sha256, told.programs)
    settings = {
        "tune": asked.tune.value,
        "loss": asked.loss.value,
        "labels": asked.labels.value,
        "pairs of each prompt": asked.pairs,
        "held-out tasks": told.held_out_tasks,
        "longest prompt and program, tokens": asked.max_tokens,
        **asked.training,
    }
    return card.Card(
        what="verifier",
        method=(
            f"A scalar at the last token of problem and program, trained with the {asked.loss} "
            "loss of μCode (arXiv 2502.20380)"
        ),
        base=asked.base,
        data=(whole, *sources),
        settings=settings,
        metrics=flat(row),
        use=(
            f"`--verifier {asked.out}` of `synthd synth` and `synthd bench run` ranks programs by "
            "it (`--set multi-turn.selector=pt+lv`, `--set best-of-n.value=verifier`)"
        ),
        limits=(
            "It ranks and never accepts: only checks that run decide whether a program is right.",
            "Its figures are of tasks like its own; of others they say little.",
        ),
        notes=(note,),
    )


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth a line of a card."""
    found: dict[str, Any] = {"steps": row.get("steps")}
    for name in ("train", "held_out"):
        if one := row.get(name):
            found[f"pair accuracy, {name.replace('_', ' ')} tasks"] = (
                f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}] "
                f"({one['tasks']} tasks, {one['pairs']} pairs)"
            )
    for name, words in (("raw", "σ(r)"), ("scaled", "Platt's scaling")):
        if one := row.get(name):
            found[f"calibration error of {words}"] = f"{one['ece']:.3f}"
    return found
