"""`synthd train sft` as a user meets it: stopped and gone on with, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def chats(shell: Any) -> Path:
    shell.environment["OMP_NUM_THREADS"] = "1"
    rows = (
        {
            "messages": [
                {"role": "user", "content": f"say {number}"},
                {"role": "assistant", "content": str(number) * 3},
            ]
        }
        for number in range(5)
    )
    path = Path(shell.folder / "chats.jsonl")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def command(base: Path, *more: str) -> list[str]:
    return [
        *("train", "sft", "--from", "chats.jsonl", "--base", str(base), "--out", "made"),
        *("--peft", "full", "--lr", "1e-3", "--accumulation", "1", "--device", "cpu"),
        *more,
    ]


@pytest.mark.soak
def test_stopped_it_leaves_a_checkpoint_and_the_same_command_goes_on(
    patient: None, shell: Any, chats: Path, tiny_directory: Path
) -> None:
    arguments = command(tiny_directory, "--epochs", "400", "--max-steps", "1200", "--json")
    process = shell.start(*arguments)
    told: list[dict[str, Any]] = []
    for line in process.stdout:
        told.append(json.loads(line))
        if told[-1]["kind"] == "progress":
            os.kill(process.pid, signal.SIGTERM)
            break
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    last = [json.loads(line) for line in out.splitlines()]
    stopped = max(row["step"] for row in (*told, *last) if row["kind"] == "progress")
    assert 0 < stopped < 1200
    assert [p.name for p in (shell.folder / "made/checkpoints").iterdir()] == [
        f"step-{stopped:08d}"
    ]
    other = shell.run(*arguments, "--seed", "1")
    assert other.code == 2
    assert "another base or other settings" in other.err
    ended = shell.run(*arguments)
    assert ended.code == 0, ended.err
    result = ended.objects[-1]
    assert (result["kind"], result["resumed_at"], result["steps"]) == ("result", stopped, 1200)
    assert result["last_loss"] < result["first_loss"]
    assert not (shell.folder / "made/checkpoints").exists()
    card = (shell.folder / "made/README.md").read_text()
    assert "SHA-256" in card and "5 examples" in card
    config = json.loads((shell.folder / "made/config.json").read_text())
    assert config["synthd_base"]["name"] == str(tiny_directory)


def test_what_cannot_be_is_refused_before_anything_is_trained(
    shell: Any, chats: Path, tiny_directory: Path
) -> None:
    for more, why in (
        (("--base", "nowhere"), "nowhere"),
        (("--gguf",), "convert_hf_to_gguf.py"),
        (("--schedule", "wavy"), "constant, linear, cosine"),
        (("--from", "absent.jsonl"), "absent.jsonl"),
    ):
        ended = shell.run(*command(tiny_directory), *more)
        assert ended.code in (2, 3), (more, ended.err)
        assert why in ended.err
        assert not (shell.folder / "made/config.json").exists()
    chats.write_text('{"messages": [{"role": "user", "content": "and?"}]}\n')
    ended = shell.run(*command(tiny_directory))
    assert ended.code == 2
    assert "the last message is the assistant's answer" in ended.err
