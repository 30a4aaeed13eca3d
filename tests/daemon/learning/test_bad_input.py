"""What goes wrong where something is learned, as a user meets it: an exit code and one sentence.

Each thing that is refused here works in the tests beside; nothing is left running or half written.
"""

from __future__ import annotations

import json
import os
import signal
import site
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

TASK = 'def double(x: int) -> int:\n    """Twice x.\n\n    >>> double(2)\n    4\n    """\n'
RIGHT, WRONG = "return 2 * x", "return x"
LIMIT = 300.0
LIBRARIES = ("torch", "transformers", "peft", "accelerate", "safetensors", "gguf")


@pytest.fixture(autouse=True)
def one_thread(shell: Any) -> None:
    shell.environment |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@pytest.fixture
def chats(shell: Any) -> Path:
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"Say {letter}."},
                {"role": "assistant", "content": f"It is {letter}, as you see."},
            ]
        }
        for letter in "bcdfghjklm"
    ]
    return Path(shell.file("".join(f"{json.dumps(row)}\n" for row in rows), "chats.jsonl"))


def sft(base: Path, *more: str, out: str = "made") -> tuple[str, ...]:
    return (
        *("train", "sft", "--from", "chats.jsonl", "--base", str(base), "--out", out),
        *("--device", "cpu", "--quiet", "--max-length", "64", *more),
    )


def searched(shell: Any, body: Callable[[int], str], *more: str) -> None:
    """A run over one task, whose model writes a body for each seed."""
    shell.file(TASK, "tasks/double.py")
    shell.model.draw = lambda asked: f"```python\n{body(asked['options']['seed'])}\n```"
    ended = shell.run(
        *("bench", "run", "--suite", "files:tasks", "--strategy", "sampling", "--samples", "4"),
        *("--quiet", "--judges", "1", "--out", "run", *more),
    )
    assert ended.code == 0, ended.err


@pytest.fixture
def without_libraries(tmp_path: Path) -> dict[str, str]:
    """An environment in which Python finds all that is installed but these libraries."""
    found = [Path(place) for place in site.getsitepackages() if Path(place).is_dir()]
    kept = tmp_path / "kept"
    kept.mkdir()
    for place in found:
        for entry in place.iterdir():
            if not entry.name.startswith(LIBRARIES) and not (kept / entry.name).exists():
                (kept / entry.name).symlink_to(entry)
    folder = tmp_path / "custom"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        f"found = {[str(place) for place in found]!r}\n"
        f"sys.path[:] = [{str(kept)!r} if path in found else path for path in sys.path]\n"
    )
    return {"PYTHONPATH": str(folder)}


def test_no_torch(shell: Any, chats: Path, tiny_directory: Path, without_libraries: Any) -> None:
    shell.environment |= without_libraries
    shell.file(TASK)
    base = ("--base", str(tiny_directory), "--out", "made")
    for command in (
        sft(tiny_directory),
        ("train", "verifier", "--from", "run", *base),
        ("train", "optune", "--from", "chats.jsonl", *base),
        ("train", "generator", "--suite", "files:tasks", *base),
        ("synth", "work.py", "--model", f"hf/{tiny_directory}"),
    ):
        ended = shell.run(*command)
        assert ended.code == 3, (command, ended.err)
        assert "pip install 'synthd[train]'" in ended.err and "Traceback" not in ended.err
    assert not (shell.folder / "made").exists()
    assert shell.run("strategies", "fttt").code == 0  # what it is can be read without


def test_too_little_memory(shell: Any, chats: Path, tiny_directory: Path) -> None:
    ended = shell.run(*sft(tiny_directory, "--batch", "1000000", "--peft", "full"))
    assert ended.code == 3, ended.err
    said = " ".join(ended.err.split())
    assert "this training needs about" in said and "has" in said and "GB free" in said
    assert "--batch 1 with more --accumulation would fit" in said
    assert not (shell.folder / "made" / "checkpoints").exists()


