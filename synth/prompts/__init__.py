"""The words. Pure functions from what is known to what is asked.

What all prompts of a problem share comes first, so that the server's prefix cache is hit.
Only visible checks can get here: a prompt is made from the statement, the start code, the
visible checks, and evaluations, which are made of visible checks.
"""

from synthd.synth.prompts.debugging import explain, repair
from synthd.synth.prompts.drafting import draft
from synthd.synth.prompts.issues import issue
from synthd.synth.prompts.refining import (
    criticize,
    improve,
    opening,
    reconsider,
    refine,
    self_repair,
)
from synthd.synth.prompts.reflecting import reflect
from synthd.synth.prompts.selecting import ask_inputs, ask_which, choice
from synthd.synth.prompts.turns import multi_turn, revise

__all__ = [
    "ask_inputs",
    "ask_which",
    "choice",
    "criticize",
    "draft",
    "explain",
    "improve",
    "issue",
    "multi_turn",
    "opening",
    "reconsider",
    "refine",
    "reflect",
    "repair",
    "revise",
    "self_repair",
]
