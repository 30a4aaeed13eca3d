"""`synthd train generator`: stages that go on after a kill, and a model that loads at their end."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

TASKS = {
    "double": 'def double(x: int):\n    """Twice x.\n\n    >>> double(2)\n    4\n    """\n',
    "first": 'def first(x: list):\n    """The first.\n\n    >>> first([3, 4])\n    3\n    """\n',
}
# By the seed of the call: right for one of the tasks, or for none.
BODIES = ("return 2 * x", "return x[0]", "return x", "return None")
LIMIT = 300.0


def drawn(asked: dict[str, Any]) -> str:
    return f"```python\n{BODIES[asked['options']['seed'] % len(BODIES)]}\n```"


@pytest.fixture
def rollouts(shell: Any) -> Path:
    """A run over two tasks of our own; every search has a conversation of two turns at most."""
    for name, text in TASKS.items():
        (shell.folder / "tasks").mkdir(exist_ok=True)
        (shell.folder / "tasks" / f"{name}.py").write_text(text)
    shell.model.draw = drawn
    shell.environment["OMP_NUM_THREADS"] = "1"
    ended = shell.run(
        *("bench", "run", "--suite", "files:tasks", "--strategy", "multi-turn"),
        *("--set", "multi-turn.n=1", "--set", "multi-turn.turns=2", "--samples", "5"),
        *("--out", "first", "--quiet", "--judges", "1"),
    )
    assert ended.code == 0, ended.err
    return Path(shell.folder / "first")


def command(base: Path, *more: str) -> list[str]:
    return [
        *("train", "generator", "--base", str(base), "--suite", "files:tasks", "--out", "made"),
        *("--first-rollouts", "first", "--device", "cpu", "--quiet", "--max-length", "1024"),
        *("--rollouts", "2", "--turns", "2", "--max-tokens", "16", "--lr", "1e-3"),
        *("--accumulation", "4", "--epochs", "1"),
        *more,
    ]


def states(folder: Path) -> dict[str, dict[str, Any]]:
    found = sorted((folder / "made" / "stages").glob("*.state.json"))
    return {path.name.removesuffix(".state.json"): json.loads(path.read_text()) for path in found}


def killed_after(shell: Any, arguments: list[str], stage: str) -> None:
    """kill -9 as soon as the stage is noted as done."""
    process = shell.start(*arguments)
    until = time.monotonic() + LIMIT
    try:
        while process.poll() is None and time.monotonic() < until:
            if states(shell.folder).get(stage, {}).get("done"):
                break
            time.sleep(0.02)
        assert process.poll() is None, process.communicate()
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_killed_training_goes_on_with_the_stage_it_was_in(
    shell: Any, rollouts: Path, tiny_directory: Path
) -> None:
    arguments = command(tiny_directory, "--iterations", "1", "--method", "rft")
    killed_after(shell, arguments, "03-expand-1.jsonl")
    before = states(shell.folder)
    assert not before.get("04-sft-1", {}).get("done")
    ended = shell.run(*arguments, limit=LIMIT)
    assert ended.code == 0, ended.err
    assert "03-expand-1.jsonl: done before" in ended.err
    after = states(shell.folder)
    assert list(after) == ["01-rollouts-0", "02-relabel-1.jsonl", "03-expand-1.jsonl", "04-sft-1"]
    assert all(after[name] == before[name] for name in list(after)[:3])
    assert after["04-sft-1"]["examples"] == after["03-expand-1.jsonl"]["chats"] > 0
    assert after["02-relabel-1.jsonl"]["relabelled"] == 0
    assert json.loads((shell.folder / "made" / "config.json").read_text())["synthd_base"]["sha256"]
    # Other settings under the same name of a folder are refused.
    other = shell.run(*arguments, "--seed", "3")
    assert other.code == 2
    assert "made with other settings" in other.err


@pytest.mark.soak
def test_two_iterations_roll_out_the_model_that_was_trained(
    patient: None, shell: Any, rollouts: Path, tiny_directory: Path
) -> None:
    ended = shell.run(*command(tiny_directory, "--iterations", "2"), limit=2 * LIMIT)
    assert ended.code == 0, ended.err
    after = states(shell.folder)
    assert after["03-relabel-1.jsonl"]["relabelled"] > 0
    assert list(after) == [
        "01-rollouts-0",
        "02-verifier-1",
        "03-relabel-1.jsonl",
        "04-expand-1.jsonl",
        "05-sft-1",
        "06-rollouts-1",
        "07-verifier-2",
        "08-relabel-2.jsonl",
        "09-expand-2.jsonl",
        "10-sft-2",
    ]
    assert after["06-rollouts-1"]["rollouts"] == 4
    assert after["06-rollouts-1"]["inputs"]["model"] != after["01-rollouts-0"]["inputs"]["model"]


def test_what_must_not_be_learned_from_is_refused(shell: Any, tiny_directory: Path) -> None:
    made = command(tiny_directory)
    made[made.index("files:tasks")] = "humaneval[:2]"
    beside = Path(__file__).parents[4] / "shared" / "datasets"
    folder = Path(os.environ.get("SYNTHD_DATASETS") or beside)
    if not (folder / "humaneval").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    ended = shell.run(*made, "--data", str(folder))
    assert ended.code == 2
    assert "HumanEval has no training part" in ended.err
    assert not (shell.folder / "made").exists()
