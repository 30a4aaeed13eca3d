"""What the weights of a call had learned: to a line of JSON and back."""

from __future__ import annotations

from typing import Any

from synthd.synth.events import Tuned
from synthd.synth.trace.fields import Fields, number
from synthd.synth.tuning import Learned


def row(event: Tuned) -> dict[str, Any]:
    return {"call": event.call, "learned": [_row(step) for step in event.learned]}


def tuned(fields: Fields) -> Tuned:
    """Raises Damaged."""
    steps = tuple(_learned(one) for one in fields.objects("learned"))
    return Tuned(fields.integer("call"), steps)


def _row(step: Learned) -> dict[str, Any]:
    reflection = step.reflection_loss
    return {
        "lesson": step.lesson,
        "step": step.step,
        "loss": number(step.loss),
        "gradient_norm": number(step.gradient_norm),
        "kl": number(step.kl),
        "feedback_loss": number(step.feedback_loss),
        "reflection_loss": None if reflection is None else number(reflection),
        "seconds": number(step.seconds),
    }


def _learned(fields: Fields) -> Learned:
    reflects = fields.has("reflection_loss")
    return Learned(
        lesson=fields.integer("lesson"),
        step=fields.integer("step"),
        loss=fields.number("loss"),
        gradient_norm=fields.number("gradient_norm"),
        kl=fields.number("kl"),
        feedback_loss=fields.number("feedback_loss"),
        reflection_loss=fields.number("reflection_loss") if reflects else None,
        seconds=fields.number("seconds"),
    )
