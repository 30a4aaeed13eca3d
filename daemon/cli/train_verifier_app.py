"""`synthd train verifier` with its options. What it does is imported when it runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.options import Data, Json, Quiet, Unsafe
from synthd.daemon.cli.train_options import (
    Base,
    Checkpointing,
    Clip,
    Device,
    Every,
    Fit,
    Gpus,
    HeldOut,
    Out,
    Precision,
    Seed,
)

train_verifier_app = typer.Typer()


class Tuned(StrEnum):
    HEAD = "head"
    LORA = "lora"
    FULL = "full"


class LossOf(StrEnum):
    BT = "bt"
    BCE = "bce"


class Label(StrEnum):
    VISIBLE = "visible"
    HELD_OUT = "held-out"


@train_verifier_app.command("verifier")
def verifier(
    source: Annotated[
        list[Path],
        typer.Option("--from", help="Folder of bench run, or traces of searches. Repeatable."),
    ],
    base: Base,
    out: Out,
    loss: Annotated[
        LossOf, typer.Option(help="bt: of pairs (Bradley-Terry); bce: of each program.")
    ] = LossOf.BT,
    tune: Annotated[
        Tuned,
        typer.Option(help="head: the base is frozen, for CPUs; lora; full: as in the paper."),
    ] = Tuned.HEAD,
    label: Annotated[
        Label,
        typer.Option(help="Whose verdict; held-out: those tests judge every program again."),
    ] = Label.VISIBLE,
    pairs: Annotated[int, typer.Option(min=1, help="Drawn for each prompt.")] = 32,
    held_out: HeldOut = 0.15,
    max_tokens: Annotated[
        int, typer.Option(min=16, help="Of a prompt, and of a program, the last so many are read.")
    ] = 2048,
    lr: Annotated[
        float | None, typer.Option("--lr", help="Default: 1e-6 (full), 1e-4 (lora), 1e-3 (head).")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Default: 2 (full, lora), 20 (head).")
    ] = None,
    weight_decay: Annotated[
        float | None, typer.Option(min=0, help="Default: 0 (full, lora), 1 (head).")
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Pairs at once on a device.")] = None,
    accumulation: Annotated[
        int | None, typer.Option(min=1, help="Batches of a step. Default: 64 pairs in all.")
    ] = None,
    clip: Clip = 0.0,
    seed: Seed = 1,
    device: Device = "auto",
    precision: Precision = "auto",
    gradient_checkpointing: Checkpointing = False,
    checkpoint_every: Every = 50,
    gpus: Gpus = 1,
    even_if_memory: Fit = False,
    data: Data = None,
    quiet: Quiet = False,
    json: Json = False,
    unsafe: Unsafe = False,
) -> None:
    """Train what ranks programs, on programs of searches that were right and wrong (μCode)."""
    from synthd.daemon.cli.train import verifier as command
    from synthd.daemon.cli.train.asked import Numbers

    numbers = Numbers(
        lr=lr,
        epochs=epochs,
        batch=batch,
        accumulation=accumulation,
        clip=clip,
        seed=seed,
        device=device,
        precision=precision,
        gradient_checkpointing=gradient_checkpointing,
        checkpoint_every=checkpoint_every,
    )
    command.main(
        command.Options(
            runs=tuple(source),
            base=base,
            out=out,
            tune=tune.value,
            loss=loss.value,
            label=label.value,
            held_out=held_out,
            pairs=pairs,
            max_tokens=max_tokens,
            weight_decay=weight_decay,
            numbers=numbers,
            gpus=gpus,
            even_if_memory=even_if_memory,
            data=data,
            quiet=quiet,
            json=json,
            unsafe=unsafe,
        )
    )
