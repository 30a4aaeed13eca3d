"""FTTT: weights that learn from failed attempts at one problem that these were wrong.

Li, Wang et al.: "Learning to Reason from Feedback at Test-Time", ACL 2025 (arXiv 2502.15771);
its code, prelim/. For each failed attempt a fresh LoRA takes a step on the loss

    mean over j of −log p(F[j+1] | x, y, F[≤j])

where x is the question, y the attempt and F the user's next turn (exercise.py). Only F is run with
gradient: the keys and values of [x, y] are computed without, under the weights of that moment, and
are constants. With a reflection in F (FTTT+), the fixed sentence and the reflection have a mean
each, over their own tokens, and the second is weighed by λ.

Two things are other than in the reference: nothing is dropped out while an attempt is drawn or
read, and every step reads [x, y] anew (there a second step goes on with a context in which F has
been said already).
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from synthd.synth.learning.adapter import Adapter, State, adapted
from synthd.synth.learning.divergence import divergence
from synthd.synth.learning.exercise import Exercise, exercise
from synthd.synth.learning.loading import Loaded
from synthd.synth.learning.tuned import CannotTune, Stopped
from synthd.synth.streams import derived_seed
from synthd.synth.tuning import Learned, Lesson, Lora, Tuning


class Diverged(CannotTune):
    """A loss, a gradient or the weights after a step are no numbers any more."""


@dataclass(frozen=True, slots=True)
class Loss:
    """In nats per token. feedback: of the fixed sentence; reflection: None without one."""

    total: Tensor
    feedback: Tensor
    reflection: Tensor | None


def loss(model: Any, task: Exercise, weight: float = 1.0) -> Loss:
    """The FTTT loss of the model as it is now; gradients flow through the tokens of F alone.

    weight: λ. The logits are taken to at least 32 bits.
    """
    device = next(model.parameters()).device
    with torch.no_grad():
        context = torch.tensor([task.context], device=device)
        read = model(input_ids=context, use_cache=True, logits_to_keep=1)
    said = torch.tensor([task.feedback], device=device)
    logits = model(input_ids=said, past_key_values=read.past_key_values, use_cache=True).logits
    logits = logits[0, :-1].to(torch.promote_types(logits.dtype, torch.float32))
    each = functional.cross_entropy(logits, said[0, 1:], reduction="none")
    # The first token of F has no prediction in F: the sentence has fixed - 1.
    fixed = each[: task.fixed - 1].mean()
    if not task.reflects:
        return Loss(fixed, fixed, None)
    reflection = each[task.fixed - 1 :].mean()
    return Loss(fixed + weight * reflection, fixed, reflection)


def unstopped() -> bool:
    """Somebody waits for it to the end."""
    return False


def tuner(loaded: Loaded) -> Adapters:
    """What tuned.py asks of a method."""
    return Adapters(loaded.model, loaded.tokenizer)


@dataclass(frozen=True, slots=True)
class _Known:
    state: State
    learned: tuple[Learned, ...]


class Adapters:
    """The adapters of many problems on one model, each a function of its Tuning alone.

    What was learned is kept for the last `most` prefixes of lessons, so that one more lesson costs
    its own steps and no others; what is not kept any more is learned again, with the same result.
    One block at a time: while it is in one the model draws by that block's weights.
    """

    def __init__(self, model: Any, tokenizer: Any, *, most: int = 16) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._most = most
        self._known: OrderedDict[tuple[Lora, tuple[Lesson, ...]], _Known] = OrderedDict()
        self.steps = 0  # that were taken, in all

    @contextmanager
    def applied(
        self, tuning: Tuning, stopped: Callable[[], bool] = unstopped
    ) -> Iterator[tuple[Learned, ...]]:
        """In the block forward passes of the model are those of the tuned weights, without dropout.

        Gives what each step of all lessons did. stopped: asked before each step; where it is true
        Stopped is raised, and the lessons that were learned by then are kept. Raises CannotTune.
        """
        method = tuning.method
        if not isinstance(method, Lora):
            raise CannotTune("FTTT learns by a LoRA; an edit is another method's")
        with adapted(self._model, method) as adapter:
            yield self._learned(adapter, method, tuning.lessons, stopped)

    def _learned(
        self,
        adapter: Adapter,
        method: Lora,
        lessons: tuple[Lesson, ...],
        stopped: Callable[[], bool],
    ) -> tuple[Learned, ...]:
        done, learned = self._resumed(adapter, method, lessons)
        for place in range(done, len(lessons)):
            task = exercise(self._tokenizer, lessons[place])
            for step in range(method.steps):
                if stopped():
                    raise Stopped
                learned += (self._step(adapter, task, place, step),)
            self._keep((method, lessons[: place + 1]), _Known(adapter.state(), learned))
        return learned

    def _resumed(
        self, adapter: Adapter, method: Lora, lessons: tuple[Lesson, ...]
    ) -> tuple[int, tuple[Learned, ...]]:
        """The longest beginning of the lessons that is kept is in the adapter: its length."""
        for count in range(len(lessons), 0, -1):
            key = (method, lessons[:count])
            if known := self._known.get(key):
                self._known.move_to_end(key)
                adapter.load(known.state)
                return count, known.learned
        return 0, ()

    def _keep(self, key: tuple[Lora, tuple[Lesson, ...]], known: _Known) -> None:
        self._known[key] = known
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def _step(self, adapter: Adapter, task: Exercise, place: int, step: int) -> Learned:
        began = time.perf_counter()
        method, optimizer = adapter.method, adapter.optimizer
        optimizer.zero_grad(set_to_none=True)
        seed = derived_seed(method.seed, "fttt", str(place), str(step))
        with torch.enable_grad(), adapter.dropping(seed):
            found = loss(self._model, task, method.reflection_weight)
        self._finite(found.total.item(), "the loss", place, method)
        found.total.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad for p in adapter.parameters.values() if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients).item()
        self._finite(norm, "the gradient", place, method)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        asked = torch.tensor([task.prompt], device=next(self._model.parameters()).device)
        kl = divergence(self._model, asked, tuned=nullcontext, own=adapter.off)
        self._finite(kl, "the model after the step", place, method)
        self.steps += 1
        return Learned(
            lesson=place,
            step=step,
            loss=found.total.item(),
            gradient_norm=norm,
            kl=kl,
            feedback_loss=found.feedback.item(),
            reflection_loss=None if found.reflection is None else found.reflection.item(),
            seconds=time.perf_counter() - began,
        )

    def _finite(self, value: float, what: str, place: int, method: Lora) -> None:
        if not math.isfinite(value):
            raise Diverged(
                f"lesson {place + 1}: {what} is {value}: the weights have diverged; "
                f"take a learning rate below {method.lr:g} (lr), or a wider type than 16 bits"
            )
