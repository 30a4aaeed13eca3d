"""Prompts as tokens: a model's own chat template, and where an answer begins and ends in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synthd.synth.models.errors import ModelFailed
from synthd.synth.ports import Message, Prompt

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MARK = "synthd-completion-mark"


class NoTemplate(ModelFailed):
    """The tokenizer has no chat template, or one that refuses these messages."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """ids: token ids of the prompt and then the completion. prompt: so many are the prompt's."""

    ids: tuple[int, ...]
    prompt: int

    @property
    def completion(self) -> tuple[int, ...]:
        return self.ids[self.prompt :]


def encode(
    tokenizer: PreTrainedTokenizerBase,
    prompt: Prompt,
    completion: str | None = None,
    *,
    end: bool = True,
) -> Encoded:
    """The prompt up to where the answer begins, and the completion where one is given.

    A prompt that ends with the assistant's message goes on there. The two are tokenized apart: so
    the prompt's tokens are the same with and without a completion. end: with the tokens that end
    the turn after it (for training: so a model learns to stop). Raises NoTemplate.
    """
    ids = _ids(tokenizer, text(tokenizer, prompt))
    if completion is None:
        return Encoded(tuple(ids), len(ids))
    said = completion + (ending(tokenizer) if end else "")
    return Encoded((*ids, *_ids(tokenizer, said)), len(ids))


def text(tokenizer: PreTrainedTokenizerBase, prompt: Prompt) -> str:
    """The prompt as the template writes it, to the byte where the answer is to go on."""
    begun = ""
    if prompt and prompt[-1].role == "assistant":
        prompt, begun = prompt[:-1], prompt[-1].content
    return _rendered(tokenizer, prompt, generate=True) + begun


def turn(tokenizer: PreTrainedTokenizerBase, prompt: Prompt, completion: str, said: str) -> str:
    """What follows a completion when the user then says `said`: the end of the assistant's turn
    and the whole user's turn, as text. (FTTT's feedback sequence.)"""
    history = (*prompt, Message("assistant", MARK), Message("user", said))
    return _after(_rendered(tokenizer, history, generate=False))


def ending(tokenizer: PreTrainedTokenizerBase) -> str:
    """What ends the assistant's turn, `<|im_end|>` say, without white space after it."""
    short = (Message("user", "x"), Message("assistant", MARK))
    return _after(_rendered(tokenizer, short, generate=False)).rstrip()


def stops(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """The tokens that end an answer."""
    found: set[int] = set()
    for told in (
        getattr(model.generation_config, "eos_token_id", None),
        getattr(model.config, "eos_token_id", None),
        tokenizer.eos_token_id,
    ):
        if isinstance(told, int):
            found.add(told)
        elif isinstance(told, Sequence):
            found.update(int(each) for each in told)
    ids = _ids(tokenizer, ending(tokenizer))
    if len(ids) == 1:  # a token of its own: some folders name another one alone
        found.update(ids)
    return frozenset(found)


def _after(rendered: str) -> str:
    _, found, rest = rendered.rpartition(MARK)
    if not found:
        raise NoTemplate("the chat template leaves out what the assistant said")
    return rest


def _ids(tokenizer: PreTrainedTokenizerBase, said: str) -> list[int]:
    # The template wrote the special tokens already.
    found: list[int] = tokenizer(said, add_special_tokens=False)["input_ids"]
    return found


def _rendered(tokenizer: PreTrainedTokenizerBase, prompt: Prompt, *, generate: bool) -> str:
    messages: list[dict[str, Any]] = [{"role": m.role, "content": m.content} for m in prompt]
    try:
        return str(
            tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=generate)
        )
    except Exception as error:  # of jinja, of the template's own, or there is none
        raise NoTemplate(
            f"the model's chat template cannot write these messages: {' '.join(str(error).split())}"
        ) from error
