"""A problem and a program as tokens: chat(x, y), with no history (μCode)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthd.synth.learning.chat import encode
from synthd.synth.ports import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# How both are made into tokens. Another way is another verifier.
FORM = 1


def tokens(tokenizer: PreTrainedTokenizerBase, x: str, y: str, max_tokens: int) -> tuple[int, ...]:
    """The user's message x, and the program y in a code block as the answer, with what ends the
    turn: the reward is read at the last token. Of both the last max_tokens tokens are kept."""
    found = encode(tokenizer, (Message("user", x),), fenced(y))
    return (*found.ids[: found.prompt][-max_tokens:], *found.completion[-max_tokens:])


def fenced(y: str) -> str:
    return f"```\n{y.rstrip()}\n```"
