"""Problems of HumanEval and MBPP as a user would have them: a file with a function to write.

Visible is what a user would give: the examples of the docstring, or the first assert. The suites'
own tests are held out. Left out are tasks without an example that can be read.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.sandbox.programs import Language, Program
from synthd.synth.source.place import place as find_place
from synthd.synth.source.splice import splice
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText
from synthd.synth.suites.catalog import load
from synthd.synth.suites.task import Task

DATASETS = Path(__file__).resolve().parents[4] / "shared" / "datasets"
FIXED = Path(__file__).with_name("problems.json")
SUITES = ("humaneval", "mbpp")


@dataclass(frozen=True, slots=True)
class Posed:
    """A task, prepared for a search. key: its suite and id."""

    key: str
    task: Task
    prepared: Prepared

    def program(self, body: str) -> Program:
        """The whole file with this body, for the tests that are held out."""
        raw = splice(self.prepared.source, self.prepared.target, body)
        return Program(Language.PYTHON, raw.decode())


def datasets() -> Path:
    return Path(os.environ.get("SYNTHD_DATASETS", DATASETS))


def fixed() -> list[str]:
    """The keys of the problems that are compared on."""
    held: list[str] = json.loads(FIXED.read_text("ascii"))["problems"]
    return held


def posed(keys: list[str], folder: Path) -> list[Posed]:
    tasks = {
        f"{suite}/{task.id}": task for suite in SUITES for task in load(suite, datasets()).tasks
    }
    found = [pose(key, tasks[key], folder) for key in keys]
    return [each for each in found if each is not None]


def all_posed(suite: str, folder: Path) -> Iterator[Posed]:
    """Every task that can be posed, in an order that knows nothing of the tasks."""
    tasks = {f"{suite}/{task.id}": task for task in load(suite, datasets()).tasks}
    for key in sorted(tasks, key=lambda key: hashlib.sha256(key.encode()).hexdigest()):
        if (found := pose(key, tasks[key], folder)) is not None:
            yield found


def pose(key: str, task: Task, folder: Path) -> Posed | None:
    """None where there is no example to be seen."""
    name = "task_" + "".join(c if c.isalnum() else "_" for c in key.lower())
    path = folder / f"{name}.py"
    examples: tuple[str, ...] = ()
    if task.before:
        path.write_text(task.before, "utf-8")
    else:
        stub = _stub(task)
        if stub is None:
            return None
        text, example = stub
        path.write_text(text, "utf-8")
        examples = (example,)
    source = SourceText.load(path)
    place = find_place(path, workspace=folder, environment={})
    try:
        prepared = prepare(source, find(source, task.entry), place, Wanted(examples=examples))
    except BadInput:
        return None
    return Posed(key, task, prepared)


def _stub(task: Task) -> tuple[str, str] | None:
    """MBPP's sentence as a docstring under the reference's signature, and its first assert."""
    sentence = ast.parse(task.prompt).body[0]
    assert isinstance(sentence, ast.Expr) and isinstance(sentence.value, ast.Constant)
    words, _, shown = str(sentence.value.value).strip().partition("\nassert ")
    try:
        compared = ast.parse(shown.strip(), mode="eval").body
    except SyntaxError:
        return None
    head = next(
        node
        for node in ast.parse(task.reference).body
        if isinstance(node, ast.FunctionDef) and node.name == task.entry
    )
    if not isinstance(compared, ast.Compare) or not isinstance(compared.ops[0], ast.Eq):
        return None
    quoted = words.strip().replace("\\", "\\\\").replace('"""', '\\"""')
    text = f'def {task.entry}({ast.unparse(head.args)}):\n    """{quoted}"""\n'
    return text, ast.unparse(compared)
