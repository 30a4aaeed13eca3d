"""MBPP: all of it, and the sanitized part. Asserts that call a function, which the text names
nowhere: the prompt shows the first assert, as evalplus does; the others stay unseen.

`challenge_test_list`, which 11 rows of the full set have, is left out, as the paper does.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from synthd.sandbox.programs import CodeTests, Language
from synthd.synth.suites.errors import SuiteDamaged
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.quietly import parse
from synthd.synth.suites.task import Suite, Task

LICENCE = "CC-BY-4.0 (google-research-datasets/mbpp)"
# Its README: 1–10 for few-shot prompts, 11–510 test, 511–600 validation, 601–974 training.
TRAIN = range(601, 975)


class _Full(DataRow):
    task_id: int
    text: str
    code: str
    test_list: tuple[str, ...]
    test_setup_code: str = ""


class _Sanitized(DataRow):
    task_id: int
    prompt: str
    code: str
    test_list: tuple[str, ...]
    test_imports: tuple[str, ...]


def load_sanitized(data: Path) -> Suite:
    path = locate(data, "mbpp/sanitized-mbpp.jsonl.gz")
    tasks = tuple(
        _task(path, line, str(row.task_id), row.prompt, row.code, (row.test_imports, row.test_list))
        for line, row in rows(path, _Sanitized)
    )
    return Suite("mbpp", "MBPP, sanitized", LICENCE, tasks, digest(path), path)


def load_full(data: Path) -> Suite:
    path = locate(data, "mbpp/mbpp.jsonl.gz")
    tasks = tuple(
        _task(
            path,
            line,
            str(row.task_id),
            row.text,
            row.code,
            ((), row.test_list),
            row.test_setup_code,
        )
        for line, row in rows(path, _Full)
    )
    note = "367, 601 and 927 hand instances of the program's own classes to it."
    return Suite("mbpp-full", "MBPP, all of it", LICENCE, tasks, digest(path), path, note)


def load_train(data: Path) -> Suite:
    """The tasks of all of MBPP that its README sets apart for training."""
    whole = load_full(data)
    tasks = tuple(task for task in whole.tasks if int(task.id) in TRAIN)
    note = "927 hands instances of the program's own class to it."
    return replace(whole, name="mbpp-train", title="MBPP, for training", tasks=tasks, note=note)


def _task(
    path: Path,
    line: int,
    task_id: str,
    text: str,
    code: str,
    tests: tuple[tuple[str, ...], tuple[str, ...]],
    setup: str = "",
) -> Task:
    code, setup = _lf(code), _lf(setup)
    imports, asserts = tests[0], tuple(_lf(test) for test in tests[1])
    try:
        names = _Names(code, "\n".join(asserts), setup)
    except SyntaxError as error:
        raise SuiteDamaged(path, line, f"not Python ({error.msg})") from None
    if not names.entry:
        raise SuiteDamaged(path, line, "the asserts call no function of the program")
    lines = [part for part in (*imports, *names.imports, *asserts) if part.strip()]
    return Task(
        id=task_id,
        language=Language.PYTHON,
        prompt=prompt(text, asserts[0]),
        entry=names.entry,
        tests=CodeTests(
            entry=names.entry,
            text="\n".join(lines) + "\n",
            setup=setup,
        ),
        reference=code,
    )


def prompt(text: str, first: str) -> str:
    """A docstring, as evalplus shows it."""
    body = f"{text.strip()}\n{first.strip()}".replace("\\", "\\\\").replace('"""', '\\"""')
    return f'"""\n{body}\n"""\n'


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Names:
    """What the asserts name: functions and modules of the program.

    entry: the program's function that they call most. imports: the program's import statements
    whose modules the tests use.
    """

    def __init__(self, code: str, asserts: str, setup: str) -> None:
        program, calls, ready = parse(code), parse(asserts), parse(setup)
        functions = {node.name for node in program.body if isinstance(node, ast.FunctionDef)}
        classes = {node.name for node in program.body if isinstance(node, ast.ClassDef)}
        used = set(_loaded(calls)) | set(_loaded(ready))
        called = Counter(name for name in _called(calls) if name in functions)
        self.entry = called.most_common(1)[0][0] if called else ""
        missing = used - functions - classes - set(dir(builtins))
        self.imports = tuple(
            ast.unparse(node)
            for node in program.body
            if isinstance(node, ast.Import | ast.ImportFrom)
            and {alias.asname or alias.name for alias in node.names} & missing
        )


def _loaded(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


def _called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