def test_a_loss_that_is_no_number(shell: Any, chats: Path, tiny_directory: Path) -> None:
    ended = shell.run(
        *sft(tiny_directory, "--peft", "full", "--lr", "1e30", "--epochs", "3", "--batch", "1"),
        limit=LIMIT,
    )
    assert ended.code == 3, ended.err
    said = " ".join(ended.err.split())
    assert "the loss is not finite at learning rate" in said and "try a smaller --lr" in said, said
    assert not (shell.folder / "made" / "model.safetensors").exists()


def test_programs_that_are_all_right_or_that_must_not_be_learned_from(
    shell: Any, tiny_directory: Path
) -> None:
    searched(shell, lambda seed: RIGHT)
    base = ("--from", "run", "--base", str(tiny_directory), "--out", "made")
    ended = shell.run("train", "verifier", *base)
    assert ended.code == 2, ended.err
    assert "right" in ended.err and "wrong" in ended.err and "Traceback" not in ended.err
    run = shell.folder / "run"  # as if it were of a benchmark
    for path in (run / "experiment.json", run / "tasks.json", run / "log.jsonl"):
        path.write_text(path.read_text().replace("files:tasks", "humaneval"))
    for what in ("verifier", "sft", "optune"):
        ended = shell.run("train", what, *base)
        assert ended.code == 2, (what, ended.err)
        assert "nothing may be trained on" in " ".join(ended.err.split()), what


def test_programs_that_are_all_wrong(shell: Any, tiny_directory: Path) -> None:
    searched(shell, lambda seed: WRONG)
    for what in ("verifier", "sft", "optune"):
        ended = shell.run(
            *("train", what, "--from", "run", "--base", str(tiny_directory), "--out", "made")
        )
        assert (ended.code, "Traceback" in ended.err) == (2, False), (what, ended.err)
        assert "right" in ended.err if what == "verifier" else "to learn from" in ended.err, what


def test_an_interrupted_training_goes_on_and_only_with_its_base(
    shell: Any, chats: Path, tiny_directory: Path, tiny: Any, tmp_path: Path
) -> None:
    few = ("--peft", "full", "--batch", "1", "--accumulation", "1", "--lr", "1e-4")
    few = (*few, "--epochs", "25", "--json")
    process = shell.start(*sft(tiny_directory, *few))
    assert process.stdout is not None
    for line in process.stdout:
        if "progress" in line:
            break
    ours = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130, err
    _, alive = psutil.wait_procs(ours, 30)
    assert ours and alive == []
    weights = shell.folder / "made" / "model.safetensors"
    assert not weights.exists()
    other = tiny(seed=1).saved(tmp_path / "other")
    ended = shell.run(*sft(other, *few), limit=LIMIT)
    assert ended.code == 2, ended.err
    assert "another" in ended.err and "--out" in ended.err and not weights.exists()
    ended = shell.run(*sft(tiny_directory, *few), limit=LIMIT)
    assert ended.code == 0 and weights.exists(), ended.err
    assert 0 < ended.objects[-1]["resumed_at"] < ended.objects[-1]["steps"]


@pytest.fixture
def small_disk(shell: Any) -> Iterator[Path]:
    place = shell.folder / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    command = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(shell: Any, chats: Path, tiny_directory: Path, small_disk: Path) -> None:
    few = ("--peft", "full", "--max-steps", "2", "--batch", "2", "--checkpoint-every", "1")
    ended = shell.run(*sft(tiny_directory, *few, out="disk/made"), limit=LIMIT)
    assert ended.code == 3, ended.err
    said = " ".join(ended.err.split())
    assert f"no checkpoint could be written in {small_disk}/made" in said, said
    assert "make room, and the same command goes on" in said and "Traceback" not in said


def test_a_base_that_is_none(shell: Any, chats: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (pickled / "config.json").write_text('{"model_type": "qwen2"}')
    for base in (tmp_path / "empty", pickled, tmp_path / "absent"):
        ended = shell.run(*sft(base))
        assert ended.code in (2, 3), ended.err
        assert str(base) in " ".join(ended.err.split()) and "Traceback" not in ended.err, ended.err
