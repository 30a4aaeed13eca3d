"""Which names a piece of Python needs from around it."""

from __future__ import annotations

import ast

from synthd.synth.source.names import bound

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def free(node: ast.AST) -> set[str]:
    """The names that a node reads and does not bind in a scope of its own."""
    if isinstance(node, Scope):
        outside = [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        if not isinstance(node, ast.Lambda):
            outside += [*node.decorator_list, *([node.returns] if node.returns else [])]
        outside += [a.annotation for a in ast.walk(node.args)
                    if isinstance(a, ast.arg) and a.annotation]  # fmt: skip
        return inside(node).union(*map(free, outside))
    if isinstance(node, ast.Name):
        return {node.id}
    found = set().union(*map(free, ast.iter_child_nodes(node)))
    if isinstance(node, _COMPREHENSIONS):
        targets = [n for g in node.generators for n in ast.walk(g.target)]
        found -= {n.id for n in targets if isinstance(n, ast.Name)}
    return found


def inside(node: Scope) -> set[str]:
    """What a function's body needs, without its parameters and local variables."""
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    read = set().union(*map(free, body))
    local = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    for statement in body:
        if isinstance(statement, ast.stmt):
            local |= set(bound(statement))
            for part in ast.walk(statement):
                if isinstance(part, ast.Global):
                    local -= set(part.names)
    return read - local
