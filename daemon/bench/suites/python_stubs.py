"""The file of a task of HumanEval or MBPP, as a user would have written it."""

from __future__ import annotations

import ast
import sys

from synthd.daemon.bench.suites.stubs import Stub, module_name
from synthd.sandbox.programs import CodeTests
from synthd.synth.suites.quietly import parse
from synthd.synth.suites.task import Task


def completed(suite: str, task: Task) -> Stub:
    """Of a task whose prompt a completion continues: the prompt."""
    return Stub(module_name(suite, task.id), _docstring_first(task), task.entry)


def from_sentence(suite: str, task: Task) -> Stub:
    """Of a task of MBPP: its sentence as a docstring under the reference's signature. Above it
    stand the imports of the asserts, and the reference's classes that they name."""
    sentence = parse(task.prompt).body[0]
    assert isinstance(sentence, ast.Expr) and isinstance(sentence.value, ast.Constant)
    words, _, shown = str(sentence.value.value).strip().partition("\nassert ")
    quoted = words.strip().replace("\\", "\\\\").replace('"""', '\\"""')
    if quoted.endswith('"'):
        quoted += " "
    first = f"assert {shown.strip()}"
    parts = [*_imports(task, first), *_classes(task)]
    above = "".join(f"{part}\n" for part in parts) + ("\n\n" if parts else "")
    text = f'{above}def {task.entry}({_parameters(task)}):\n    """{quoted}"""\n'
    return Stub(module_name(suite, task.id), text, task.entry, _example(first))


def _docstring_first(task: Task) -> str:
    """HumanEval/115 has an import before its docstring, which makes that none: above the function
    it does the same."""
    text = task.before
    function = _function(text, task.entry)
    first = function.body[0]
    if not isinstance(first, ast.Import | ast.ImportFrom):
        return text
    lines = text.splitlines(keepends=True)
    moved = lines.pop(first.lineno - 1).lstrip()
    return "".join([*lines[: function.lineno - 1], moved, *lines[function.lineno - 1 :]])


def _parameters(task: Task) -> str:
    return ast.unparse(_function(task.reference, task.entry).args)


def _function(text: str, name: str) -> ast.FunctionDef:
    """The last of this name, which is the one that counts."""
    functions = [n for n in parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name]
    return functions[-1]


def _imports(task: Task, shown: str) -> list[str]:
    """Those of the tests, and modules of the standard library that the shown assert names."""
    found: list[str] = []
    if isinstance(task.tests, CodeTests):
        body = parse(task.tests.text).body
        found = [
            ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)
        ]
    try:
        names = [node.value for node in ast.walk(parse(shown)) if isinstance(node, ast.Attribute)]
    except (SyntaxError, ValueError):
        return found
    modules = [node.id for node in names if isinstance(node, ast.Name)]
    found += [f"import {name}" for name in modules if name in sys.stdlib_module_names]
    return list(dict.fromkeys(found))


def _classes(task: Task) -> list[str]:
    if not isinstance(task.tests, CodeTests):
        return []
    tests = parse(f"{task.tests.setup}\n{task.tests.text}")
    named = {node.id for node in ast.walk(tests) if isinstance(node, ast.Name)}
    classes = [node for node in parse(task.reference).body if isinstance(node, ast.ClassDef)]
    return [f"\n\n{ast.unparse(node)}" for node in classes if node.name in named]


def _example(shown: str) -> tuple[str, ...]:
    """An assert as an example; () for one that is none."""
    try:
        (stated,) = parse(shown).body
    except (SyntaxError, ValueError):
        return ()
    match stated:
        case ast.Assert(test=ast.Compare(ops=[ast.Eq()]) as compared):
            return (ast.unparse(compared),)
        case ast.Assert(test=ast.UnaryOp(op=ast.Not(), operand=ast.expr() as operand)):
            return (f"bool({ast.unparse(operand)}) == False",)
        case ast.Assert(test=ast.Call() as call):
            return (f"bool({ast.unparse(call)}) == True",)
    return ()
