"""HumanEval, and its copy in HumanEval-X."""

from __future__ import annotations

import ast
from pathlib import Path

from synthd.sandbox.programs import CodeTests, Language
from synthd.synth.suites.errors import SuiteDamaged
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.quietly import parse
from synthd.synth.suites.task import Suite, Task

CHECK = "check"


class _Row(DataRow):
    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    test: str


class _RowX(DataRow):
    task_id: str
    prompt: str
    canonical_solution: str
    test: str


def load_humaneval(data: Path) -> Suite:
    path = locate(data, "humaneval/HumanEval.jsonl.gz")
    return Suite(
        name="humaneval",
        title="HumanEval",
        licence="MIT (OpenAI)",
        tasks=tuple(
            _task(row.task_id, row.prompt, row.canonical_solution, row.entry_point, row.test)
            for _, row in rows(path, _Row)
        ),
        sha256=digest(path),
        source=path,
    )


def load_humaneval_x_python(data: Path) -> Suite:
    """The tests of the copy end with the call `check(name)`; it is taken off here, so that
    there is one convention: `check` gets the entry point from whoever runs the tests."""
    path = locate(data, "humaneval-x/humaneval_python.jsonl.gz")
    tasks = []
    for line, row in rows(path, _RowX):
        try:
            test, entry = _without_call(row.test)
        except (SyntaxError, ValueError):
            raise SuiteDamaged(path, line, "the test does not end with check(name)") from None
        tasks.append(_task(row.task_id, row.prompt, row.canonical_solution, entry, test))
    return Suite(
        name="humaneval-x-python",
        title="HumanEval-X, Python",
        licence="Apache-2.0 (THUDM/CodeGeeX)",
        tasks=tuple(tasks),
        sha256=digest(path),
        source=path,
    )


def _task(task_id: str, prompt: str, solution: str, entry: str, test: str) -> Task:
    # The prompt stands alone as a head: its last function has a docstring for a body.
    return Task(
        id=task_id,
        language=Language.PYTHON,
        prompt=prompt,
        before=prompt,
        entry=entry,
        tests=CodeTests(entry=entry, text=test, head=prompt, check=CHECK),
        reference=prompt + solution,
    )


def _without_call(test: str) -> tuple[str, str]:
    """The text before the last statement, and the name in `check(name)`. Raises ValueError."""
    last = parse(test).body[-1]
    match last:
        case ast.Expr(ast.Call(ast.Name("check"), [ast.Name(entry)], [])):
            return "\n".join(test.split("\n")[: last.lineno - 1]) + "\n", entry
    raise ValueError(ast.unparse(last))
