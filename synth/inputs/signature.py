"""The function's own line: its parameters and their annotations."""

from __future__ import annotations

import ast
import textwrap

from synthd.synth.inputs.calls import name_of
from synthd.synth.problem import Problem

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def definition(problem: Problem) -> Definition | None:
    """The entry point, without its body. None where nothing that is shown defines it."""
    for text in (problem.signature, problem.head, problem.start):
        last = (text.rstrip().splitlines() or [""])[-1]
        indent = len(last) - len(last.lstrip()) + 4
        body = textwrap.indent("pass", " " * indent)
        for source in (f"{text.rstrip()}\n{body}", text):
            try:
                tree = ast.parse(textwrap.dedent(source))
            except (SyntaxError, ValueError, RecursionError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, Definition) and node.name == name_of(problem):
                    return node
    return None


def positional(node: Definition, *, method: bool) -> list[ast.arg]:
    """The parameters that callers give, in order."""
    static = any(getattr(each, "id", "") == "staticmethod" for each in node.decorator_list)
    taken = [*node.args.posonlyargs, *node.args.args]
    return taken[1 if method and not static else 0 :]
