"""Follow test functions, straight on, and read what they assert.

Only what certainly happens is followed: no branches, no fixtures that do more than return a value,
nothing that is skipped or expected to fail. A value that can change counts only until it was used.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from synthd.synth.source.mining.asserts import Reader
from synthd.synth.source.mining.awaiting import unawaited
from synthd.synth.source.mining.claims import Claim
from synthd.synth.source.mining.names import PURE, Scope, dotted, level
from synthd.synth.source.mining.tables import fixtures, items, rows
from synthd.synth.source.names import bound

_PATCHING = ("patch", "skip", "xfail", "expectedfailure", "freeze", "given")
_PATCHED = ("monkeypatch", "mocker", "mock", "freezer")
_IMMUTABLE = (ast.Constant, ast.UnaryOp)


def test_claims(tree: ast.Module, scope: Scope) -> Iterator[Claim]:
    """Of all test functions of a file, and of what it asserts outside of functions."""
    made = fixtures(tree, scope)
    for node in level(tree.body):
        if isinstance(node, ast.ClassDef):
            yield from _class(node, scope, made)
        elif _is_test(node):
            yield from _function(node, scope, made)
        elif isinstance(node, ast.Assert):
            yield from Reader(scope).asserted(node.test)


Made = dict[str, ast.expr]


def _class(node: ast.ClassDef, scope: Scope, made: Made) -> Iterator[Claim]:
    if _set_apart(node):
        return
    inner = scope.inner()
    own = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    for one in own:
        if one.name in ("setUp", "setup_method"):
            list(_Walk(inner).body(one.body))  # for what it leaves in self
    mine = made | fixtures(node, inner)
    for one in own:
        if _is_test(one):
            yield from _function(one, inner, mine, node.decorator_list)


def _is_test(node: ast.stmt) -> bool:
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, functions) and node.name.startswith("test")


def _set_apart(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    text = " ".join(ast.unparse(d).partition("(")[0].lower() for d in node.decorator_list)
    return any(word in text for word in _PATCHING)


def _function(
    node: ast.stmt, scope: Scope, made: Made, outer: list[ast.expr] | None = None
) -> Iterator[Claim]:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    if _set_apart(node) or any(name.startswith(_PATCHED) for name in names):
        return
    tables = list(rows([*node.decorator_list, *(outer or [])], scope))
    common = [_key(claim) for claim in _Walk(_given(names, made, scope)).body(node.body)]
    for number, row in enumerate(tables):
        for claim in _Walk(_given(names, made | row.values, scope)).body(node.body):
            if _key(claim) not in common:
                yield replace(claim, line=row.line)
            elif number == 0:
                yield claim


def _given(names: list[str], values: Made, scope: Scope) -> Scope:
    """What names mean in a test: those that it is given are hidden where their value is unknown."""
    inner = scope.inner()
    for name in names:
        if name != "self":
            inner.forget(name)
            if name in values:
                inner.values[name] = values[name]
    return inner


def _key(claim: Claim) -> tuple[int, str, str]:
    return claim.line, ast.dump(claim.observed), ast.dump(claim.expected or claim.observed)


@dataclass(slots=True)
class _Walk:
    """Through the statements of a body, in their order."""

    scope: Scope
    over: bool = False

    def body(self, statements: list[ast.stmt]) -> Iterator[Claim]:
        for node in statements:
            if self.over:
                return
            yield from self._statement(node)

    def _statement(self, node: ast.stmt) -> Iterator[Claim]:
        self.scope.sought.on_time()
        if isinstance(node, ast.Assert):
            yield from Reader(self.scope).asserted(unawaited(node.test))
            self._used(node, asserted=True)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found = list(Reader(self.scope).method(node.value))
            yield from found
            self._used(node, asserted=bool(found))
            self.over = dotted(node.value.func) in ("pytest.skip", "self.skipTest", "pytest.xfail")
        elif isinstance(node, ast.With | ast.AsyncWith):
            yield from self._with(node)
        elif isinstance(node, ast.For):
            yield from self._for(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            self._assigned(node)
        else:
            self._unknown(node)
            self.over = isinstance(node, ast.Return | ast.Raise)

    def _with(self, node: ast.With | ast.AsyncWith) -> Iterator[Claim]:
        context = node.items[0].context_expr
        call = context if len(node.items) == 1 and isinstance(context, ast.Call) else None
        name = dotted(call.func).rpartition(".")[2] if call else ""
        if call and name in ("raises", "assertRaises", "assertRaisesRegex") and call.args:
            only = node.body[0] if len(node.body) == 1 else None
            if isinstance(only, ast.Expr | ast.Assign):
                body = unawaited(only.value)
                yield from Reader(self.scope).raising(call.args[0], body, node.lineno)
        elif name == "subTest":
            yield from self.body(node.body)
            return
        self._unknown(node)

    def _for(self, node: ast.For) -> Iterator[Claim]:
        for values in items(node.target, node.iter, self.scope):
            inner = self.scope.inner()
            inner.values |= values
            yield from _Walk(inner).body(node.body)
        self._unknown(node)

    def _assigned(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = self.scope.closed(unawaited(node.value)) if node.value else None
        self._unknown(node)
        name = dotted(targets[0]) if len(targets) == 1 else ""
        if value is not None and name:
            self.scope.values[name] = value

    def _unknown(self, node: ast.stmt) -> None:
        """What it binds is not known any more, nor what it may have changed."""
        self._used(node)
        for name in bound(node):
            self.scope.forget(name)
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                self.scope.values.pop(dotted(part), None)

    def _used(self, node: ast.stmt, *, asserted: bool = False) -> None:
        """Whatever was handed on may have changed; an assertion that only looks changes nothing."""
        for part in _handed_on(node) if asserted else ast.walk(node):
            if isinstance(part, ast.Name | ast.Attribute) and (name := dotted(part)):
                value = self.scope.values.get(name)
                if value is not None and not isinstance(value, _IMMUTABLE):
                    self.scope.values.pop(name)


def _handed_on(node: ast.stmt) -> Iterator[ast.AST]:
    """What stands in calls other than of builtins that only look, and of assertions."""
    for part in ast.walk(node):
        if not isinstance(part, ast.Call):
            continue
        name = dotted(part.func)
        if name not in PURE and not name.startswith("self.assert"):
            for inner in (part.func, *part.args, *(k.value for k in part.keywords)):
                yield from ast.walk(inner)
