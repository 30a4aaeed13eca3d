"""How the weights that draw a call differ from the model's own: a value, never a state.

FTTT adapts a model to one problem while it is being solved, OpTune edits it. Were that a state of
the model, then no call could be kept, replayed, made again after a crash or made in another
process. So a call says itself what was learned before it: the method with its hyperparameters, and
the lessons in their order. Whoever has the weights (synth/models/hf/) derives the adapter from
these alone, and may keep it as long as it likes; the model's own weights are never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthd.synth.ports import Prompt


@dataclass(frozen=True, slots=True)
class Lesson:
    """One failed attempt, and what was said of it.

    prompt and completion: the attempt as it was drawn. feedback: the fixed sentence of the user's
    next turn. reflection: what the model itself said of the mistakes, which follows the sentence
    (FTTT+); "" without.
    """

    prompt: Prompt
    completion: str
    feedback: str
    reflection: str = ""


@dataclass(frozen=True, slots=True)
class Lora:
    """A fresh LoRA that takes `steps` AdamW steps on each lesson (FTTT, arXiv 2502.15771).

    The defaults are the published ones (scripts of the reference). reflection_weight: λ of FTTT+.
    seed: of the adapter's first values and its dropout. layers: the last so many; 0: all.
    """

    rank: int = 4
    alpha: float = 16.0
    dropout: float = 0.05
    lr: float = 1e-5
    steps: int = 1
    reflection_weight: float = 1.0
    targets: tuple[str, ...] = ("q_proj", "v_proj")
    layers: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """Edits by a trained optimizer (OpTune): from the last lesson alone, or from all in turn.

    optimizer: the folder of `synthd train optune`; sha256: of its weights.
    """

    optimizer: str
    sha256: str
    accumulate: bool = False


@dataclass(frozen=True, slots=True)
class Tuning:
    """lessons: in the order in which they were learned; there is at least one."""

    method: Lora | Edit
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What one step on one lesson did.

    lesson: its place among the lessons, from 0; step: of those on it, from 0. loss: in nats per
    token, before the step. feedback_loss, reflection_loss: its parts, each over its own tokens.
    gradient_norm: L2, over all trained parameters (of an edit: the norm of the ΔW). kl: of the
    model after the step to the model's own weights over the tokens of the lesson's prompt, in nats
    per token, KL(tuned ‖ own).
    """

    lesson: int
    step: int
    loss: float
    gradient_norm: float
    kl: float
    feedback_loss: float = 0.0
    reflection_loss: float | None = None
    seconds: float = 0.0
