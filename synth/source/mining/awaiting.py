"""Async functions: tests await them, a doctest has to run them."""

from __future__ import annotations

import ast
import copy

from synthd.synth.source.arrows import Callee
from synthd.synth.source.mining.names import dotted


class _Unawaited(ast.NodeTransformer):
    def visit_Await(self, node: ast.Await) -> ast.AST:
        found: ast.AST = self.visit(node.value)
        return found

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        alone = len(node.args) == 1 and not node.keywords
        return node.args[0] if alone and dotted(node.func) == "asyncio.run" else node


def unawaited(node: ast.expr) -> ast.expr:
    """With calls alone, as functions that are not async are called."""
    found: ast.expr = _Unawaited().visit(copy.deepcopy(node))
    return found


class _Awaited(ast.NodeTransformer):
    def __init__(self, callee: Callee) -> None:
        self.callee = callee

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not self.callee.is_called_in(ast.Expression(node)) or _inner(node, self.callee):
            return node
        run = ast.Attribute(ast.Name("asyncio", ast.Load()), "run", ast.Load())
        return ast.Call(run, [node], [])


def awaited(node: ast.expr, callee: Callee) -> ast.expr:
    """As `python -m doctest` can run it: `asyncio.run(f(1))`."""
    found: ast.expr = _Awaited(callee).visit(copy.deepcopy(node))
    return found


def _inner(node: ast.Call, callee: Callee) -> bool:
    """Whether the call is one of its parts, not of the whole."""
    return any(callee.is_called_in(part) for part in ast.iter_child_nodes(node))
