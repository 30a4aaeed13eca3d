"""Checkpoints: what was trained, the optimizer, and the position. Whole or not there at all.

Of random numbers nothing is kept: each step seeds its own (loop.py). Model directories are data,
and so are these: tensors as safetensors, the optimizer's state read with weights_only.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from synthd.synth.learning.training.errors import DiskFull, OtherTraining

KEPT = 2
SCHEMA = 1
_PARAMETERS, _OPTIMIZER, _STATE = "parameters.safetensors", "optimizer.pt", "state.json"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DAMAGED = (
    *(OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError),
    *(SafetensorError, UnpicklingError),
)


@dataclass(frozen=True, slots=True)
class Position:
    """step: how many were taken. identity: of the task; settings: their digest."""

    step: int
    identity: str
    settings: str
    processes: int
    losses: tuple[float, ...]
    skipped: int = 0
    schema: int = SCHEMA


class Checkpoints:
    """Those of one training, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, position: Position, module: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Raises DiskFull; then those before are still there."""
        final = self._folder / f"step-{position.step:08d}"
        part = self._folder / f".{final.name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            save_file(trained(module), part / _PARAMETERS)
            torch.save(optimizer.state_dict(), part / _OPTIMIZER)
            (part / _STATE).write_text(json.dumps(asdict(position)), "utf-8")
            for path in part.iterdir():
                _sync(path)
            shutil.rmtree(final, ignore_errors=True)
            os.rename(part, final)
            _sync(self._folder)
        except Exception as error:  # safetensors and torch have errors of their own for this
            shutil.rmtree(part, ignore_errors=True)
            raise self._failed(error, module) from error
        for old in self._there()[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def load(
        self,
        identity: str,
        settings: str,
        processes: int,
        module: nn.Module,
        optimizer: torch.optim.Optimizer,
    ) -> Position | None:
        """The newest that can be read, put into module and optimizer; None where there is none.

        Raises OtherTraining.
        """
        for part in self._folder.glob(".step-*.part"):
            shutil.rmtree(part, ignore_errors=True)
        for path in reversed(self._there()):
            try:
                position = _read(path / _STATE)
                tensors = load_file(path / _PARAMETERS)
                state = torch.load(path / _OPTIMIZER, map_location="cpu", weights_only=True)
            except _DAMAGED:
                continue  # a machine that stopped: the one before it is whole
            self._check(position, identity, settings, processes)
            _put(tensors, module)
            optimizer.load_state_dict(state)
            return position
        return None

    def _there(self) -> list[Path]:
        return sorted(self._folder.glob("step-*"))

    def _check(self, position: Position, identity: str, settings: str, processes: int) -> None:
        what = ""
        if position.identity != identity:
            what = "of another base model or other data"
        elif position.settings != settings:
            what = "made with other settings"
        elif position.processes != processes:
            what = f"made by {position.processes} processes, not {processes}"
        if what:
            raise OtherTraining(
                f"{self._folder} holds checkpoints {what}: name another folder with --out, "
                "or give the command as it was to go on"
            )

    def _failed(self, error: Exception, module: nn.Module) -> DiskFull:
        need = sum(t.numel() * t.element_size() for t in trained(module).values()) * 3
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError:
            free = 0
        full = getattr(error, "errno", None) in _FULL or free < need
        why = "the disk is full" if full else f"{type(error).__name__}: {error}"
        return DiskFull(
            f"no checkpoint could be written in {self._folder}: {why} ({_gb(free)} are free, one "
            f"takes about {_gb(need)}); make room, and the same command goes on from the one before"
        )


def trained(module: nn.Module) -> dict[str, torch.Tensor]:
    """What the training changes: parameters with gradients, and buffers that belong to the state
    of a module that has such a parameter or no parameter at all."""
    wanted = {name for name, one in module.named_parameters() if one.requires_grad}
    learning = {name.rpartition(".")[0] for name in wanted}
    frozen = {
        name.rpartition(".")[0] for name, one in module.named_parameters() if not one.requires_grad
    }
    buffers = {
        name
        for name, _ in module.named_buffers()
        if (owner := name.rpartition(".")[0]) in learning or owner not in frozen
    }
    state = module.state_dict()
    return {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in state.items()
        if name in wanted or name in buffers
    }


def _put(tensors: dict[str, torch.Tensor], module: nn.Module) -> None:
    expected = trained(module).keys()
    if tensors.keys() != expected:
        raise OtherTraining("the checkpoint has other parameters than what is trained now")
    module.load_state_dict(tensors, strict=False)


def _read(path: Path) -> Position:
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if told.get("schema") != SCHEMA:
        raise OtherTraining(f"{path} is of another version of synthd: name another folder")
    return Position(**{**told, "losses": tuple(told["losses"])})


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _gb(size: int) -> str:
    return f"{size / 1e9:.2f} GB"
