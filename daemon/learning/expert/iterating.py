"""The iterations of `train generator`, stage by stage (μCode, mucode.sh; RFT, rft.sh).

    rollouts-0 ► for i = 1…: verifier-i ► relabel-i ► expand-i ► sft-i ► rollouts-i (but the last)

Each fine-tuning and each verifier begins from the base's own weights, not from those before it.
RFT has no verifier: it learns what was right, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from synthd.daemon.exits import BadInput
from synthd.daemon.learning.bases import Base, of_folder
from synthd.daemon.learning.card import DataSource
from synthd.daemon.learning.expert import relabel as relabelling
from synthd.daemon.learning.expert import writing
from synthd.daemon.learning.expert.drawing import Drawing, draw
from synthd.daemon.learning.expert.relabel import Relabelled
from synthd.daemon.learning.expert.rollouts import Rollout, read
from synthd.daemon.learning.expert.stages import Row, Stage, Stages
from synthd.daemon.learning.finetuning import Finetuning, finetune
from synthd.daemon.learning.launching import Watcher


class Ranker(Protocol):
    """The learned verifier, for the iterations."""

    async def train(self, runs: Sequence[Path], out: Path) -> Row:
        """From the base's weights, on all rollouts so far; a folder that is there goes on."""
        ...

    async def values(self, verifier: Path, rollouts: Sequence[Rollout]) -> list[float]:
        """r_φ of each one's last program; −∞ where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterating:
    """ranker: None: RFT. first: a run's folder that is used as the rollouts of the base. data:
    what is told of the tasks in cards. training, max_length, peft, gpus, fits: as in Finetuning."""

    base: Base
    drawing: Drawing
    iterations: int
    out: Path
    ranker: Ranker | None
    data: tuple[DataSource, ...]
    training: Mapping[str, Any]
    peft: str = "full"
    max_length: int = 8192
    gpus: int = 1
    fits: bool = True
    imitate_unsolved: bool = False
    first: Path | None = None
    notes: tuple[str, ...] = ()


async def iterate(asked: Iterating, watcher: Watcher) -> Path:
    """The folder of the last model. Raises BadInput and Missing; what is done is kept."""
    stages = Stages(asked.out, watcher.said)
    runs = [await _rollouts(asked, stages, 0, asked.base, watcher)]
    expanded: list[tuple[Path, str]] = []
    for iteration in range(1, asked.iterations + 1):
        data, key = await _data(asked, stages, iteration, runs)
        expanded.append((data, key))
        folder = await _sft(asked, stages, iteration, expanded, watcher)
        if iteration < asked.iterations:
            model = await asyncio.to_thread(of_folder, folder)
            runs.append(await _rollouts(asked, stages, iteration, model, watcher))
    return folder


async def _rollouts(
    asked: Iterating, stages: Stages, iteration: int, model: Base, watcher: Watcher
) -> tuple[Path, str]:
    """Its folder, and the key of the stage."""
    name = f"rollouts-{iteration}"
    given = asked.first if iteration == 0 else None
    place = given or stages.place(name)
    experiment = asked.drawing.experiment("").model_dump(mode="json")
    inputs = {"model": model.sha256, "experiment": experiment, "given": str(given or "")}

    async def work(_: Path) -> Row:
        if given is None:
            await draw(asked.drawing, model.name, place, watcher)
        found = await asyncio.to_thread(read, place)
        right = sum(one.right for one in found)
        solved = len({one.task for one in found if one.right})
        tasks = len({one.task for one in found})
        watcher.said(f"{name}: {right} of {len(found)} right, {solved} of {tasks} tasks solved")
        return {"rollouts": len(found), "right": right, "tasks": tasks, "solved": solved}

    row = await stages.do(Stage(name, inputs), work)
    return place, str(row["key"])


async def _data(
    asked: Iterating, stages: Stages, iteration: int, runs: Sequence[tuple[Path, str]]
) -> tuple[Path, str]:
    """Verifier, relabelling and expansion; the file of chats, and its stage's key."""
    keys = [key for _, key in runs]
    verifier: Path | None = None
    before: Any = keys
    if asked.ranker is not None:
        verifier, before = await _verifier(asked.ranker, stages, iteration, runs)
    name = f"relabel-{iteration}.jsonl"
    relabelled = stages.place(name)
    inputs = {"before": before, "imitate_unsolved": asked.imitate_unsolved}

    async def relabel(place: Path) -> Row:
        rollouts = await asyncio.to_thread(read, runs[-1][0])
        found = await _relabelled(asked, verifier, rollouts)
        writing.put_relabelled(place, found)
        own = sum(one.own for one in found)
        return {"rollouts": len(rollouts), "own": own, "relabelled": len(found) - own}

    row = await stages.do(Stage(name, inputs), relabel)

    async def expand(place: Path) -> Row:
        chats = relabelling.expand(writing.get_relabelled(relabelled))
        writing.put_chats(place, chats)
        return {"chats": len(chats)}

    name = f"expand-{iteration}.jsonl"
    place = stages.place(name)
    row = await stages.do(Stage(name, {"before": row["key"]}), expand)
    return place, str(row["key"])


