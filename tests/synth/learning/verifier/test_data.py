"""Groups of programs, splits by task, and pairs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from synthd.synth.learning.verifier import data
from synthd.synth.learning.verifier.data import BadData, Example, Group


def group(task: str, right: int = 2, wrong: int = 3) -> Group:
    return Group(
        task,
        f"write {task}",
        tuple(f"right {i}" for i in range(right)),
        tuple(f"wrong {i}" for i in range(wrong)),
    )


def test_prompts_without_both_are_dropped_and_contradictions_left_out() -> None:
    found = data.gathered(
        [
            Example("a", "x", "good", True),
            Example("a", "x", "good", True),
            Example("a", "x", "bad", False),
            Example("a", "x", "either", False),
            Example("a", "x", "either", True),
            Example("b", "y", "good", True),
            Example("c", "z", "bad", False),
        ]
    )
    assert found.groups == (Group("a", "x", ("good",), ("bad",)),)
    assert (found.dropped, found.contradictory) == (2, 1)


def test_nothing_to_learn_is_said() -> None:
    with pytest.raises(BadData, match="a trace without both right and wrong programs"):
        data.gathered([Example("b", "y", "good", True)])


def test_tasks_are_on_one_side() -> None:
    groups = [group(f"t{i}") for i in range(20)] + [Group("t3", "another", ("r",), ("w",))]
    parts = data.split(groups, 0.15, seed=1)
    out = {one.task for one in parts.held_out}
    assert len(out) == 3 and not out & {one.task for one in parts.train}
    assert data.split(groups, 0.15, seed=1) == parts != data.split(groups, 0.15, seed=2)
    assert data.split(groups, 0.0, seed=1).held_out == ()
    with pytest.raises(BadData, match="too few"):
        data.split(groups[:1], 0.15, seed=1)


def test_pairs_are_drawn_uniformly_for_each_prompt() -> None:
    groups = (group("a", 2, 3), group("b", 1, 1))
    pairs = data.drawn(groups, 600, seed=1)
    assert Counter(pair.group for pair in pairs) == {0: 600, 1: 600}
    counts = Counter((pair.chosen, pair.rejected) for pair in pairs if pair.group == 0)
    assert len(counts) == 6 and min(counts.values()) > 60
    assert data.drawn(groups, 600, seed=1) == pairs != data.drawn(groups, 600, seed=2)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    parts = data.split([group(f"t{i}") for i in range(5)], 0.2, seed=0)
    first = data.write(tmp_path / "data.jsonl", parts)
    assert data.read(tmp_path / "data.jsonl") == parts
    assert data.write(tmp_path / "again.jsonl", parts) == first
    (tmp_path / "data.jsonl").write_text("{}\n")
    with pytest.raises(BadData):
        data.read(tmp_path / "data.jsonl")
