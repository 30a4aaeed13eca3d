"""The calls that the visible checks make, taken apart so that others can be made like them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synthd.synth.problem import Check, Doctest, Example, Problem, TestFile


@dataclass(frozen=True, slots=True)
class Call:
    """An expression around a call of the entry point, such as `sorted(f([1], 2))`."""

    whole: ast.expr
    inner: ast.Call

    @property
    def text(self) -> str:
        return ast.unparse(self.whole)

    @property
    def arguments(self) -> list[ast.expr]:
        return [*self.inner.args, *(word.value for word in self.inner.keywords)]

    def with_arguments(self, texts: Sequence[str]) -> str:
        """The same expression with other arguments, in the order of `arguments`."""
        values = [ast.parse(text, mode="eval").body for text in texts]
        inner = copy.copy(self.inner)
        inner.args = values[: len(self.inner.args)]
        inner.keywords = [
            ast.keyword(word.arg, value)
            for word, value in zip(self.inner.keywords, values[len(inner.args) :], strict=True)
        ]
        return ast.unparse(_replaced(self.whole, self.inner, inner))


def name_of(problem: Problem) -> str:
    """What a call calls: a program that only reads and prints is written as one of `program`."""
    if not problem.entry_point:
        return "program"
    return problem.entry_point.rsplit(".", 1)[-1]


def example_calls(problem: Problem) -> list[Call]:
    """In the order of the checks, each once."""
    found = {
        call.text: call
        for check in problem.spec.visible
        for tree in _trees(check)
        for call in calls(tree, name_of(problem))
    }
    return list(found.values())


def calls(tree: ast.AST, name: str) -> Iterator[Call]:
    """Every call of `name`, with the calls around it: those make one value of another."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and (inner := _innermost(node, name)) is not None:
            yield Call(node, inner)
        else:
            yield from calls(node, name)


def _trees(check: Check) -> Iterator[ast.AST]:
    match check:
        case Example():
            text = check.call
        case Doctest():
            text = check.source
        case TestFile():
            text = check.text
    try:
        yield ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError):
        return


def _innermost(node: ast.expr, name: str) -> ast.Call | None:
    """The call of `name` that node is, or that its only argument is or wraps in turn."""
    if not isinstance(node, ast.Call):
        return None
    called = node.func
    if (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) == name:
        plain = not any(isinstance(argument, ast.Starred) for argument in node.args)
        return node if plain and all(word.arg for word in node.keywords) else None
    if len(node.args) == 1 and isinstance(called, ast.Name | ast.Attribute):
        return _innermost(node.args[0], name)
    return None


def _replaced(whole: ast.expr, old: ast.Call, new: ast.Call) -> ast.expr:
    if whole is old:
        return new
    assert isinstance(whole, ast.Call)
    outer = copy.copy(whole)
    outer.args = [_replaced(whole.args[0], old, new)]
    return outer
