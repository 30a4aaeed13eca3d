"""Trains a verifier: what was gathered in, a folder with weights, description and metrics out."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import torch
from torch import Tensor

from synthd.synth.learning.loading import Loaded, load, weights_sha256
from synthd.synth.learning.training.errors import Interrupted, OtherTraining
from synthd.synth.learning.training.loop import train
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.learning.training.task import Tell
from synthd.synth.learning.verifier import saved
from synthd.synth.learning.verifier.data import Group, Split, drawn, read
from synthd.synth.learning.verifier.features import Cancelled, Kept
from synthd.synth.learning.verifier.network import Head, Reward, trainable
from synthd.synth.learning.verifier.reading import FORM, tokens
from synthd.synth.learning.verifier.saved import Verifier
from synthd.synth.learning.verifier.settings import Loss, Tune
from synthd.synth.learning.verifier.tasks import HeadTask, RewardTask, Standard

_SAY_EVERY = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Wanted:
    """base: its folder. data: as data.write wrote it. folder: of the checkpoints. features: where
    those of frozen bases are kept. pairs: of each prompt. out: of the verifier."""

    base: Path
    data: Path
    out: Path
    folder: Path
    features: Path
    tune: Tune
    loss: Loss
    pairs: int
    max_tokens: int
    training: TrainingSettings


@dataclass(frozen=True, slots=True)
class Trained:
    """What is written by now: the weights, whose hashes these are; not yet the description."""

    verifier: Verifier
    parts: Split
    base_sha256: str
    hidden: int
    weights: dict[str, str]
    steps: int
    losses: tuple[float, ...]


Say = Callable[[str], None]


def trained(wanted: Wanted, tell: Tell, say: Say, stopping: Event | None = None) -> Trained:
    """Raises TrainingError, BadData, BadFolder, OSError."""
    parts = read(wanted.data)
    base_sha256 = weights_sha256(wanted.base)
    precision = {"auto": "auto", "float32": "float32", "bf16": "bfloat16"}
    dtype = "float32" if wanted.tune is Tune.FULL else precision[wanted.training.precision]
    base = load(wanted.base, device=wanted.training.device, dtype=dtype)
    learning = _Learning(wanted, parts, base, _identity(wanted, base_sha256), tell, say, stopping)
    return learning.head(base_sha256) if wanted.tune is Tune.HEAD else learning.whole(base_sha256)


def _identity(wanted: Wanted, base_sha256: str) -> str:
    data = hashlib.sha256(wanted.data.read_bytes()).hexdigest()
    told = [base_sha256, data, wanted.tune, wanted.loss, wanted.pairs, wanted.max_tokens, FORM]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Learning:
    wanted: Wanted
    parts: Split
    base: Loaded
    identity: str
    tell: Tell
    say: Say
    stopping: Event | None

    def head(self, base_sha256: str) -> Trained:
        """On the CPU: it takes seconds, and what was computed on another device is kept."""
        wanted, seed = self.wanted, self.wanted.training.seed
        backbone = trainable(self.base, Tune.HEAD, seed).backbone
        kept = Kept(wanted.features, base_sha256, str(self.base.dtype))
        head = Head(self.hidden, seed, torch.float64)
        found = self._features(Verifier(self.base, backbone, head, wanted.max_tokens, kept))
        standard = Standard.of(torch.cat(found))
        scaled = [standard(one) for one in found]
        groups = self.parts.train
        sizes = [len(group.right) for group in groups]
        task = HeadTask(
            self.identity,
            head,
            tuple(one[:size] for one, size in zip(scaled, sizes, strict=True)),
            tuple(one[size:] for one, size in zip(scaled, sizes, strict=True)),
            drawn(groups, wanted.pairs, seed),
            wanted.loss,
        )
        settings = _on_cpu(wanted.training)
        result = train(task, settings, wanted.folder, self.tell, self.stopping)
        weight, bias = standard.folded(head)
        saved.write_head(wanted.out, weight, bias)
        folded = Head(self.hidden, seed, torch.float64)
        folded.load_state_dict({"weight": weight, "bias": bias})
        verifier = Verifier(self.base, backbone, folded, wanted.max_tokens, kept)
        return self._ended(verifier, base_sha256, result.steps, result.losses)

    def whole(self, base_sha256: str) -> Trained:
        wanted, groups = self.wanted, self.parts.train
        reward = trainable(self.base, wanted.tune, wanted.training.seed)
        task = RewardTask(
            self.identity,
            reward,
            tuple(self._rows(group.x, group.right) for group in groups),
            tuple(self._rows(group.x, group.wrong) for group in groups),
            drawn(groups, wanted.pairs, wanted.training.seed),
            wanted.loss,
        )
        result = train(task, wanted.training, wanted.folder, self.tell, self.stopping)
        self._write(reward)
        verifier = saved.of(reward, self.base, wanted.max_tokens)
        return self._ended(verifier, base_sha256, result.steps, result.losses)

    @property
    def hidden(self) -> int:
        return int(self.base.model.config.hidden_size)

    def _write(self, reward: Reward) -> None:
        saved.write_head(self.wanted.out, reward.head.weight, reward.head.bias)
        saved.write_backbone(self.wanted.out, reward, self.base, self.wanted.tune)

    def _ended(
        self, verifier: Verifier, base_sha256: str, steps: int, told: tuple[float, ...]
    ) -> Trained:
        wanted = self.wanted
        if wanted.tune is not Tune.FULL and weights_sha256(wanted.base) != base_sha256:
            raise OtherTraining(f"{wanted.base} was changed while it was trained from")
        weights = saved.hashes(wanted.out, wanted.tune)
        return Trained(verifier, self.parts, base_sha256, self.hidden, weights, steps, told)

    def _rows(self, x: str, programs: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
        return tuple(tokens(self.base.tokenizer, x, y, self.wanted.max_tokens) for y in programs)

    def _features(self, reading: Verifier) -> list[Tensor]:
        """Of the groups that are trained on."""
        total = sum(len(group.programs) for group in self.parts.train)
        found: list[Tensor] = []
        done, said, began = 0, time.monotonic(), time.monotonic()
        for group in self.parts.train:
            found.append(self._of(group, reading))
            done += len(group.programs)
            if time.monotonic() - said > _SAY_EVERY or done == total:
                said = time.monotonic()
                self.say(f"features: {done} of {total} programs, {said - began:.0f} s")
        return found

    def _of(self, group: Group, reading: Verifier) -> Tensor:
        try:
            return reading.features(reading.rows(group.x, list(group.programs)), self._stopped)
        except Cancelled:
            raise Interrupted(
                "stopped while features were computed; those that are there are kept, and the same "
                "command goes on"
            ) from None

    def _stopped(self) -> bool:
        return self.stopping is not None and self.stopping.is_set()


def _on_cpu(settings: TrainingSettings) -> TrainingSettings:
    return replace(settings, device="cpu", precision="float32")
