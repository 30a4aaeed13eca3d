"""The question what was wrong with an answer, in the conversation in which it was given (FTTT+)."""

from __future__ import annotations

from synthd.synth.ports import Message, Prompt

# What a wrong answer is told, and is trained to be told.
INCORRECT = "Your answer is incorrect."

_REFLECT = (
    f"{INCORRECT} Check your solution carefully and sum up all mistakes in it, in a few short "
    "sentences. Do not give the correct solution, and write no code."
)


def reflect(asked: Prompt, answer: str) -> Prompt:
    """asked: the question, without the beginning of its answer."""
    return (*asked, Message("assistant", answer), Message("user", _REFLECT))
