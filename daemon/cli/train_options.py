"""Options that commands of `synthd train` share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Base = Annotated[
    str,
    typer.Option(help="A model directory, hf/NAME, or local/NAME. Its weights stay as they are."),
]
Out = Annotated[Path, typer.Option(help="Folder of the result; a training that it holds goes on.")]
LearningRate = Annotated[float | None, typer.Option("--lr", help="Default: as published.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Default: as published.")]
Batch = Annotated[int | None, typer.Option(min=1, help="Examples at once on a device.")]
Accumulation = Annotated[int | None, typer.Option(min=1, help="Batches of a step.")]
HeldOut = Annotated[
    float, typer.Option(min=0, max=0.9, help="Share of the tasks that measure and teach not.")
]
MaxLength = Annotated[int | None, typer.Option(min=16, help="Tokens of an example at most.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same weights.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda.")]
Precision = Annotated[str, typer.Option(help="auto (bf16 on a GPU), float32, bf16.")]
Checkpointing = Annotated[
    bool,
    typer.Option("--gradient-checkpointing", help="Less memory for activations, a third slower."),
]
Clip = Annotated[float, typer.Option(min=0, help="Largest norm of a gradient; 0: any.")]
Every = Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")]
Gpus = Annotated[int, typer.Option(min=1, help="More than one: by accelerate's launcher.")]
MaxSteps = Annotated[int, typer.Option(min=0, help="End after so many steps; 0: all epochs.")]
Fit = Annotated[
    bool, typer.Option("--even-if-memory", help="Start also where the estimate says it cannot fit.")
]
