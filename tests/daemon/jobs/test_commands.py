"""`synthd jobs` as a user runs it, with a daemon of the test's own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

STUB = '''
def double(x):
    """Twice x.

    >>> double(2)
    4
    >>> double(5)
    10
    """
    ...
'''
RIGHT = "```python\ndef double(x):\n    return 2 * x\n```"
PLANTED = "planted-key-0123456789"


@pytest.fixture
def daemon(shell: Any, own_daemon: Callable[[Any], Any]) -> Any:
    shell.environment["OPENAI_API_KEY"] = PLANTED
    shell.model.say = lambda prompt: RIGHT
    return own_daemon(shell)


def test_from_submit_to_export(daemon: Any, tmp_path: Path) -> None:
    file = daemon.file(STUB)
    submitted = daemon.run("jobs", "submit", f"{file}::double", "--batch", "--json", "--no-tested")
    assert submitted.code == 0, submitted.err
    (job,) = submitted.objects
    id = job["id"]
    assert job["priority"] == "batch" and job["function"] == "double"
    watched = daemon.run("jobs", "watch", id[:6])
    assert watched.code == 0, watched.err
    assert "verified" in watched.out and "2 * x" in watched.out
    again = daemon.run("jobs", "watch", id, "--json")
    kinds = [item["kind"] for item in again.objects]
    assert kinds[-1] == "job" and kinds.count("job") == 1 and kinds.count("event") >= 3
    assert again.objects[-1]["job"]["result"]["status"] == "verified"

    listed = daemon.run("jobs", "list")
    assert id in listed.out and "work.py::double" in listed.out and "verified" in listed.out
    assert daemon.run("jobs", "list", "--unfinished").out == "no jobs\n"
    shown = daemon.run("jobs", "show", id).out
    assert "ollama/coder" in shown and "return 2 * x" in shown

    exported = json.loads(daemon.run("jobs", "export", id).out)
    assert exported["text"] == STUB and exported["path"] == "work.py"
    assert exported["result"]["status"] == "verified" and exported["seed"] == 0
    assert str(daemon.folder) not in json.dumps(exported)
    assert daemon.run("jobs", "export", id, "--trace", "--out", "t.jsonl").code == 0
    assert "work.py::double" in daemon.run("show", "t.jsonl").out

    for path in (*tmp_path.rglob("*"),):
        if path.is_file():
            assert PLANTED.encode() not in path.read_bytes(), path


def test_cancel_stops_the_model_and_what_cannot_be_is_told(daemon: Any) -> None:
    daemon.model.seconds_per_word = 30
    file = daemon.file(STUB)
    id = daemon.run("jobs", "submit", str(file), "--json").objects[0]["id"]
    while not daemon.model.prompts:
        assert daemon.run("jobs", "show", id, "--json").objects[0]["state"] in (
            "queued",
            "running",
        )
    cancelled = daemon.run("jobs", "cancel", id, "nowhere")
    assert f"{id} cancelled" in cancelled.out
    assert cancelled.code == 2 and "synthd jobs list" in cancelled.err
    watched = daemon.run("jobs", "watch", id)
    assert watched.code == 130 and "cancelled" in watched.out
    assert daemon.run("jobs", "resume", id).code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("submit", "missing.py"), "missing.py"),
        (("submit", "work.py::nothing"), "nothing"),
        (("submit", "missing.rs"), "missing.rs"),
        (("submit", "work.py", "--tests", "t.py"), "t.py"),
    ],
)
def test_a_wrong_submission_starts_no_daemon(
    shell: Any, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    shell.environment["SYNTHD_RUNTIME_DIR"] = str(tmp_path / "runtime")
    os.makedirs(tmp_path / "runtime", mode=0o700)
    shell.file(STUB)
    ended = shell.run("jobs", *arguments)
    assert ended.code == 2 and said in ended.err
    assert not list((tmp_path / "runtime").iterdir())


def test_the_help_names_every_command(shell: Any) -> None:
    said = shell.run("jobs", "--help").out
    for command in ("list", "show", "watch", "cancel", "resume", "export", "submit"):
        assert command in said
