"""Read one assertion: `assert f(1) == 2`, unittest's methods, what is expected to raise."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.source.mining.claims import Claim, Relation, approximate, literal_of
from synthd.synth.source.mining.names import Scope, dotted

_EQUAL = frozenset(
    {"assertEqual", "assertEquals", "assertListEqual", "assertTupleEqual", "assertDictEqual"}
    | {"assertSetEqual", "assertMultiLineEqual"}
)
_RAISES = frozenset({"assertRaises", "assertRaisesRegex"})
_VAGUE = frozenset(
    {"Exception", "BaseException", "ArithmeticError", "LookupError", "OSError", "IOError"}
    | {"EnvironmentError", "Warning", "BaseExceptionGroup", "ExceptionGroup", "UnicodeError"}
)  # others are derived from them, and a doctest names the very class


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads assertions with what names mean where they stand."""

    scope: Scope

    def asserted(self, test: ast.expr) -> Iterator[Claim]:
        """Of `assert test`."""
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            for value in test.values:
                yield from self.asserted(value)
        elif isinstance(test, ast.Compare) and len(test.ops) == 1:
            yield from self._compared(test, test.ops[0], test.left, test.comparators[0])
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            if isinstance(test.operand, ast.Compare):
                return
            yield from self._claim(test.operand, Relation.FALSY, test.lineno)
        elif not isinstance(test, ast.Compare):
            yield from self._claim(test, Relation.TRUTHY, test.lineno)

    def method(self, call: ast.Call) -> Iterator[Claim]:
        """Of `self.assertEqual(f(1), 2)` and its like."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        args, line = call.args, call.lineno
        if not name.startswith("assert") or not args:
            return
        if name in _EQUAL and len(args) > 1:
            yield from self._equal(args[0], args[1], line, Relation.EQUAL)
        elif name == "assertIs" and len(args) > 1:
            yield from self._equal(args[0], args[1], line, Relation.SAME)
        elif name == "assertIsNone":
            yield from self._claim(args[0], Relation.SAME, line, ast.Constant(None))
        elif name == "assertTrue":
            yield from self.asserted(args[0])
        elif name == "assertFalse":
            yield from self._claim(args[0], Relation.FALSY, line)
        elif name == "assertAlmostEqual" and len(args) > 1:
            yield from self._almost(call)
        elif name in _RAISES:
            rest = args[1 if name == "assertRaises" else 2 :]
            if rest:
                made = ast.Call(rest[0], rest[1:], [])
                yield from self.raising(args[0], made, line)

    def raising(self, kind: ast.expr, body: ast.expr, line: int) -> Iterator[Claim]:
        name = self._exception(kind)
        if name:
            for claim in self._claim(body, Relation.RAISES, line):
                yield Claim(claim.observed, Relation.RAISES, line, text=name)

    def _exception(self, node: ast.expr) -> str:
        """Its name, if nothing else would be printed; or nothing."""
        name = dotted(node).rpartition(".")[2]
        known = getattr(builtins, name, None)
        if not name or name in _VAGUE:
            return ""
        if isinstance(known, type):
            return name if issubclass(known, Exception) else ""
        return name if name.endswith(("Error", "Exception")) else ""

    def _compared(
        self, test: ast.Compare, op: ast.cmpop, left: ast.expr, right: ast.expr
    ) -> Iterator[Claim]:
        if isinstance(op, ast.Eq):
            yield from self._equal(left, right, test.lineno, Relation.EQUAL)
        elif isinstance(op, ast.Is):
            yield from self._equal(left, right, test.lineno, Relation.SAME)
        elif isinstance(op, ast.Lt | ast.LtE) and isinstance(left, ast.Call):
            if dotted(left.func) == "abs":
                yield from self._claim(test, Relation.HOLDS, test.lineno)

    def _equal(
        self, left: ast.expr, right: ast.expr, line: int, relation: Relation
    ) -> Iterator[Claim]:
        for observed, expected in ((left, right), (right, left)):
            found = self.scope.closed(observed)
            if found is None or not self.scope.calls(found):
                continue
            if (near := _approx(expected)) is not None:
                yield from self._near(found, near, line)
                return
            value = self.scope.closed(expected)
            if value is None or self.scope.calls(value):
                continue
            if relation is Relation.SAME and not _is_single(value):
                return
            yield Claim(found, relation, line, value)
            return

    def _near(self, observed: ast.expr, call: ast.Call, line: int) -> Iterator[Claim]:
        value = self.scope.closed(call.args[0]) if call.args else None
        given = {k.arg: literal_of(self.scope.closed(k.value)) for k in call.keywords}
        rel, abs_ = given.get("rel"), given.get("abs")
        if value is None or len(call.args) > 1 or set(given) - {"rel", "abs"}:
            return
        limits = [one.value if one else None for one in (rel, abs_)]
        first, second = (float(n) if isinstance(n, int | float) else None for n in limits)
        if (claim := approximate(observed, line, value, first, second)) is not None:
            yield claim

    def _almost(self, call: ast.Call) -> Iterator[Claim]:
        given = {k.arg: literal_of(k.value) for k in call.keywords}
        delta, places = given.get("delta"), given.get("places")
        for claim in self._equal(call.args[0], call.args[1], call.lineno, Relation.EQUAL):
            assert claim.expected is not None
            if delta is not None and isinstance(delta.value, int | float):
                found = approximate(claim.observed, claim.line, claim.expected, 0, delta.value)
                yield from [found] if found else []
            elif "delta" not in given and len(call.args) == 2:
                number = places.value if places else 7
                if isinstance(number, int) and _is_number(claim.expected):
                    yield Claim(
                        claim.observed, Relation.PLACES, claim.line, claim.expected,
                        tolerance=number,
                    )  # fmt: skip

    def _claim(
        self, node: ast.expr, relation: Relation, line: int, expected: ast.expr | None = None
    ) -> Iterator[Claim]:
        found = self.scope.closed(node)
        if found is not None and self.scope.calls(found):
            yield Claim(found, relation, line, expected)


def _approx(node: ast.expr) -> ast.Call | None:
    called = isinstance(node, ast.Call) and dotted(node.func) in ("approx", "pytest.approx")
    return node if called and isinstance(node, ast.Call) else None


def _is_single(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _is_number(node: ast.expr) -> bool:
    found = literal_of(node)
    return found is not None and isinstance(found.value, int | float)
