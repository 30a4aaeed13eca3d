"""Shards of a run: the command of each, and which one this job of a cluster is."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from synthd.daemon.bench.engines.slurm_options import SlurmOptions
from synthd.daemon.exits import BadInput

# Options of `bench run` that a shard's command does not have, or has its own of.
_WITH_VALUE = ("--engine", "--out", "--slurm", "--shards", "--shard", "--resubmit", "--log")
_FLAGS = ("--submit-only",)


def shard_folder(out: Path, number: int) -> Path:
    return out / "shards" / str(number)


def shard_command(arguments: Sequence[str], out: Path, number: int, of: int) -> list[str]:
    """arguments: those after `synthd bench run`, of the command for the whole run."""
    own = ["--shard", f"{number}/{of}", "--out", str(shard_folder(out, number)), "--quiet"]
    return [*_program(), *_without(arguments), *own]


def script(arguments: Sequence[str], out: Path, of: int, options: SlurmOptions) -> str:
    """An sbatch script for a cluster where submitit is not installed."""
    command = shlex.join([*_program(), *_without(arguments)])
    shards = shlex.quote(str(out / "shards"))
    lines = [
        "#!/bin/bash",
        "#SBATCH --job-name=synthd-bench",
        f"#SBATCH --array=0-{of - 1}%{options.parallel}",
        *options.sbatch(),
        "# The same script continues: `sbatch --array=3,7 FILE` does these shards again.",
        "# Once all have ended, make one run of them:",
        f"#   synthd bench merge {shards}/* --out {shlex.quote(str(out))}",
        f'exec {command} --shard "$SLURM_ARRAY_TASK_ID/{of}" \\',
        f'  --out {shards}/"$SLURM_ARRAY_TASK_ID" --quiet',
    ]
    return "\n".join(lines) + "\n"


def of_cluster(environment: Mapping[str, str]) -> str:
    """`I/N` of `--shard env`: Slurm's array, or TASK_ID of TASK_COUNT.

    Both count from wherever the array begins: TASK_ID from TASK_MIN, by default 1, as in
    `--array=1-500`. Raises BadInput, also for an array with gaps, as when single shards are done
    again: there the number does not say which shard it is.
    """
    slurm = "SLURM_ARRAY_TASK_ID" in environment
    name = "SLURM_ARRAY_TASK" if slurm else "TASK"
    if f"{name}_ID" not in environment:
        raise BadInput("--shard env: neither SLURM_ARRAY_TASK_ID nor TASK_ID is set")
    number = _read(environment, f"{name}_ID")
    count = _read(environment, f"{name}_COUNT")
    first = _read(environment, f"{name}_MIN", "0" if slurm else "1")
    step = _read(environment, f"{name}_STEP", "1")
    last = _read(environment, f"{name}_MAX", str(first + (count - 1) * step))
    place, apart = divmod(number - first, max(1, step))
    if apart or (last - first) // max(1, step) + 1 != count:
        raise BadInput(
            f"--shard env: {name}_ID {number} is of an array with gaps; write --shard I/N, "
            "with the N of the whole run"
        )
    if not 0 <= place < count:
        raise BadInput(
            f"--shard env: {name}_ID is {number}, which is not from {first} to "
            f"{first + count - 1}; set {name}_MIN to where the array begins"
        )
    return f"{place}/{count}"


def _program() -> list[str]:
    return [sys.executable, "-m", "synthd.daemon", "bench", "run"]


def _without(arguments: Sequence[str]) -> list[str]:
    kept: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        name, equals, _ = argument.partition("=")
        if name in _WITH_VALUE:
            if not equals:
                next(rest, None)
        elif name not in (*_FLAGS, "--quiet", "-q", "--json"):
            kept.append(argument)
    return kept


def _read(environment: Mapping[str, str], name: str, otherwise: str = "") -> int:
    text = environment.get(name, otherwise)
    if not text:
        raise BadInput(f"--shard env: {name} is not set; it says how many shards there are")
    if not text.isdigit():
        raise BadInput(f"--shard env: {name} is {text!r}, which is no number")
    return int(text)
