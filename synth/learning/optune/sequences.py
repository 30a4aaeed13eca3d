"""What OpTune reads as tokens: a failed attempt to make an edit of, a solution to be likelier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from synthd.synth.learning.chat import Encoded, encode, turn
from synthd.synth.ports import Prompt
from synthd.synth.tuning import Lesson

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LONGEST = 4096  # tokens (published)


def lesson(tokenizer: PreTrainedTokenizerBase, told: Lesson) -> Encoded:
    """[question, attempt, feedback]: the dialogue up to the end of the user's turn that has the
    feedback. OpTune has no use for a reflection. prompt: tokens of the question."""
    prompt, completion = told.prompt, told.completion
    if prompt and prompt[-1].role == "assistant":
        # The beginning that the answer was given; what was drawn may have it once more.
        begun, prompt = prompt[-1].content, prompt[:-1]
        completion = completion if completion.startswith(begun) else begun + completion
    after = turn(tokenizer, prompt, completion, told.feedback).rstrip()
    return encode(tokenizer, prompt, completion + after, end=False)


def solution(tokenizer: PreTrainedTokenizerBase, prompt: Prompt, gold: str) -> Encoded:
    """The question and the right answer to it, with the end of its turn."""
    if prompt and prompt[-1].role == "assistant":
        prompt = prompt[:-1]
    return encode(tokenizer, prompt, gold)


def tensor(encoded: Encoded, device: torch.device, longest: int = LONGEST) -> Tensor:
    """1 × T: its end, where it is longer than that, as the feedback is there."""
    return torch.tensor([encoded.ids[-longest:]], device=device)
