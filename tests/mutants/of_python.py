"""Mutants of a Python function: programs that differ from it in one small thing.

Which there are, and in what order they come, depends on the text and the seed alone.
"""

from __future__ import annotations

import ast
import copy
import random
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


class Mutant(NamedTuple):
    what: str  # which operator made it, and on which line
    text: str


class _Place(NamedTuple):
    """Where a node stands: a field of its parent, or an element of that field."""

    parent: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


_Made = Iterator[tuple[str, ast.AST]]


def mutants(
    source: str, entry: str, seed: str, others: frozenset[str] | None = None
) -> Iterator[Mutant]:
    """Of the function entry, and of those of the others that it comes to; all different.

    others: by default every function that stands beside it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    choices = [
        (place, node, what, made)
        for function in _targets(tree, entry, others)
        for place, node in _nodes(function)
        for what, made in _changes(node)
    ]
    random.Random(seed).shuffle(choices)
    for place, node, what, made in choices:
        place.put(ast.fix_missing_locations(made))
        text = ast.unparse(tree) + "\n"
        place.put(node)
        if text not in seen:
            seen.add(text)
            yield Mutant(f"{what}, line {getattr(node, 'lineno', 0)}", text)


def _targets(tree: ast.Module, entry: str, others: frozenset[str] | None) -> list[ast.AST]:
    """Of several functions of one name the last counts."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    chosen, waiting = [], [entry]
    while waiting:
        function = functions.pop(waiting.pop(0), None)
        if function is None:
            continue
        chosen.append(function)
        names = [node.id for node in ast.walk(function) if isinstance(node, ast.Name)]
        waiting += [name for name in names if others is None or name in others]
    if entry != (chosen[0].name if chosen else ""):
        raise ValueError(f"there is no function {entry}")
    return list(chosen)


def _nodes(function: ast.AST) -> Iterator[tuple[_Place, ast.AST]]:
    """All that its body consists of, without docstrings and annotations."""
    waiting = [function]
    while waiting:
        parent = waiting.pop()
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "decorator_list", "ctx", "ops", "op"):
                continue
            many = isinstance(value, list)
            for index, node in enumerate(value if many else [value]):
                if not isinstance(node, ast.AST) or _is_text(node):
                    continue
                yield _Place(parent, field, index if many else None), node
                # The text in an f-string is not an expression.
                if not isinstance(node, ast.JoinedStr):
                    waiting.append(node)


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _changes(node: ast.AST) -> _Made:
    for kind, operator in _KINDS:
        if isinstance(node, kind):
            yield from operator(copy.deepcopy(node))


def _compared(node: ast.Compare) -> _Made:
    for index, operator in enumerate(node.ops):
        made = copy.deepcopy(node)
        made.ops[index] = _COMPARISONS[type(operator)]()
        yield "another comparison", made


def _constant(node: ast.Constant) -> _Made:
    value = node.value
    if isinstance(value, bool):
        yield "the other truth value", ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "one more", ast.Constant(value + 1)
        yield "one less", _number(value - 1)
    elif isinstance(value, str):
        yield "another text", ast.Constant(value[1:] if value else " ")


def _number(value: float) -> ast.expr:
    if value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _arithmetic(node: ast.BinOp | ast.AugAssign) -> _Made:
    other = _OPERATORS.get(type(node.op))
    if other is not None:
        node.op = other()
        yield "another operator", node


def _logic(node: ast.BoolOp) -> _Made:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "and for or", node


def _negation(node: ast.UnaryOp) -> _Made:
    yield "without its sign", node.operand


def _condition(node: ast.If | ast.While | ast.IfExp) -> _Made:
    node.test = ast.UnaryOp(ast.Not(), node.test)
    yield "the condition negated", node


def _filter(node: ast.comprehension) -> _Made:
    if node.ifs:
        node.ifs.pop()
        yield "a filter left out", node


def _given_back(node: ast.Return) -> _Made:
    if node.value is None:
        return
    one, value = ast.Constant(1), node.value
    yield "None given back", ast.Return(ast.Constant(None))
    yield "one more given back", ast.Return(ast.BinOp(value, ast.Add(), one))
    yield "not given back", ast.Return(ast.UnaryOp(ast.Not(), value))
    rest = ast.Subscript(value, ast.Slice(one, None, None), ast.Load())
    yield "the first left out of what is given back", ast.Return(rest)


def _left_out(node: ast.stmt) -> _Made:
    yield "a statement left out", ast.Pass()


def _jump(node: ast.Break | ast.Continue) -> _Made:
    yield "break for continue", ast.Continue() if isinstance(node, ast.Break) else ast.Break()


def _called(node: ast.Call) -> _Made:
    if len(node.args) >= 2 and not any(isinstance(a, ast.Starred) for a in node.args[:2]):
        made = copy.deepcopy(node)
        made.args[:2] = reversed(made.args[:2])
        yield "arguments swapped", made
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        for sign in (ast.Add(), ast.Sub()):
            made = copy.deepcopy(node)
            at = min(1, len(made.args) - 1)
            made.args[at] = ast.BinOp(made.args[at], sign, ast.Constant(1))
            yield "a wrong bound", made
    swapped = {"min": "max", "max": "min", "any": "all", "all": "any"}
    if isinstance(node.func, ast.Name) and node.func.id in swapped:
        node.func = ast.Name(swapped[node.func.id], ast.Load())
        yield "another function", node


def _sliced(node: ast.Slice) -> _Made:
    for bound in ("lower", "upper"):
        value = getattr(node, bound)
        made = copy.deepcopy(node)
        if value is None:
            moved: ast.expr = ast.Constant(1 if bound == "lower" else -1)
        else:
            moved = ast.BinOp(value, ast.Add(), ast.Constant(1))
        setattr(made, bound, moved)
        yield "a wrong slice", made


_KINDS: tuple[tuple[type | tuple[type, ...], Callable[..., _Made]], ...] = (
    (ast.Compare, _compared),
    (ast.Constant, _constant),
    ((ast.BinOp, ast.AugAssign), _arithmetic),
    (ast.BoolOp, _logic),
    (ast.UnaryOp, _negation),
    ((ast.If, ast.While, ast.IfExp), _condition),
    (ast.comprehension, _filter),
    (ast.Return, _given_back),
    ((ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.For), _left_out),
    ((ast.Break, ast.Continue), _jump),
    (ast.Call, _called),
    (ast.Slice, _sliced),
)
