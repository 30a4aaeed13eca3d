"""Edits by a trained optimizer while a call is drawn: OpTune's side of synth/learning/tuned.py.

An edit follows from the optimizer's bytes and the lessons alone; a few are kept, as a search draws
several answers after one lesson. The base's weights are never written to.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from synthd.synth.learning.divergence import divergence
from synthd.synth.learning.loading import Loaded
from synthd.synth.learning.optune import hooks, sequences
from synthd.synth.learning.optune.errors import WrongOptimizer
from synthd.synth.learning.optune.matrices import fingerprint
from synthd.synth.learning.optune.network import Optimizer
from synthd.synth.learning.optune.saving import Config, described, read
from synthd.synth.learning.tuned import CannotTune, Stopped
from synthd.synth.tuning import Edit, Learned, Lesson, Tuning

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

KEPT = 8  # edits: for an 8B model of 16 bits about 0.1 GB each


@dataclass(frozen=True, slots=True)
class Made:
    """edits: of all lessons so far, in the order of the optimizer's matrices."""

    edits: tuple[Tensor, ...]
    learned: tuple[Learned, ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    optimizer: Optimizer
    config: Config


class Edits:
    """Implements Tuner for one model; asked by one thread."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._device = next(model.parameters()).device
        self._ready: tuple[Edit, _Ready] | None = None
        self._made: OrderedDict[tuple[Edit, tuple[Lesson, ...], int], Made] = OrderedDict()

    @contextmanager
    def applied(
        self, tuning: Tuning, stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[Learned, ...]]:
        """As Tuner.applied. Raises CannotTune: WrongOptimizer, or an edit that is no number."""
        if not isinstance(tuning.method, Edit):
            raise CannotTune(f"OpTune makes edits, and no {type(tuning.method).__name__}")
        ready = self._of(tuning.method)
        made = self._learned(ready, tuning.method, tuning.lessons, stopped)
        with hooks.applied(self._model, ready.config.edited, made.edits):
            yield made.learned

    def _of(self, method: Edit) -> _Ready:
        if self._ready is not None and self._ready[0] == method:
            return self._ready[1]
        optimizer, config = read(Path(method.optimizer), method.sha256)
        fits(self._model, config, method.optimizer)
        parameter = next(self._model.parameters())
        ready = _Ready(optimizer.to_compute(parameter.dtype, self._device), config)
        self._ready = method, ready
        return ready

    def _learned(
        self, ready: _Ready, method: Edit, lessons: tuple[Lesson, ...], stopped: Callable[[], bool]
    ) -> Made:
        """Of the last lesson alone, or of all: then on what those before it came to."""
        place = len(lessons) - 1
        told = lessons if method.accumulate else lessons[-1:]
        key = method, told, place
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        before = Made((), ())
        if len(told) > 1:
            before = self._learned(ready, method, told[:-1], stopped)
        if stopped():
            raise Stopped
        made = self._step(ready, before, told[-1], place)
        self._made[key] = made
        while len(self._made) > KEPT:
            self._made.popitem(last=False)
        return made

    def _step(self, ready: _Ready, before: Made, lesson: Lesson, place: int) -> Made:
        started = time.monotonic()
        model, matrices = self._model, ready.config.edited
        encoded = sequences.lesson(self._tokenizer, lesson)
        ids = sequences.tensor(encoded, self._device, ready.config.longest)
        captured = hooks.capture(model, matrices, ids, before.edits)
        with torch.inference_mode(False), torch.no_grad():
            fresh = ready.optimizer(captured.of)
            norm = float(torch.stack([each.norm().double() for each in fresh]).norm())
            if not math.isfinite(norm):
                raise CannotTune(
                    "the edit that the optimizer makes of a failed attempt is not finite: train "
                    "it anew with a smaller --lr"
                )
            edits = fresh
            if before.edits:
                edits = tuple(a + b for a, b in zip(before.edits, fresh, strict=True))
            question = ids.new_tensor([encoded.ids[: encoded.prompt][-ready.config.longest :]])
            edited = partial(hooks.applied, model, matrices, edits)
            with hooks.frozen(model):
                kl = divergence(model, question, tuned=edited, own=nullcontext)
        seconds = time.monotonic() - started
        told = Learned(place, 0, captured.loss, norm, kl, seconds=seconds)
        return Made(edits, (*before.learned, told))


def tuner(loaded: Loaded) -> Edits:
    """What synth/learning/tuned.py asks for."""
    return Edits(loaded.model, loaded.tokenizer)


def fits(model: PreTrainedModel, config: Config, where: str) -> None:
    """Raises WrongOptimizer unless this model is the one that the optimizer was trained for."""
    modules = dict(model.named_modules())
    for one in config.edited:
        module = modules.get(one.name)
        shape = getattr(module, "out_features", 0), getattr(module, "in_features", 0)
        if shape != one.shape:
            break
    else:
        if fingerprint(model, config.edited) == config.base.fingerprint:
            return
    raise WrongOptimizer(
        f"the optimizer in {where} was trained for another model ({described(config)}): "
        "name that one with --model, or train one for this"
    )
