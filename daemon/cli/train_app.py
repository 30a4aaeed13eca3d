"""`synthd train …`: every command with its options. What they do is imported when they run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.options import Data, Json, Quiet, Unsafe
from synthd.daemon.cli.train_options import (
    Accumulation,
    Base,
    Batch,
    Checkpointing,
    Clip,
    Device,
    Epochs,
    Every,
    Fit,
    Gpus,
    LearningRate,
    MaxLength,
    MaxSteps,
    Out,
    Precision,
    Seed,
)
from synthd.daemon.cli.train_optune_app import train_optune_app
from synthd.daemon.cli.train_verifier_app import train_verifier_app

train_app = typer.Typer(
    help="Trains models and what ranks programs, on data that may be learned from.",
    no_args_is_help=True,
)
train_app.add_typer(train_verifier_app)
train_app.add_typer(train_optune_app)


class Peft(StrEnum):
    FULL = "full"
    LORA = "lora"
    ADAPTER = "adapter"
    IA3 = "ia3"
    LN = "ln"
    PREFIX = "prefix"


class Method(StrEnum):
    MUCODE = "mucode"
    RFT = "rft"


@train_app.command("sft")
def sft(
    source: Annotated[
        list[str],
        typer.Option("--from", help="JSONL of chats, or a folder of bench run. Repeatable."),
    ],
    base: Base,
    out: Out,
    peft: Annotated[Peft, typer.Option(help="What is trained.")] = Peft.LORA,
    merge: Annotated[bool, typer.Option(help="Write whole weights, not the adapter alone.")] = True,
    gguf: Annotated[bool, typer.Option("--gguf", help="Also as GGUF, for other engines.")] = False,
    lr: LearningRate = None,
    epochs: Epochs = None,
    batch: Batch = None,
    accumulation: Accumulation = None,
    max_length: MaxLength = None,
    schedule: Annotated[
        str | None, typer.Option(help="constant, linear, cosine. Default: as published.")
    ] = None,
    clip: Clip = 0.0,
    seed: Seed = 0,
    device: Device = "auto",
    precision: Precision = "auto",
    gradient_checkpointing: Checkpointing = False,
    checkpoint_every: Every = 50,
    max_steps: MaxSteps = 0,
    gpus: Gpus = 1,
    even_if_memory: Fit = False,
    data: Data = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Fine-tune a model on answers that are right: all of it, or few parameters (PEFT)."""
    from synthd.daemon.cli.train import sft as command
    from synthd.daemon.cli.train.asked import Numbers

    numbers = Numbers(
        lr=lr,
        epochs=epochs,
        batch=batch,
        accumulation=accumulation,
        schedule=schedule,
        clip=clip,
        seed=seed,
        device=device,
        precision=precision,
        gradient_checkpointing=gradient_checkpointing,
        checkpoint_every=checkpoint_every,
        max_steps=max_steps,
    )
    command.main(
        command.Options(
            sources=tuple(source),
            base=base,
            out=out,
            peft=peft.value,
            merge=merge,
            gguf=gguf,
            max_length=max_length,
            numbers=numbers,
            gpus=gpus,
            even_if_memory=even_if_memory,
            data=data,
            quiet=quiet,
            json=json,
        )
    )


@train_app.command("generator")
def generator(
    base: Base,
    out: Out,
    suite: Annotated[
        list[str], typer.Option(help="Tasks to learn from: mbpp-train, files:DIR. Repeatable.")
    ],
    method: Annotated[Method, typer.Option(help="rft: only what was right, no verifier.")] = (
        Method.MUCODE
    ),
    iterations: Annotated[int, typer.Option(min=1, help="Rounds of rollouts and training.")] = 2,
    rollouts: Annotated[int, typer.Option(min=1, help="Of each task.")] = 15,
    turns: Annotated[int, typer.Option(min=1, help="Programs of a rollout at most.")] = 3,
    first_rollouts: Annotated[
        Path | None,
        typer.Option(help="A folder of bench run with --base, instead of drawing the first ones."),
    ] = None,
    verifier_tune: Annotated[
        str, typer.Option(help="What is trained of the verifier: head, lora, full (the paper).")
    ] = "head",
    imitate_unsolved: Annotated[
        bool,
        typer.Option(help="As the reference: tasks nobody solved imitate the best-valued program."),
    ] = False,
    peft: Annotated[Peft, typer.Option(help="What is trained.")] = Peft.FULL,
    lr: LearningRate = None,
    epochs: Epochs = None,
    batch: Batch = None,
    accumulation: Accumulation = None,
    max_length: MaxLength = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Tokens of one program.")] = 1000,
    seed: Seed = 0,
    device: Device = "auto",
    precision: Precision = "auto",
    gradient_checkpointing: Checkpointing = False,
    gpus: Gpus = 1,
    even_if_memory: Fit = False,
    data: Data = None,
    quiet: Quiet = False,
    json: Json = False,
    unsafe: Unsafe = False,
) -> None:
    """Train a model on its own search: rollouts, a verifier, relabelling, fine-tuning (μCode)."""
    from synthd.daemon.cli.train import generator as command
    from synthd.daemon.cli.train.asked import Numbers

    numbers = Numbers(
        lr=lr,
        epochs=epochs,
        batch=batch,
        accumulation=accumulation,
        seed=seed,
        device=device,
        precision=precision,
        gradient_checkpointing=gradient_checkpointing,
    )
    command.main(
        command.Options(
            base=base,
            out=out,
            suites=tuple(suite),
            method=method.value,
            iterations=iterations,
            rollouts=rollouts,
            turns=turns,
            first=first_rollouts,
            verifier_tune=verifier_tune,
            imitate_unsolved=imitate_unsolved,
            peft=peft.value,
            max_length=max_length,
            max_tokens=max_tokens,
            numbers=numbers,
            gpus=gpus,
            even_if_memory=even_if_memory,
            data=data,
            quiet=quiet,
            json=json,
            unsafe=unsafe,
        )
    )
