"""The arguments of examples' calls: values that can be changed, or source that is left alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random
from typing import Any

from synthd.synth.inputs.calls import Call, name_of
from synthd.synth.inputs.mutations import any_of, mutants
from synthd.synth.inputs.signature import definition, positional
from synthd.synth.problem import Problem


class Argument:
    def __init__(self, node: ast.expr) -> None:
        self.text = ast.unparse(node)
        try:
            self.value, self.literal = ast.literal_eval(node), True
        except (ValueError, TypeError, SyntaxError, RecursionError):
            self.value, self.literal = None, False

    def mutants(self, random: Random) -> Iterator[str]:
        if self.literal:
            yield from map(written, mutants(self.value, random))

    def any(self, random: Random) -> str:
        return written(any_of(self.value, random)) if self.literal else self.text


def written(value: Any) -> str:
    """repr, which for floats may be no expression."""
    text = repr(value)
    return text.replace("inf", "float('inf')") if text in ("inf", "-inf") else text


def bare(problem: Problem, arity: int) -> Call:
    """A call of so many arguments, to be replaced."""
    call = ast.parse(f"{name_of(problem)}({', '.join(['0'] * arity)})", mode="eval").body
    assert isinstance(call, ast.Call)
    return Call(call, call)


def parameters(problem: Problem) -> list[ast.arg] | None:
    """The positional ones that callers give, in order; None without a signature."""
    node = definition(problem)
    return None if node is None else positional(node, method="." in problem.entry_point)