async def _verifier(
    ranker: Ranker, stages: Stages, iteration: int, runs: Sequence[tuple[Path, str]]
) -> tuple[Path, str]:
    name = f"verifier-{iteration}"
    place = stages.place(name)

    async def work(out: Path) -> Row:
        return await ranker.train([folder for folder, _ in runs], out)

    row = await stages.do(Stage(name, {"before": [key for _, key in runs]}), work)
    return place, str(row["key"])


async def _relabelled(
    asked: Iterating, verifier: Path | None, rollouts: Sequence[Rollout]
) -> list[Relabelled]:
    if asked.ranker is None or verifier is None:
        return relabelling.rejection(rollouts)
    values = await asked.ranker.values(verifier, rollouts)
    return relabelling.relabel(rollouts, values, imitate_unsolved=asked.imitate_unsolved)


async def _sft(
    asked: Iterating,
    stages: Stages,
    iteration: int,
    expanded: Sequence[tuple[Path, str]],
    watcher: Watcher,
) -> Path:
    """From the base's weights, on the chats of all iterations so far."""
    name = f"sft-{iteration}"
    place = stages.place(name)
    inputs = {
        "base": asked.base.sha256,
        "before": [key for _, key in expanded],
        "peft": asked.peft,
        "max_length": asked.max_length,
        "training": dict(asked.training),
    }

    async def work(out: Path) -> Row:
        data = out / "data.jsonl"
        sha256, rows = await asyncio.to_thread(writing.join, [p for p, _ in expanded], data)
        if not rows:
            raise BadInput(
                "no rollout solved any task, so there is nothing to imitate: take more "
                "--rollouts, a stronger --base, or easier tasks with --suite"
            )
        told = await finetune(_finetuning(asked, iteration, out, data, sha256, rows), watcher)
        return {"examples": rows, "steps": told["steps"], "loss": told["last_loss"]}

    await stages.do(Stage(name, inputs), work)
    return place


def _finetuning(
    asked: Iterating, iteration: int, out: Path, data: Path, sha256: str, rows: int
) -> Finetuning:
    way = "RFT" if asked.ranker is None else "μCode"
    return Finetuning(
        base=asked.base,
        data=data,
        data_sha256=sha256,
        sources=(DataSource(f"chats of {iteration} iterations", sha256, rows), *asked.data),
        out=out,
        peft=asked.peft,
        training=asked.training,
        max_length=asked.max_length,
        gpus=asked.gpus,
        fits=asked.fits,
        method=f"Expert iteration {iteration} of {asked.iterations} ({way}, arXiv 2502.20380)",
        notes=asked.notes,
    )
