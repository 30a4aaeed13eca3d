"""Chats to learn from: lines of {"messages": […]}; the last one, the answer, is learned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthd.synth.learning import chat
from synthd.synth.learning.training.errors import BadData
from synthd.synth.ports import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """messages: at least two; the last one is the assistant's, and is what is learned."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """too_long: dialogues left out because they have more tokens than may be."""

    examples: tuple[chat.Encoded, ...]
    too_long: int = 0


def read(path: Path) -> Iterator[Dialogue]:
    """Raises BadData with the line that is wrong."""
    try:
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _dialogue(line, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{path} cannot be read: {error}") from None


def encode(dialogues: Sequence[Dialogue], tokenizer: PreTrainedTokenizerBase, longest: int) -> Data:
    """By the model's own chat template, with what ends a turn. longest: tokens, all in all.

    Raises BadData where nothing is left.
    """
    made = [chat.encode(tokenizer, d.messages[:-1], d.messages[-1].content) for d in dialogues]
    kept = tuple(one for one in made if len(one.ids) <= longest)
    if not kept:
        why = f"all {len(made)} have more than {longest} tokens" if made else "there are none"
        raise BadData(f"no example to learn from: {why}; look at --from and --max-length")
    return Data(kept, len(made) - len(kept))


def _dialogue(line: str, where: str) -> Dialogue:
    try:
        row: dict[str, Any] = json.loads(line)
        told = [(str(m["role"]), m["content"]) for m in row["messages"]]
    except (ValueError, LookupError, TypeError):
        raise BadData(f'{where}: write {{"messages": [{{"role": …, "content": …}}, …]}}') from None
    for role, content in told:
        if role not in _ROLES or not isinstance(content, str):
            raise BadData(f"{where}: a message has a role of {', '.join(_ROLES)} and a text")
    if len(told) < 2 or told[-1][0] != "assistant" or not told[-1][1].strip():
        raise BadData(f"{where}: the last message is the assistant's answer, and it says something")
    return Dialogue(tuple(Message(role, content) for role, content in told))  # type: ignore[arg-type]
