"""What models are told about Verus: a guide, worked examples, advice for each kind of error.

All of it is written for synthd. What is the same for every question stands first, so that a
server reads it once.
"""

from synthd.synth.prompts.verus.advice import advice
from synthd.synth.prompts.verus.asking import advised, corrected, draft, shown, task
from synthd.synth.prompts.verus.errors import kinds, told
from synthd.synth.prompts.verus.guide import system

__all__ = [
    "advice",
    "advised",
    "corrected",
    "draft",
    "kinds",
    "shown",
    "system",
    "task",
    "told",
]
