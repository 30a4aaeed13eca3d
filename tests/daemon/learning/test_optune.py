"""`synthd train optune`: from a run to an optimizer that a search may use, also after a kill."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.exits import BadInput
from synthd.daemon.learning import origin
from synthd.daemon.learning.bases import Base
from synthd.daemon.learning.optimizers import pinned
from synthd.daemon.learning.optune_data import gather

TASK = 'def double(x: int) -> int:\n    """Twice x.\n\n    >>> double(2)\n    4\n    """\n'
BODIES = ("return 2 * x", "return x", "return None")
MODULE = "synthd.synth.learning.optune.process"


def drawn(asked: dict[str, Any]) -> str:
    return f"```python\n{BODIES[asked['options']['seed'] % len(BODIES)]}\n```"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def run_of(folder: Path, identity: str) -> None:
    """As if these weights had drawn it."""
    path = folder / "experiment.json"
    told = json.loads(path.read_text())
    told["models"][0]["identity"] = identity
    path.write_text(json.dumps(told))


@pytest.fixture
def attempts(tmp_path: Path) -> Path:
    """Lines of data: say a letter."""
    made = [
        {
            "task": f"letters {letter}",
            "prompt": [{"role": "user", "content": f"Say {letter}."}],
            "completion": f"no {letter}",
            "correct": False,
            "solution": f"yes {letter}",
        }
        for letter in "bcdfghj"
    ]
    path = tmp_path / "letters.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in made))
    return path


def test_a_run_is_trained_on_and_its_optimizer_is_named_by_its_bytes(
    shell: Any, tiny_directory: Path
) -> None:
    (shell.folder / "tasks").mkdir()
    (shell.folder / "tasks" / "double.py").write_text(TASK)
    shell.model.draw = drawn
    run = ("bench", "run", "--suite", "files:tasks", "--quiet", "--judges", "1", "--out")
    ended = shell.run(*run, "run", "--strategy", "sampling", "--samples", "10")
    assert ended.code == 0, ended.err
    wanted = ("train", "optune", "--from", "run", "--base", str(tiny_directory), "--out", "made")
    ended = shell.run(*wanted, "--epochs", "1", "--held-out", "0", "--device", "cpu", limit=300)
    assert ended.code == 0, ended.err
    made = shell.folder / "made"
    found = rows(made / "data.jsonl")
    assert {row["correct"] for row in found} == {True, False}
    assert all("return 2 * x" in row["solution"] for row in found)
    assert all(row["prompt"][-1]["role"] == "user" for row in found)
    assert all(row["correct"] == ("2 * x" in row["completion"]) for row in found)
    config = json.loads((made / "config.json").read_text())
    told = hashlib.sha256((made / "optimizer.safetensors").read_bytes()).hexdigest()
    assert config["weights_sha256"] == told and config["trained"]["examples"] == len(found)
    weights = hashlib.sha256((tiny_directory / "model.safetensors").read_bytes()).hexdigest()
    assert (
        config["base"]["weights_sha256"] == weights and weights in (made / "README.md").read_text()
    )
    stranger = f"run: drawn by ollama/coder, not by {tiny_directory}"
    assert stranger in " ".join(ended.err.split()) and stranger in (made / "README.md").read_text()
    base = Base(str(tiny_directory), tiny_directory, weights)
    run_of(shell.folder / "run", weights)
    assert origin.others([str(shell.folder / "run"), str(made)], base) == ()
    run_of(shell.folder / "run", f"bfloat16:{weights}")
    assert origin.others([str(shell.folder / "run")], base) == ()
    assert pinned("optune", {"optimizer": str(made)}) == {"optimizer": str(made), "sha256": told}
    # What a model without weights of its own cannot do is said, and so is an unknown folder.
    use = (*run, "edited", "--strategy", "optune", "--retries", "0", "--set")
    ended = shell.run(*use, "optune.optimizer=nowhere")
    assert ended.code == 2 and "there is no trained optimizer" in ended.err
    ended = shell.run(*use, "optune.optimizer=made")
    assert ended.code == 2
    assert "changes weights, and ollama/coder gives none of its own" in ended.err


def test_another_hash_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    assert pinned("seidr", {"optimizer": "x"}) == {"optimizer": "x"}
    with pytest.raises(BadInput, match="synthd train optune --out"):
        pinned("optune", {"optimizer": str(tmp_path)})
    (tmp_path / "optimizer.safetensors").write_bytes(b"weights")
    with pytest.raises(BadInput, match="trained anew"):
        pinned("optune", {"optimizer": str(tmp_path), "sha256": "0" * 64})


def test_data_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"--from .*nowhere\.jsonl"):
        gather((str(tmp_path / "nowhere.jsonl"),), tmp_path, None, {})
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(BadInput, match="no attempt to learn from"):
        gather((str(tmp_path / "empty.jsonl"),), tmp_path, None, {})


def test_a_killed_training_comes_to_the_weights_of_one_that_was_not(
    tmp_path: Path, tiny_directory: Path, attempts: Path
) -> None:
    from synthd.synth.learning.optune.process import work
    from synthd.synth.learning.training.child import Child
    from synthd.synth.learning.training.errors import BadData, OtherTraining

    def config(out: str, **more: Any) -> dict[str, Any]:
        training: dict[str, Any] = {
            "lr": 1e-2,
            "epochs": 6,
            "accumulation": 2,
            "skip_not_finite": True,
        }
        training |= {"precision": "float32", "device": "cpu", "checkpoint_every": 1, "seed": 3}
        row = {"data": str(attempts), "base": str(tiny_directory), "out": str(tmp_path / out)}
        return {**row, "training": training, **more}

    file = tmp_path / "config.json"
    file.write_text(json.dumps(config("killed")))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout and process.stdin
    try:
        steps = 0
        while steps < 4:
            row = json.loads(process.stdout.readline())
            steps = row.get("progress", {}).get("step", steps)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    assert not (tmp_path / "killed" / "optimizer.safetensors").exists()
    heard = io.StringIO()
    resumed = work(config("killed"), Child(heard))
    first = next(row for row in map(json.loads, heard.getvalue().splitlines()) if "progress" in row)
    assert first["progress"]["step"] > 3, "it went on"
    whole = work(config("whole"), Child(io.StringIO()))
    assert resumed["weights_sha256"] == whole["weights_sha256"]
    assert resumed["held_out"] == whole["held_out"]
    # The folder is of this training alone, and nothing is learned from lines of something else.
    other = config("whole")
    other["training"]["lr"] = 1e-3
    with pytest.raises(OtherTraining, match="other settings"):
        work(other, Child(io.StringIO()))
    with pytest.raises(BadData, match="line 1"):
        work(config("new", data=str(file)), Child(io.StringIO()))
    with pytest.raises(BadData, match="longer than 16 tokens"):
        work(config("new", longest=16), Child(io.StringIO()))
