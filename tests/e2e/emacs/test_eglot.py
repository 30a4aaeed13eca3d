"""synthd in a real Emacs, by eglot and the few lines of docs/editors.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Story = Callable[..., dict[str, Any]]
STUB = 'def f():\n    """One.\n\n    >>> f()\n    1\n    """\n    pass\n'
SOLVED = STUB.replace("pass", "return 1")


def scripted_file(folder: Path, **script: object) -> tuple[Path, str]:
    text = f"# script: {json.dumps(script)}\n{STUB}"
    path = folder / "a.py"
    path.write_text(text)
    return path, text


def test_synthesize_look_accept_undo(story: Story, scripted: list[str], tmp_path: Path) -> None:
    """The edit waits until its code action is taken; typing elsewhere meanwhile does no harm."""
    file, text = scripted_file(tmp_path, tell=["drafting"])
    steps = [
        ["synthd", "synthesize"],
        ["state", "ready"],
        ["look"],
        ["type", "# more\n"],
        ["action"],
        ["state", "verified"],
        ["look"],
        ["undo"],
        ["look"],
    ]
    seen = story(scripted, file, steps, "synthd: accept the edit of f")
    waiting, accepted, undone = seen["seen"]
    assert waiting == text
    assert accepted.endswith(f"{SOLVED}# more\n")
    assert undone == f"{text}# more\n"
    assert "-    pass" in seen["diff"] and "+    return 1" in seen["diff"]
    assert "synthd: f: ready: f: all checks pass" in seen["messages"]


def test_by_code_actions_alone(story: Story, scripted: list[str], tmp_path: Path) -> None:
    """Started, rejected, and examples added from the function's tests."""
    file, text = scripted_file(tmp_path)
    (tmp_path / "test_a.py").write_text("from a import f\ndef test():\n    assert f(2) == 'b'\n")
    steps = [
        ["action"],
        ["state", "ready"],
        ["action"],
        ["state", "rejected"],
        ["look"],
        ["action"],
        ["text", ">>> f(2)"],
        ["look"],
    ]
    picked = [
        "synthd: synthesize f from 1 example",
        "synthd: reject the edit of f",
        "synthd: Add examples from its tests",
    ]
    rejected, added = story(scripted, file, steps, *picked)["seen"]
    assert rejected == text
    assert added == text.replace("    1\n", "    1\n    >>> f(2)\n    'b'\n")


def test_asked_in_a_message_where_nothing_else_was_said(
    story: Story, scripted: list[str], tmp_path: Path
) -> None:
    """Eglot shows no lenses: without options the server asks."""
    file, _ = scripted_file(tmp_path)
    steps = [["synthd", "synthesize"], ["state", "verified"], ["look"]]
    (text,) = story(scripted, file, steps, "Apply", options={})["seen"]
    assert text.endswith(SOLVED)


def test_the_whole_way(story: Story, home: dict[str, str], model: Any, tmp_path: Path) -> None:
    """From Emacs through the daemon to a model, a sandbox, and back into the buffer."""
    model.say = lambda prompt: "```python\ndef add(a, b):\n    return a + b\n```"
    stub = 'def add(a, b):\n    """Sum.\n\n    >>> add(20, 22)\n    42\n    """\n    ...\n'
    file = tmp_path / "whole.py"
    file.write_text(stub)
    environment = {
        **home,
        "OLLAMA_HOST": model.url,
        "SYNTHD_MODEL": "ollama/coder",
        "SYNTHD_STRATEGY": "seidr",
    }
    steps = [
        ["synthd", "synthesize"],
        ["state", "ready"],
        ["synthd", "accept"],
        ["state", "verified"],
        ["look"],
        ["undo"],
        ["look"],
    ]
    server = [sys.executable, "-m", "synthd.daemon", "lsp"]
    seen = story(server, file, steps, line=0, environment=environment)
    assert seen["seen"] == [stub.replace("...", "return a + b"), stub]
    assert seen["states"][0] == "running" and seen["states"][-1] == "verified"
