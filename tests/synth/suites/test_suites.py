"""What every suite must be: complete, of one piece, and with programs that can be read."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.sandbox import programs
from synthd.sandbox.programs import Exchanges, Language, Rows
from synthd.synth.suites.catalog import describe, load, names
from synthd.synth.suites.quietly import parse
from synthd.synth.suites.task import Part, Suite

Load = Callable[[str], Suite]
SIZES = {
    "humaneval": 164,
    "humaneval+": 164,
    "humaneval+mini": 164,
    "mbpp": 427,
    "mbpp-full": 974,
    "mbpp+": 378,
    "humaneval-x-python": 164,
    "humaneval-x-cpp": 164,
    "humaneval-x-rust": 164,
    "psb2": 25,
    "psb2-stdio": 25,
    "psb2-stdio-cpp": 25,
}
ROWS = {
    "humaneval+": 124_253,
    "humaneval+mini": 2_677,
    "mbpp+": 40_629,
    "psb2": 55_466,
    "psb2-stdio": 55_466,
}


def functions(text: str) -> set[str]:
    return {node.name for node in parse(text).body if isinstance(node, ast.FunctionDef)}


def test_names() -> None:
    assert set(names()) == set(SIZES)
    assert all(describe(name) for name in names())


@pytest.mark.parametrize("name", SIZES)
def test_complete(name: str, suite: Load) -> None:
    loaded = suite(name)
    assert loaded.name == name
    assert len(loaded.tasks) == SIZES[name]
    assert len({task.id for task in loaded.tasks}) == SIZES[name]
    assert all(task.prompt and loaded.find(task.id) is task for task in loaded.tasks)
    assert loaded.title and loaded.licence and len(loaded.sha256) == 64


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_every_row_is_there(name: str, rows: int, suite: Load) -> None:
    found = 0
    for task in suite(name).tasks:
        assert isinstance(task.tests, Rows | Exchanges)
        found += len(task.tests.rows)
    assert found == rows


@pytest.mark.parametrize("name", [name for name in SIZES if not name.endswith(("cpp", "rust"))])
def test_python_references(name: str, suite: Load) -> None:
    for task in suite(name).tasks:
        assert task.language is Language.PYTHON
        assert not task.entry or task.entry in functions(task.reference), task.id
        assert parse(task.reference).body
        assert parse(task.prompt).body, "a prompt stands alone"


@pytest.mark.parametrize("name", ["humaneval-x-cpp", "humaneval-x-rust"])
def test_compiled_languages(name: str, suite: Load) -> None:
    for task in suite(name).tasks:
        assert task.entry
        assert isinstance(task.tests, programs.MainTests) and task.tests.text
        assert task.reference.startswith(task.prompt[:20])


def test_psb2_has_programs_in_both_languages(suite: Load) -> None:
    python, cpp = suite("psb2-stdio"), suite("psb2-stdio-cpp")
    for one, other in zip(python.tasks, cpp.tasks, strict=True):
        assert one.id == other.id and one.tests == other.tests
        assert "int main()" in other.reference


@pytest.mark.parametrize("name", ["humaneval", "humaneval-x-python"])
def test_checks_of_humaneval(name: str, suite: Load) -> None:
    for task in suite(name).tasks:
        tests = task.tests
        assert isinstance(tests, programs.CodeTests) and tests.check == "check" and tests.head
        assert functions(tests.text) == {"check"}
        assert not any(isinstance(node, ast.Expr) for node in parse(tests.text).body)
        assert tests.entry in functions(tests.head)


@pytest.mark.parametrize("name", ["humaneval", "mbpp", "mbpp+", "humaneval-x-rust"])
def test_the_hash_is_that_of_the_file(name: str, suite: Load) -> None:
    loaded = suite(name)
    assert loaded.sha256 == hashlib.sha256(loaded.source.read_bytes()).hexdigest()


def test_prompts_show_no_test_but_the_first(suite: Load) -> None:
    for task in suite("mbpp").tasks:
        assert isinstance(task.tests, programs.CodeTests)
        shown = [line for line in task.prompt.split("\n") if line.startswith("assert ")]
        assert len(shown) == 1, task.id


def test_parts_and_limits(data: Path) -> None:
    visible = load("psb2", data, part=Part.VISIBLE, limit=50)
    held_out = load("psb2", data, part=Part.HELD_OUT)
    for one, other in zip(visible.tasks, held_out.tasks, strict=True):
        assert isinstance(one.tests, Rows) and isinstance(other.tests, Rows)
        assert len(one.tests.rows) == 50 and len(other.tests.rows) == 2000
        assert one.prompt == other.prompt
    base = load("humaneval+", data, part=Part.VISIBLE)
    plus = load("humaneval+", data, part=Part.HELD_OUT)
    rows = sum(
        len(t.tests.rows) for s in (base, plus) for t in s.tasks if isinstance(t.tests, Rows)
    )
    assert rows == ROWS["humaneval+"]
