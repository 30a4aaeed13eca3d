"""`synthd examples`: what tests state, shown, and written into the docstring."""

from __future__ import annotations

import json

STUB = "def total(prices):\n    ...\n"
TEST = "from work import total\n\ndef test_total():\n    assert total(['a', 'b']) == 'ab'\n"


def test_shown_and_written(shell) -> None:
    shell.file("", "pyproject.toml")
    shell.file(STUB)
    shell.file(TEST, "test_work.py")
    shown = shell.run("examples", "work.py::total")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == ">>> total(['a', 'b'])\n'ab'\n    (test, test_work.py:4)\n"
    written = shell.run("examples", "work.py::total", "--write", "--json")
    (example,) = json.loads(written.out)["examples"]
    assert example == {
        "example": ">>> total(['a', 'b'])\n'ab'",
        "origin": "test_work.py:4",
        "kind": "test",
    }
    text = (shell.folder / "work.py").read_text()
    assert text == (
        "def total(prices):\n    \"\"\"\n    >>> total(['a', 'b'])\n    'ab'\n    \"\"\"\n    ...\n"
    )
    again = shell.run("examples", "work.py::total", "--write")
    assert again.code == 1
    assert "says more of it than its docstring does" in again.out
    assert (shell.folder / "work.py").read_text() == text


def test_what_cannot_be_named(shell) -> None:
    shell.file(STUB)
    for target, why in (
        ("work.py", "name one Python function"),
        ("work.rs::total", "name one Python function"),
        ("work.py::other", "has no function other"),
        ("gone.py::total", "No such file"),
    ):
        ended = shell.run("examples", target)
        assert ended.code == 2
        assert why in ended.err
