"""Everything that was said in a critique, a JSON object a line, written as it is said.

The first line says what was critiqued; `prompt` lines hold what was asked; `vote` and `trial`
lines what came of it; the last, `end`, what it comes to. Each line is one write: what was killed
leaves whole lines, and no `end`.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any

from platformdirs import user_state_path

from synthd.daemon.exits import BadInput
from synthd.synth.critique.critic import Vote
from synthd.synth.critique.trials import Trial
from synthd.synth.events import Answered, Asked, Event
from synthd.synth.ports import Prompt

SCHEMA = 1


def folder() -> Path:
    """Where records are that the user named no file for."""
    return user_state_path("synthd") / "critiques"


def usual_path() -> Path:
    """A new name in the user's own state folder."""
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}.jsonl"
    return folder() / name


@dataclass(slots=True)
class Record:
    """Use `with`; it is a Trace, too. Raises BadInput where the file is there or cannot be made."""

    path: Path
    _file: int = -1
    _asked: dict[str, Asked] = field(default_factory=dict)
    _tokens: dict[int, Answered] = field(default_factory=dict)
    _prompts: set[str] = field(default_factory=set)

    def __enter__(self) -> Record:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
        except FileExistsError:
            raise BadInput(f"--record {self.path}: the file exists; name another one") from None
        except OSError as error:
            raise BadInput(f"--record {self.path}: {error.strerror or error}") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def write(self, kind: str, values: Mapping[str, Any]) -> None:
        """Raises BadInput where there is no room: an answer that is not kept does not count."""
        row = json.dumps({"schema": SCHEMA, "kind": kind, **values}) + "\n"
        data = memoryview(row.encode())
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise BadInput(f"--record {self.path}: {error.strerror or error}") from None

    def begin(self) -> None:
        """Of another function: its nodes have the same names."""
        self._asked.clear()
        self._tokens.clear()

    def __call__(self, event: Event) -> None:
        match event:
            case Asked():
                self._asked[event.node] = event
                digest = prompt_hash(event.prompt)
                if digest not in self._prompts:
                    self._prompts.add(digest)
                    messages = [[one.role, one.content] for one in event.prompt]
                    self.write("prompt", {"sha256": digest, "messages": messages})
            case Answered():
                self._tokens[event.call] = event

    def vote(self, vote: Vote, model: str) -> None:
        said = {"answer": vote.answer, "cut": vote.cut, "opinion": vote.opinion}
        self.write("vote", {"node": vote.node, **self._call(vote.node, model), **said})

    def trial(self, trial: Trial, model: str) -> None:
        evaluation = trial.attempt.evaluation
        judged = {
            "body": trial.body,
            "came": trial.came,
            "verdict": evaluation.verdict,
            "report": evaluation.report,
            "labels": list(evaluation.labels),
        }
        answer = trial.attempt.candidate.completion
        call = self._call(trial.node, model)
        self.write("trial", {"node": trial.node, **call, "answer": answer, **judged})

    def _call(self, node: str, model: str) -> dict[str, Any]:
        """Of the model's call behind a node; nothing where there was none."""
        asked = self._asked.get(node)
        if asked is None:
            return {"model": None}
        told: dict[str, Any] = {
            "model": model,
            "prompt_sha256": prompt_hash(asked.prompt),
            "seed": asked.seed,
            "temperature": asked.temperature,
            "max_tokens": asked.max_tokens,
        }
        if answered := self._tokens.get(asked.call):
            told["prompt_tokens"] = answered.prompt_tokens
            told["completion_tokens"] = answered.completion_tokens
        return told


def prompt_hash(prompt: Prompt) -> str:
    text = json.dumps([[one.role, one.content] for one in prompt])
    return sha256(text.encode()).hexdigest()
