"""`synthd train verifier` with its options. What it does is imported when it runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from synthd.daemon.cli.options import Json, Unsafe

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
    base: Annotated[
        str,
        typer.Option(help="A folder, hf/NAME, or local/NAME. Its weights stay as they are."),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder of the result; a training that it holds goes on.")
    ],
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
    held_out: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of the tasks that measure and teach not.")
    ] = 0.15,
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
    clip: Annotated[float, typer.Option(min=0, help="Largest norm of a gradient; 0: any.")] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same weights.")] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto (bf16 on a GPU), float32, bf16.")] = "auto",
    gradient_checkpointing: Annotated[
        bool,
        typer.Option("--gradient-checkpointing", help="Less memory, a third slower."),
    ] = False,
    checkpoint_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 50,
    gpus: Annotated[int, typer.Option(min=1, help="More than one: by accelerate's launcher.")] = 1,
    even_if_memory: Annotated[
        bool,
        typer.Option("--even-if-memory", help="Start also where the estimate says it cannot fit."),
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="Folder of the data sets. Default: SYNTHD_DATASETS.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing but problems and the result.")
    ] = False,
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
