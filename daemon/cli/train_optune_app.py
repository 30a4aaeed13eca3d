"""`synthd train optune` with its options. What it does is imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from synthd.daemon.cli.options import Data, Json, Quiet
from synthd.daemon.cli.train_options import (
    Base,
    Clip,
    Device,
    Every,
    Fit,
    Gpus,
    HeldOut,
    MaxSteps,
    Out,
    Seed,
)

train_optune_app = typer.Typer()


@train_optune_app.command("optune")
def optune(
    source: Annotated[
        list[str],
        typer.Option(
            "--from",
            help="Folder of bench run over training tasks, or a data.jsonl of this. Repeatable.",
        ),
    ],
    base: Base,
    out: Out,
    data_only: Annotated[
        bool, typer.Option("--data-only", help="Write data.jsonl, and train nothing.")
    ] = False,
    incorrect_only: Annotated[
        bool,
        typer.Option("--incorrect-only", help="Learn from failures alone; the paper: from all."),
    ] = False,
    layers: Annotated[int, typer.Option(min=1, help="So many last layers are edited.")] = 2,
    held_out: HeldOut = 0.1,
    max_length: Annotated[
        int | None, typer.Option(min=16, help="Tokens of an attempt at most. Default: 4096.")
    ] = None,
    lr: Annotated[float | None, typer.Option("--lr", help="Default: 1e-5, as published.")] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Default: 10, as published for MBPP.")
    ] = None,
    accumulation: Annotated[
        int | None, typer.Option(min=1, help="Attempts of a step. Default: 20, as published.")
    ] = None,
    clip: Clip = 0.0,
    seed: Seed = 42,
    device: Device = "auto",
    precision: Annotated[
        str, typer.Option(help="Of the base: auto (bf16 on a GPU), float32, bf16.")
    ] = "auto",
    checkpoint_every: Every = 50,
    max_steps: MaxSteps = 0,
    gpus: Gpus = 1,
    even_if_memory: Fit = False,
    data: Data = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Train the network that edits a model's weights after a failed attempt (OpTune)."""
    from synthd.daemon.cli.train import optune as command
    from synthd.daemon.cli.train.asked import Numbers

    numbers = Numbers(
        lr=lr,
        epochs=epochs,
        accumulation=accumulation,
        clip=clip,
        seed=seed,
        device=device,
        precision=precision,
        checkpoint_every=checkpoint_every,
        max_steps=max_steps,
    )
    command.main(
        command.Options(
            sources=tuple(source),
            base=base,
            out=out,
            data_only=data_only,
            incorrect_only=incorrect_only,
            layers=layers,
            held_out=held_out,
            max_length=max_length,
            numbers=numbers,
            gpus=gpus,
            even_if_memory=even_if_memory,
            data=data,
            quiet=quiet,
            json=json,
        )
    )
