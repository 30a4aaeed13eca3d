"""The search tree while it grows: looked at, pruned and stopped by keys."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]
Diary = Callable[[], list[dict[str, Any]]]

DRAFT = {
    "id": "draft-1",
    "parent": None,
    "purpose": "draft",
    "score": 0.5,
    "verdict": "rejected",
    "passed": 1,
    "total": 2,
    "tokens": 92,
    "seconds": 1.2,
    "error": "f(2): gives None",
    "code": "def f():\n\treturn None\n",
}
REPAIR = {**DRAFT, "id": "repair-1", "parent": "draft-1", "purpose": "repair", "code": "bad\x1b[0m"}
OTHER = {**DRAFT, "id": "draft-2", "score": 0.0, "passed": 0, "error": "", "tokens": 40}
WRITING = {"id": "draft-3", "parent": None, "purpose": "draft", "score": None, "verdict": "open"}
# The tree comes one by one while its job goes on; the last one only with its end.
NODES = [DRAFT, REPAIR, OTHER, WRITING, {**WRITING, "id": "never"}]
TOLD = {
    "message": "seidr · 3 of 40 programs",
    "function": "f",
    "strategy": "seidr",
    "model": "coder:0.5b",
    "endpoint": "this machine",
}


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@pytest.fixture
def searching(editor: Any, write: Write, gate: Path) -> Iterator[Any]:
    """An editor whose search shows its tree."""
    editor.open(write(tell=[TOLD], gate=str(gate), nodes=NODES, report="# What was tried\n"))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    editor.say("Synthd search")
    editor.sees("⟳       draft")
    yield editor
    gate.touch()


def test_the_tree_has_scores_costs_and_errors(searching: Any) -> None:
    rows = searching.sees("f · running  seidr · coder:0.5b · this machine", "p prune · s stop")
    tree = [row for row in rows if "draft" in row or "repair" in row]
    assert tree == [
        "  ✗ 1/2   draft ← best  92 tokens · 1.2 s  f(2): gives None",
        "    ✗ 1/2   repair ← best  92 tokens · 1.2 s  f(2): gives None",
        "  ✗ 0/2   draft  40 tokens · 1.2 s",
        "  ⟳       draft",
    ]


def test_a_program_is_looked_at(searching: Any) -> None:
    searching.keys("<CR>")
    rows = searching.sees("def f():", "return None")
    assert sum("return None" in row for row in rows) == 1
    searching.keys("<CR>")
    searching.gone("return None")
    searching.keys("j<CR>")
    searching.sees("      bad [0m")


def test_a_program_is_pruned(searching: Any, diary: Diary) -> None:
    searching.keys("jp")
    searching.sees("synthd: nothing more is made of this repair")
    assert {"pruned": ["remote-1", "repair-1"]} in [
        {**fact, "pruned": ["remote-1", fact["pruned"][1]]} for fact in diary() if "pruned" in fact
    ]
    searching.keys("ggp")
    searching.sees("put the cursor on a program")


def test_the_search_is_stopped(searching: Any, diary: Diary) -> None:
    searching.keys("s")
    searching.sees("synthd: f: cancelled", "f · cancelled")
    searching.gone("p prune")
    searching.keys("p")
    searching.sees("this search is over")
    assert any("cancelled" in fact for fact in diary())


def test_its_edit_is_shown_where_its_search_is_looked_at(searching: Any, gate: Path) -> None:
    gate.touch()
    searching.sees("a accept · r reject", "+    return 1")
    searching.keys("q")
    searching.sees("f · ready", "d diff")
    searching.keys("d")
    searching.sees("+    return 1")
    searching.keys("a")
    searching.sees("✓ verified", "f · verified")


def test_it_is_read_as_a_page(searching: Any) -> None:
    searching.keys("o")
    searching.sees("# What was tried")
    searching.keys("q")
    searching.gone("# What was tried")
    searching.keys("q")
    searching.gone("p prune")


def test_without_a_search_there_is_nothing_to_show(
    start: Callable[..., Any], scripted: list[str], write: Write
) -> None:
    editor = start(scripted)
    editor.open(write())
    editor.say("Synthd search")
    editor.sees("no search yet: :Synthd synthesize")
