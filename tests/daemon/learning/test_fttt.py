"""`fttt` as a user runs it: with weights in a folder, which stay as they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.synth.ports import Message, Prompt

pytest.importorskip("peft", reason="the extra `train` is not installed")

DOUBLE = '''def double(x: int) -> int:
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
'''
WRONG = "    return x\n```"


def repeating(tiny: Callable[..., Any], prompt: Prompt, folder: Path) -> Path:
    """The folder of a model that was trained to go on with `return x`."""
    import torch

    from synthd.synth.learning import chat

    one = tiny(1)
    optimizer = torch.optim.Adam(one.model.parameters(), lr=1e-2)
    lesson = chat.encode(one.tokenizer, prompt, WRONG)
    ids = torch.tensor([lesson.ids])
    for _ in range(200):
        logits = one.model(input_ids=ids).logits[0, lesson.prompt - 1 : -1]
        loss = torch.nn.functional.cross_entropy(logits, ids[0, lesson.prompt :])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < 0.02:
            break
    assert loss.item() < 0.02, "it knows it by heart"
    return one.saved(folder)


def question(shell: Any) -> Prompt:
    """What any model is asked first, and the beginning of the answer."""
    asked: list[dict[str, Any]] = []
    shell.model.draw = lambda request: str(asked.append(request))
    shell.run("synth", "work.py", "--strategy", "best-of-n", "--set", "best-of-n.n=1")
    said = tuple(Message(**message) for message in asked[0]["messages"] if message["content"])
    assert said[-1].role == "user"
    return (*said, Message("assistant", f"```python\n{DOUBLE}"))


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def told(path: Path, kind: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [{**row, "at": 0} for row in rows if row["kind"] == kind]


def test_a_search_that_learns_is_kept_shown_and_replayed(
    shell: Any, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    shell.file(DOUBLE)
    folder = repeating(tiny, question(shell), tmp_path / "repeating")
    before = digest(folder)
    asked = ["synth", "work.py", "--strategy", "fttt", "--model", f"hf/{folder}"]
    asked += [
        word for name in ("n=4", "lr=0.02", "temperature=0") for word in ("--set", f"fttt.{name}")
    ]
    first = shell.run(*asked, "--cache", "--trace", "first.jsonl", limit=300)
    trace = shell.folder / "first.jsonl"
    attempts = told(trace, "tried")
    assert len(attempts) == 4, first.err
    assert attempts[0]["candidate"]["code"].strip() == "return x"
    learned = told(trace, "tuned")
    lessons = sum(bool(row["candidate"]["code"]) for row in attempts[:3])
    assert lessons == 3 and len(learned[-1]["learned"]) == lessons
    for step in learned[-1]["learned"]:
        assert step["loss"] > 0 and step["gradient_norm"] > 0 and step["kl"] > 0
    assert digest(folder) == before

    shown = shell.run("show", str(trace))
    assert shown.out.count("learned lesson 1, step 1: loss") == 1, shown.out
    (facts,) = shell.run("show", str(trace), "--json").objects
    assert facts["nodes"][-1]["learned"] == learned[-1]["learned"]

    again = shell.run(*asked, "--replay", "--trace", "second.jsonl", limit=300)
    assert again.code == first.code, again.err
    for kind in ("asked", "tuned", "answered"):
        assert told(shell.folder / "second.jsonl", kind) == told(trace, kind)


def test_a_job_of_the_daemon_learns_too(
    shell: Any, own_daemon: Callable[[Any], Any], tiny: Callable[..., Any], tmp_path: Path
) -> None:
    """By the engine that all jobs share, and just as the command does."""
    file = shell.file(DOUBLE)
    folder = repeating(tiny, question(shell), tmp_path / "repeating")
    before = digest(folder)
    asked = ["--strategy", "fttt", "--model", f"hf/{folder}", "--no-tested"]
    asked += [
        word for name in ("n=3", "lr=0.02", "temperature=0") for word in ("--set", f"fttt.{name}")
    ]
    first = shell.run("synth", "work.py", *asked, "--trace", "first.jsonl", limit=300)
    own = told(shell.folder / "first.jsonl", "tuned")
    assert len(own) == 2, first.err

    daemon = own_daemon(shell)
    submitted = daemon.run("jobs", "submit", f"{file}::double", *asked, "--json")
    assert submitted.code == 0, submitted.err
    id = submitted.objects[0]["id"]
    watched = daemon.run("jobs", "watch", id, "--json", limit=300)
    assert watched.objects[-1]["job"]["status"] == "unsolved", watched.err
    assert daemon.run("jobs", "export", id, "--trace", "--out", "job.jsonl").code == 0
    for row, known in zip(told(daemon.folder / "job.jsonl", "tuned"), own, strict=True):
        # Its time is its own.
        for step in (*row["learned"], *known["learned"]):
            step["seconds"] = 0
        assert row == known
    assert digest(folder) == before


def test_a_model_that_is_only_asked_is_refused_in_one_sentence(shell: Any) -> None:
    shell.file(DOUBLE)
    ended = shell.run("synth", "work.py", "--strategy", "fttt+")
    assert ended.code != 0 and not shell.model.prompts
    assert "ollama/coder gives none of its own: use a model hf/" in " ".join(ended.err.split())
