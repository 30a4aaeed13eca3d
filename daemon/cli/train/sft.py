"""`synthd train sft`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from synthd.daemon import config
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.cli.train.asked import Numbers
from synthd.daemon.cli.train.watching import JsonLines, Quietly, watcher
from synthd.daemon.exits import BadInput, Exit
from synthd.daemon.learning import bases, gguf_export, guard
from synthd.daemon.learning.finetuning import Finetuning, finetune, published
from synthd.daemon.learning.gathering import Gathered, gather
from synthd.daemon.learning.launching import held, require_extra
from synthd.daemon.locations import user_config_file

MAX_LENGTH = 2048
_ALONE = "prefix"  # what no folder of a model can hold


@dataclass(frozen=True, slots=True)
class Options:
    sources: tuple[str, ...]
    base: str
    out: Path
    peft: str
    merge: bool
    gguf: bool
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
    require_extra()
    settings = config.load(Path.cwd(), user_config_file(), environment, {}).settings
    training = options.numbers.over(published(options.peft))
    merge = options.merge and options.peft != _ALONE
    if options.gguf and (not merge or options.peft == "adapter"):
        raise BadInput(
            "--gguf: only whole weights can be converted: leave --no-merge out, and take "
            "full, lora, ia3 or ln"
        )
    script = gguf_export.require(environment) if options.gguf else None
    with held(options.out), watcher(json=options.json, quiet=options.quiet, console=err()) as told:
        base = await bases.resolve(options.base, settings)
        gathered = await asyncio.to_thread(gather, options.sources, options.out)
        notes = await asyncio.to_thread(_notes, options, gathered, environment)
        for note in notes:
            told.said(note)
        if options.merge and not merge:
            told.said(
                f"--peft {options.peft} cannot be merged: {options.out}/adapter keeps it, for peft"
            )
        asked = Finetuning(
            base=base,
            data=gathered.path,
            data_sha256=gathered.sha256,
            sources=gathered.sources,
            out=options.out,
            peft=options.peft,
            training=training,
            merge=merge,
            max_length=options.max_length or MAX_LENGTH,
            gpus=options.gpus,
            fits=not options.even_if_memory,
            notes=notes,
        )
        row = await finetune(asked, told)
        if script is not None:
            told.said(f"{await gguf_export.export(options.out, script)} is written")
    _tell(told, row, options)
    return Exit.VERIFIED


def _notes(options: Options, gathered: Gathered, environment: Mapping[str, str]) -> tuple[str, ...]:
    return (guard.contamination(gathered.texts, options.data, environment).told,)


def _tell(told: Quietly, row: Mapping[str, Any], options: Options) -> None:
    if isinstance(told, JsonLines):
        told.row("result", {**row, "out": str(options.out)})
        return
    loss = f"loss {row['first_loss']:.4f} → {row['last_loss']:.4f}"
    out().print(f"{options.out}: {row['steps']} steps, {loss}", markup=False)
