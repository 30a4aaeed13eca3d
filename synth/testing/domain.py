"""What a function is declared to take and to do, as far as its text says it plainly.

An exception is *announced* where the docstring or a visible check names its class: raising it is
behaviour like any other. An input is *outside* what is documented where an argument is not of its
annotated type, or the docstring speaks of positive, non-negative or non-empty inputs and an
argument is none: there a TypeError or ValueError is a refusal, and the input does not count.
Every other exception is a crash.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.inputs.calls import calls, name_of
from synthd.synth.inputs.signature import definition, positional
from synthd.synth.problem import Check, Doctest, Problem, TestFile
from synthd.synth.testing.types import expression, fits

_NAMED = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Exit|Interrupt)\b|\bStop(?:Async)?Iteration\b")
_DENIED = re.compile(
    r"(?:\bnever|\bnot|\bwithout|n't)\s+(?:\w+\s+)?rais\w*\s+(?:an?\s+)?`*$", re.IGNORECASE
)
_RAISES = re.compile(r"\braises\(\s*\(?([^)]*)")
_TRACEBACK = re.compile(r"^([A-Za-z_][\w.]*)(?::|\s*$)", re.MULTILINE)
_POSITIVE = re.compile(r"\bpositive\b|\bgreater than (?:0|zero)\b|> 0\b", re.IGNORECASE)
_NATURAL = re.compile(r"\bnon-?negative\b|\bnatural number|>= 0\b", re.IGNORECASE)
_FILLED = re.compile(r"\bnon-?empty\b|\bnot empty\b|\bat least one\b", re.IGNORECASE)
REFUSALS = ("TypeError", "ValueError")


@dataclass(frozen=True, slots=True)
class Domain:
    """name: what callers say. positive, natural, filled: what the docstring says of inputs."""

    name: str
    parameters: tuple[tuple[str, ast.expr | None], ...] = ()
    returns: ast.expr | None = None
    announced: frozenset[str] = frozenset()
    positive: bool = False
    natural: bool = False
    filled: bool = False

    def announces(self, kind: str) -> bool:
        """Also by a base class: who announces ArithmeticError may divide by zero."""
        return any(_is_a(kind, named) for named in self.announced)

    def refuses(self, call: str, kind: str) -> bool:
        """Whether this exception turns down an input that the function is not for."""
        return kind in REFUSALS and self.excludes(call)

    def excludes(self, call: str) -> bool:
        node = _inner(call, self.name)
        return node is not None and any(self._strange(*each) for each in self._arguments(node))

    def bare(self, call: str) -> bool:
        """Whether the call's value is the function's own, not something made of it."""
        node = expression(call)
        return isinstance(node, ast.Call) and node is _direct(node, self.name)

    def _arguments(self, node: ast.Call) -> Iterator[tuple[ast.expr | None, ast.expr]]:
        known = dict(self.parameters)
        for place, value in enumerate(node.args):
            yield self.parameters[place][1] if place < len(self.parameters) else None, value
        for word in node.keywords:
            yield known.get(word.arg or ""), word.value

    def _strange(self, annotation: ast.expr | None, value: ast.expr) -> bool:
        if annotation is not None and fits(annotation, value) is False:
            return True
        try:
            held = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, RecursionError):
            return False
        if isinstance(held, int | float) and not isinstance(held, bool):
            return (self.positive and held <= 0) or (self.natural and held < 0)
        return self.filled and hasattr(held, "__len__") and not held


def domain(problem: Problem) -> Domain:
    text, node = problem.statement, definition(problem)
    method = "." in problem.entry_point
    natural = bool(_NATURAL.search(text))
    return Domain(
        name=name_of(problem),
        parameters=tuple(
            (each.arg, each.annotation)
            for each in (positional(node, method=method) if node else ())
        ),
        returns=node.returns if node else None,
        announced=frozenset([*_said(text), *_expected(problem.spec.visible)]),
        positive=bool(_POSITIVE.search(text)) and not natural,
        natural=natural,
        filled=bool(_FILLED.search(text)),
    )


def _said(text: str) -> Iterator[str]:
    for found in _NAMED.finditer(text):
        if not _DENIED.search(text[: found.start()]):
            yield found.group()


def _expected(checks: tuple[Check, ...]) -> Iterator[str]:
    """The exceptions that visible checks ask for."""
    for check in checks:
        match check:
            case Doctest(want=want) if want.startswith("Traceback"):
                for kind in _TRACEBACK.findall(want):
                    yield kind.rsplit(".", 1)[-1]
            case TestFile(text=text):
                for kinds in _RAISES.findall(text):
                    yield from re.findall(r"\w+(?=\s*(?:,|$))", kinds.split("match=")[0])
            case _:
                pass


def _is_a(kind: str, named: str) -> bool:
    if kind == named:
        return True
    raised, base = getattr(builtins, kind, None), getattr(builtins, named, None)
    return isinstance(raised, type) and isinstance(base, type) and issubclass(raised, base)


def _inner(call: str, name: str) -> ast.Call | None:
    node = expression(call)
    if node is None:
        return None
    return next((found.inner for found in calls(ast.Expression(node), name)), None)


def _direct(node: ast.Call, name: str) -> ast.Call | None:
    called = node.func
    mine = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    return node if mine == name else None
