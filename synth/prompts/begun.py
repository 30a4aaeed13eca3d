"""The beginning of an answer, which a model that can go on from there need not write."""

from __future__ import annotations

from synthd.synth.ports import Message, Prompt
from synthd.synth.problem import Problem


def begin(problem: Problem, prompt: Prompt) -> Prompt:
    """With the code block opened and the function's signature and docstring in it.

    Models repeat them before they write the first line of the body: on small functions that is
    half of what they write.
    """
    if problem.language != "python" or not problem.start.strip():
        return prompt
    return (*prompt, Message("assistant", f"```python\n{problem.start.rstrip()}\n"))


def unbegun(prompt: Prompt) -> Prompt:
    """What was asked, without the beginning of its answer."""
    return prompt[:-1] if prompt and prompt[-1].role == "assistant" else prompt
