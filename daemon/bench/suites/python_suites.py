"""HumanEval and MBPP in Python: the docstring's examples steer, the suites' own tests score."""

from __future__ import annotations

import ast
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, Split
from synthd.daemon.bench.suites.function import FunctionCase
from synthd.daemon.bench.suites.stubs import Stub, module_name
from synthd.synth.suites import humaneval, mbpp
from synthd.synth.suites.quietly import parse
from synthd.synth.suites.task import Suite, Task

_NOTHING = "without an example that can be read, so that nothing steers: one greedy draft each"


def load_humaneval(data: Path) -> BenchSuite:
    suite = humaneval.load_humaneval(data)
    return _suite(
        suite,
        tuple(_completed(suite.name, task) for task in suite.tasks),
        "HumanEval (openai/human-eval), 2021",
        "the docstring's examples",
        "the suite's own `check`",
    )


def load_mbpp(data: Path) -> BenchSuite:
    suite = mbpp.load_sanitized(data)
    return _suite(
        suite,
        tuple(_from_sentence(suite.name, task) for task in suite.tasks),
        "MBPP, sanitized (google-research-datasets/mbpp)",
        "the first assert, which is shown",
        "all asserts of the task, the first among them",
    )


def _suite(
    suite: Suite, cases: tuple[FunctionCase, ...], version: str, visible: str, held_out: str
) -> BenchSuite:
    unsteered = sum(not case.stub.steers for case in cases)
    counted = f"; {unsteered} of {len(cases)} tasks are {_NOTHING}" if unsteered else ""
    return BenchSuite(
        name=suite.name,
        title=suite.title,
        licence=suite.licence,
        version=version,
        sha256=suite.sha256,
        split=Split(visible + counted, "none", held_out),
        cases=cases,
        note=suite.note,
    )


def _completed(suite: str, task: Task) -> FunctionCase:
    """The prompt is the file."""
    stub = Stub(module_name(suite, task.id), _docstring_first(task), task.entry)
    return FunctionCase(task.id, stub, task.tests, task.reference)


def _docstring_first(task: Task) -> str:
    """HumanEval/115 has an import before its docstring, which makes that none: above the function
    it does the same."""
    text = task.before
    function = next(
        node
        for node in parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == task.entry
    )
    first = function.body[0]
    if not isinstance(first, ast.Import | ast.ImportFrom):
        return text
    lines = text.splitlines(keepends=True)
    moved = lines.pop(first.lineno - 1).lstrip()
    return "".join([*lines[: function.lineno - 1], moved, *lines[function.lineno - 1 :]])


def _from_sentence(suite: str, task: Task) -> FunctionCase:
    """MBPP's sentence as a docstring under the reference's signature."""
    sentence = parse(task.prompt).body[0]
    assert isinstance(sentence, ast.Expr) and isinstance(sentence.value, ast.Constant)
    words, _, shown = str(sentence.value.value).strip().partition("\nassert ")
    quoted = words.strip().replace("\\", "\\\\").replace('"""', '\\"""')
    text = f'def {task.entry}({_parameters(task)}):\n    """{quoted}"""\n'
    stub = Stub(module_name(suite, task.id), text, task.entry, _example(shown))
    return FunctionCase(task.id, stub, task.tests, task.reference)


def _parameters(task: Task) -> str:
    functions = (n for n in parse(task.reference).body if isinstance(n, ast.FunctionDef))
    return ast.unparse(next(n for n in functions if n.name == task.entry).args)


def _example(shown: str) -> tuple[str, ...]:
    try:
        compared = ast.parse(shown.strip(), mode="eval").body
    except SyntaxError:
        return ()
    match compared:
        case ast.Compare(ops=[ast.Eq()]):
            return (ast.unparse(compared),)
    return ()
