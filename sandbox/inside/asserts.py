"""Test files, rewritten so that every assert that is reached tells what it compared.

`assert f(x) == y` becomes two temporaries and a report; a failing assert is noted and the
test goes on, so that a candidate is scored by how many hold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

REACH, DECIDE = "__synthd_reach__", "__synthd_decide__"
_LEFT, _RIGHT = "_synthd_left", "_synthd_right"


class Site(NamedTuple):
    """An assert in the text: index in the table is what the rewritten code passes."""

    line: int
    given: str
    expected: str  # the right side's text, or what else must hold
    target_right: bool  # `assert 4 == f(2)`


class Rewritten(NamedTuple):
    code: ast.Module
    sites: list[Site]
    reaches: dict[str, list[int]]  # function name -> the asserts it may come to


def rewrite(text: str, path: str, target: str) -> Rewritten:
    tree = ast.parse(text, path)
    reaches = _reaches(tree)
    rewriter = _Rewriter(text, target)
    changed = rewriter.visit(tree)
    ast.fix_missing_locations(changed)
    lines = {name: _sites(rewriter.sites, found) for name, found in reaches.items()}
    return Rewritten(changed, rewriter.sites, lines)


def _sites(sites: list[Site], lines: set[tuple[int, int]]) -> list[int]:
    return [i for i, site in enumerate(sites) if any(site.line == line for line, _ in lines)]


def _reaches(tree: ast.Module) -> dict[str, set[tuple[int, int]]]:
    """By name and transitively: which asserts a function of the file may come to."""
    own: dict[str, set[tuple[int, int]]] = {}
    mentions: dict[str, set[str]] = {}
    for name, node in _functions(tree):
        inner = list(ast.walk(node))
        own.setdefault(name, set()).update(
            (n.lineno, n.col_offset) for n in inner if isinstance(n, ast.Assert)
        )
        names = {n.id for n in inner if isinstance(n, ast.Name)}
        names |= {n.attr for n in inner if isinstance(n, ast.Attribute)}
        mentions.setdefault(name, set()).update(names)
    return {name: _closure(name, own, mentions) for name in own}


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node


def _closure(
    name: str, own: dict[str, set[tuple[int, int]]], mentions: dict[str, set[str]]
) -> set[tuple[int, int]]:
    seen, todo, found = set(), [name], set()
    while todo:
        current = todo.pop()
        if current in own and current not in seen:
            seen.add(current)
            found |= own[current]
            todo.extend(mentions[current])
    return found


class _Rewriter(ast.NodeTransformer):
    def __init__(self, text: str, target: str) -> None:
        self._text = text
        self._target = target
        self.sites: list[Site] = []

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        index = len(self.sites)
        test = node.test
        compared = isinstance(test, ast.Compare) and len(test.ops) == 1
        right = compared and self._calls(test.comparators[0]) and not self._calls(test.left)  # type: ignore[attr-defined]
        self.sites.append(self._site(node, compared, right))
        message = _lambda(node.msg) if node.msg is not None else ast.Constant(None)
        made: list[ast.stmt] = [_call(REACH, [ast.Constant(index)])]
        if compared:
            assert isinstance(test, ast.Compare)
            made += [_assign(_LEFT, test.left), _assign(_RIGHT, test.comparators[0])]
            value: ast.expr = ast.Compare(_load(_LEFT), test.ops, [_load(_RIGHT)])
            sides: list[ast.expr] = [_load(_LEFT), _load(_RIGHT)]
        else:
            made += [_assign(_LEFT, test)]
            value = _load(_LEFT)
            sides = [_load(_LEFT), ast.Constant(None)]
        made.append(_call(DECIDE, [ast.Constant(index), value, *sides, message]))
        for statement in made:
            for part in ast.walk(statement):
                if not hasattr(part, "lineno") and isinstance(part, (ast.expr, ast.stmt)):
                    ast.copy_location(part, node)
        return made

    def _site(self, node: ast.Assert, compared: bool, right: bool) -> Site:
        test = node.test
        if not compared:
            return Site(node.lineno, self._source(test), "true", False)
        assert isinstance(test, ast.Compare)
        given = test.comparators[0] if right else test.left
        other = test.left if right else test.comparators[0]
        expected = self._source(other)
        if not isinstance(test.ops[0], ast.Eq):
            expected = "{} {}".format(_SIGNS.get(type(test.ops[0]), "?"), expected)
        return Site(node.lineno, self._source(given), expected, right)

    def _source(self, node: ast.expr) -> str:
        return " ".join((ast.get_source_segment(self._text, node) or "").split())

    def _calls(self, node: ast.expr) -> bool:
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        names |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        return self._target in names or "candidate" in names


_SIGNS: dict[type, str] = {
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), value)


def _call(name: str, args: list[ast.expr]) -> ast.stmt:
    return ast.Expr(ast.Call(_load(name), args, []))


def _lambda(body: ast.expr) -> ast.expr:
    empty = ast.arguments([], [], None, [], [], None, [])
    return ast.Lambda(empty, body)
