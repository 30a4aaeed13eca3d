"""A lesson as tokens: the attempt, and the turn of the user that says what was wrong with it.

FTTT's feedback sequence F is what a chat goes on with after the attempt: the mark that ends the
answer, the user's header, "Your answer is incorrect.", and the mark that ends this turn. Which
marks these are, the tokenizer's own chat template tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthd.synth.learning import chat
from synthd.synth.learning.tuned import CannotTune
from synthd.synth.tuning import Lesson

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Exercise:
    """prompt: x, up to where the answer begins. answer: y, without the mark that ends it.

    feedback: F, which begins with that mark. fixed: how many of F's tokens are the same for every
    attempt: all but those of the reflection and of what ends the turn after it; without a
    reflection all.
    """

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    feedback: tuple[int, ...]
    fixed: int

    @property
    def context(self) -> tuple[int, ...]:
        return self.prompt + self.answer

    @property
    def reflects(self) -> bool:
        return self.fixed < len(self.feedback)


def exercise(tokenizer: PreTrainedTokenizerBase, lesson: Lesson) -> Exercise:
    """Raises CannotTune for a template that does not show what is said of an answer, NoTemplate
    for one that refuses the conversation."""
    said, boundary = _feedback(tokenizer, lesson)
    encoded = tokenizer(said, add_special_tokens=False, return_offsets_mapping=True)
    starts = [start for start, _ in encoded["offset_mapping"]]
    fixed = sum(start < boundary for start in starts) if lesson.reflection else len(starts)
    if fixed < 2:
        raise CannotTune("the feedback is no more than one token: nothing can be learned from it")
    attempt = chat.encode(tokenizer, lesson.prompt, lesson.completion, end=False)
    return Exercise(
        prompt=attempt.ids[: attempt.prompt],
        answer=attempt.completion,
        feedback=tuple(encoded["input_ids"]),
        fixed=fixed,
    )


def _feedback(tokenizer: PreTrainedTokenizerBase, lesson: Lesson) -> tuple[str, int]:
    """F, and where the sentence in it ends."""
    sentence = lesson.feedback.strip()
    said = f"{sentence} {lesson.reflection.strip()}".strip()
    # What a template writes between two turns belongs to neither.
    after = chat.turn(tokenizer, lesson.prompt, lesson.completion, said).rstrip()
    if not sentence or sentence not in after:
        raise CannotTune(
            "the chat template of this model does not show what a user says of an answer: "
            "it cannot learn from feedback; use a chat model (an “instruct” one)"
        )
    return after, after.index(sentence) + len(sentence)
