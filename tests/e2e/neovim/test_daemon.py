"""From the key to a model, a sandbox and back into the buffer, through a real daemon."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]

TEXT = (
    "# Real input.\n"
    "def add(a: int, b: int) -> int:\n"
    '    """Return the sum of a and b.\n\n'
    "    >>> add(1, 2)\n    3\n    >>> add(-5, 5)\n    0\n    >>> add(10, 7)\n    17\n"
    '    """\n'
    "    ...\n"
)
STUB = TEXT.splitlines().index("    ...") + 1
RIGHT = "```python\ndef add(a, b):\n    return a + b\n```"
WAYS = pytest.mark.parametrize(
    "options", [[], ["--no-daemon"]], ids=["through the daemon", "all in one process"]
)


def lsp(*options: str) -> list[str]:
    return [sys.executable, "-m", "synthd.daemon", "lsp", *options]


@pytest.fixture
def scripted_model(home: dict[str, str], model: Any) -> dict[str, str]:
    """The environment in which synthd asks the scripted model."""
    model.say = lambda prompt: RIGHT
    return home | {
        "OLLAMA_HOST": model.url,
        "SYNTHD_MODEL": "ollama/coder",
        "SYNTHD_STRATEGY": "seidr",
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "whole.py"
    path.write_text(TEXT)
    return path


@WAYS
def test_the_whole_way(
    start: Start, scripted_model: dict[str, str], file: Path, options: list[str]
) -> None:
    editor = start(lsp(*options), scripted_model)
    editor.open(file)
    editor.go(STUB)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    editor.sees("+    return a + b", "a accept")
    assert editor.command("echo bufname(1)").endswith("whole.py")
    editor.keys("a")
    editor.sees("synthd: add", "✓ verified")
    assert editor.text == [*TEXT.splitlines()[:-1], "    return a + b"]
    editor.keys("u")
    assert editor.text == TEXT.splitlines()


def test_two_editors_share_a_daemon_and_one_is_killed(
    start: Start, scripted_model: dict[str, str], model: Any, file: Path, tmp_path: Path
) -> None:
    """The other one's job goes on to its end, and so does that of the dead one."""
    model.seconds_per_word = 0.5  # both searches are under way when one editor dies
    other = tmp_path / "other.py"
    other.write_text(TEXT)
    first, second = (start(lsp(), scripted_model) for _ in range(2))
    for editor, path in ((first, file), (second, other)):
        editor.open(path)
        editor.go(STUB)
        editor.say("Synthd synthesize")
    second.sees("⟳")
    first.sees("⟳")

    def ends() -> list[str]:
        return [job["status"] for job in told(scripted_model, "jobs", "list")]

    second.wait(lambda: len(ends()) == 2, "both jobs in the daemon")
    first.kill()
    second.sees("+    return a + b")
    second.keys("a")
    second.sees("✓ verified")
    assert second.text[-1] == "    return a + b"
    assert file.read_text() == TEXT

    second.wait(lambda: "running" not in ends(), "the end of both jobs")
    assert ends() == ["verified"] * 2
    (daemon,) = told(scripted_model, "daemon", "status")
    assert daemon["running"] and not daemon["other_daemons"]


def told(environment: Mapping[str, str], *command: str) -> list[dict[str, Any]]:
    said = subprocess.run(
        [sys.executable, "-m", "synthd.daemon", *command, "--json"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in said.stdout.splitlines()]


@pytest.mark.real_model
def test_with_a_real_model(
    start: Start, weights: Mapping[str, str], home: dict[str, str], file: Path
) -> None:
    """`weights` is the environment in which `synthd lsp` finds the 0.5B model, or skips."""
    editor = start(lsp(), {**weights, **home})
    editor.open(file)
    editor.go(STUB)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    editor.wait(lambda: editor.line("a accept"), "a preview", 200)
    editor.keys("a")
    editor.sees("✓ verified")
    namespace: dict[str, Any] = {}
    exec("\n".join(editor.text), namespace)
    assert namespace["add"](20, 22) == 42
    editor.keys("u")
    assert editor.text == TEXT.splitlines()
    assert os.path.exists(file)
