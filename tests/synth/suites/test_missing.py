"""Suites and folders that are not there, and files that are damaged."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from synthd.synth.suites.catalog import load
from synthd.synth.suites.errors import SuiteDamaged, SuiteError, SuiteMissing, UnknownSuite
from synthd.synth.suites.files import data_folder
from synthd.synth.suites.literals import NotLiteral, assigned
from synthd.synth.suites.task import Part

ROW = {
    "task_id": "HumanEval/0",
    "prompt": 'def f():\n    """One."""\n',
    "entry_point": "f",
    "canonical_solution": "    return 1\n",
    "test": "def check(candidate):\n    assert candidate() == 1\n",
}


def put(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_unknown_names_come_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownSuite, match=r"Did you mean humaneval\?.*mbpp-full"):
        load("human_eval", tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SuiteMissing, match=r"MbppPlus-OriginFmt\.jsonl\.gz is not there.*--data"):
        load("mbpp+", tmp_path)


def test_the_data_folder(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    environment = {"SYNTHD_DATASETS": str(tmp_path)}
    assert data_folder(other, environment) == other
    assert data_folder(None, environment) == tmp_path
    with pytest.raises(SuiteMissing, match="SYNTHD_DATASETS"):
        data_folder(None, {"SYNTHD_DATASETS": ""})
    with pytest.raises(SuiteMissing, match="is not a folder"):
        data_folder(tmp_path / "none", environment)


@pytest.mark.parametrize("name", ["humaneval/HumanEval.jsonl", "HumanEval.jsonl"])
def test_unpacked_and_flat_files_will_do(name: str, tmp_path: Path) -> None:
    put(tmp_path, name, json.dumps(ROW), "")
    (task,) = load("humaneval", tmp_path).tasks
    assert task.reference == 'def f():\n    """One."""\n    return 1\n'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        (json.dumps({**ROW, "prompt": 5}), "line 2: prompt: "),
        ("{}", "line 2: task_id: "),
    ],
)
def test_damaged_lines_are_named(line: str, said: str, tmp_path: Path) -> None:
    put(tmp_path, "HumanEval.jsonl", json.dumps(ROW), line)
    with pytest.raises(SuiteDamaged, match=said):
        load("humaneval", tmp_path)


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    packed = gzip.compress(f"{json.dumps(ROW)}\n".encode() * 99)
    (tmp_path / "HumanEval.jsonl.gz").write_bytes(packed[:-9])
    with pytest.raises(SuiteDamaged, match="cannot be read"):
        load("humaneval", tmp_path)


def test_suites_without_parts_say_so(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"mbpp has no visible part; these have: humaneval\+"):
        load("mbpp", tmp_path, part=Part.VISIBLE)


@pytest.mark.parametrize(
    "text", ["a = f()", "a = __import__('os')", "a = [b]", "a = 1\na = 2", "a = 'x' + 1", "a = -''"]
)
def test_only_literals_are_read(text: str) -> None:
    with pytest.raises(NotLiteral):
        assigned(text, "a")


def test_literals() -> None:
    text = "from math import inf\na = [(1, -2.5), {1}, set(), {'k': None}, -inf, 1 - 2j]\nb = nan"
    a, b, c = assigned(text, "a", "b", "c")
    assert a == [(1, -2.5), {1}, set(), {"k": None}, float("-inf"), 1 - 2j]
    assert isinstance(b, float) and b != b
    assert c is None
