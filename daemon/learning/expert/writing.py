"""What stages hand on, as lines of JSON that people can read, too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from synthd.daemon.bench.folder.layout import replace
from synthd.daemon.exits import BadInput
from synthd.daemon.learning.expert.relabel import Chat, Relabelled
from synthd.daemon.learning.expert.rollouts import Rollout, Turn
from synthd.synth.ports import Message, Prompt


def put_relabelled(path: Path, relabelled: Sequence[Relabelled]) -> None:
    rows = (
        {
            "task": one.rollout.task,
            "right": one.rollout.right,
            "own": one.own,
            "answer": one.answer,
            "turns": [
                {
                    "prompt": _messages(turn.prompt),
                    "completion": turn.completion,
                    "code": turn.code,
                    "cut": turn.cut,
                }
                for turn in one.rollout.turns
            ],
        }
        for one in relabelled
    )
    _put(path, rows)


def get_relabelled(path: Path) -> list[Relabelled]:
    """Raises BadInput."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
        return [_relabelled(row) for row in rows]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInput(f"{path} is damaged ({error!r}): remove its state file") from None


def put_chats(path: Path, chats: Sequence[Chat]) -> None:
    _put(
        path,
        (
            {"messages": _messages(chat.messages), "task": chat.task, "own": chat.own}
            for chat in chats
        ),
    )


def join(paths: Sequence[Path], out: Path) -> tuple[str, int]:
    """All lines in one file; its SHA-256 and how many they are. Raises BadInput."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(path.read_text("utf-8") for path in paths)
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from None
    replace(out, text)
    return hashlib.sha256(text.encode()).hexdigest(), text.count("\n")


def _relabelled(row: dict[str, Any]) -> Relabelled:
    turns = tuple(
        Turn(
            tuple(Message(m["role"], m["content"]) for m in turn["prompt"]),
            turn["completion"],
            turn["code"],
            turn["cut"],
        )
        for turn in row["turns"]
    )
    return Relabelled(Rollout(row["task"], turns, row["right"]), row["answer"], row["own"])


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    return [{"role": m.role, "content": m.content} for m in prompt]


def _put(path: Path, rows: Iterable[Any]) -> None:
    replace(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
