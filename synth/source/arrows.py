"""Read `f(1) -> 2`: one line of a docstring or of the command line, and what else it may be.

A wrong example poisons a search, so whatever can be read in two ways is left unread.
"""

from __future__ import annotations

import ast
import builtins
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

from synthd.synth.source import python
from synthd.synth.source.layout import tokens

BUILTINS = frozenset(dir(builtins))
_PREFIX = re.compile(
    r"""^\s*(?:[-*+•]\s+|\d+[.)]\s+)?
    (?:(?:for\s+)?(?:examples?|e\.\s?g\.|eg|ex|i\.e\.|usage)(?![\w(])\s*\d*\s*[:.,)]?\s*)*
    (?:(?:assert|for)\s+|[-*+•]\s+|\d+[.)]\s+)?`{0,2}(?=[\w(\[{"'-])""",
    re.I | re.X,
)
_SEPARATOR = re.compile(
    r"""`{0,2}\s*(?:
    (?P<equals>==(?![=>]))
    | (?:\#\s*|//\s*)?(?:===?>|=>|-+>|→|➞|⇒|⟶|➔|↦|(?P<definition>=(?!=)))
    | (?:\#\s*|//\s*)?(?:(?:should|must|will|shall)\s+(?:return|give|equal|yield|be)
        |returns?|gives|yields|equals|evaluates\s+to|produces)\b\s*:?
    | \#(?=\s*[-\d"'\[({TFN])
    )\s*""",
    re.X | re.I,
)
_REST = re.compile(  # what may follow a value
    r"""\s*$ | [.!](?:\s.*)?$ | \s*\#.* | \s+\(.* | \s*(?:–|—|--|//)\s.*
    | \s*[,;:]\s+(?![-\d"'\[({]).* | \s+(?:because|since|as|where|which|with)\b.*""",
    re.X | re.S | re.I,
)
_NEXT = re.compile(r"\s*(?:[,;]|,?\s+and\b)\s+")
_SPELLINGS = {"true": "True", "false": "False", "null": "None", "none": "None"}
_VALUES = (
    ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Call,
    ast.Attribute, ast.ListComp, ast.SetComp, ast.DictComp,
)  # fmt: skip
_NOT_CALLS = (ast.BoolOp, ast.Compare, ast.Lambda, ast.IfExp, ast.Starred, ast.NamedExpr)


@dataclass(frozen=True, slots=True)
class Callee:
    """What an example must call. known are the names that it may use."""

    name: str
    classes: tuple[str, ...] = ()
    known: frozenset[str] = BUILTINS
    attribute: bool = False  # a property is read, not called

    def is_called_in(self, node: ast.AST) -> bool:
        return any(self._calls(part) for part in ast.walk(node))

    def _calls(self, node: ast.AST) -> bool:
        if self.attribute and self.classes:
            return isinstance(node, ast.Attribute) and node.attr == self.name
        if not isinstance(node, ast.Call):
            return False
        if not self.classes:
            return isinstance(node.func, ast.Name) and node.func.id == self.name
        owner = self.classes[-1]
        if self.name.startswith("__"):
            return any(isinstance(n, ast.Name) and n.id == self.classes[0] for n in ast.walk(node))
        return (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == self.name
            and any(
                (isinstance(n, ast.Name) and n.id == owner)
                or (isinstance(n, ast.Attribute) and n.attr == owner)
                for n in ast.walk(node.func.value)
            )
        )

    @property
    def form(self) -> str:
        if not self.classes:
            return f"{self.name}(…)"
        return f"{'.'.join(self.classes)}(…).{self.name}{'' if self.attribute else '(…)'}"


@dataclass(frozen=True, slots=True)
class Pair:
    """call and expected are Python expressions."""

    call: str
    expected: str
    exact: bool
    definition: bool = False  # written with a single `=`, as recurrences are
    rest: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The line looks like an example, but this is why it is none."""

    why: str


def read(line: str, callee: Callee) -> list[Pair] | Refusal | None:
    """The examples of a line; None if it does not look like any."""
    prefix = _PREFIX.match(line)
    if prefix is None:
        return None
    text = line[prefix.end() :].rstrip()
    pairs: list[Pair] = []
    while text:
        found = _first(text, callee)
        if not isinstance(found, Pair):
            return found if not pairs or isinstance(found, Refusal) else pairs
        pairs.append(found)
        following = _NEXT.match(found.rest)
        text = found.rest[following.end() :].lstrip("`") if following else ""
        if following and not _starts_call(text, callee):
            break
    return pairs


def _starts_call(text: str, callee: Callee) -> bool:
    return bool(re.match(rf"(?:\w+\(.*\)\.)?{re.escape(callee.name)}\s*\(", text))


def _first(text: str, callee: Callee) -> Pair | Refusal | None:
    refusal: Refusal | None = None
    for match in _SEPARATOR.finditer(text):
        left = python.expression(text[: match.start()])
        if left is None:
            continue
        call = text[: match.start()].strip()
        if isinstance(left, ast.Await):
            left, call = left.value, call.removeprefix("await").strip()
        why = _why_no_call(left, callee)
        if why is not None:
            return Refusal(why) if why else None
        value = _value(text[match.end() :], callee)
        if isinstance(value, Refusal):
            refusal = refusal or value
            continue
        expected, rest = value
        if expected == "None" and not _has_arguments(left):
            return Refusal("reads like a signature; write `== None` in a doctest")
        exact = match["equals"] is not None
        return Pair(call, expected, exact, match["definition"] is not None, rest)
    return refusal


def _has_arguments(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Call) and (n.args or n.keywords) for n in ast.walk(node))


def _why_no_call(left: ast.expr, callee: Callee) -> str | None:
    """None if it is a call of the function, "" if it is not even meant to be one."""
    calls = [n for n in ast.walk(left) if isinstance(n, ast.Call)]
    if not callee.is_called_in(left):
        if not calls or not isinstance(left, ast.Call):
            return ""
        func = left.func
        if isinstance(func, ast.Name) and (func.id in callee.known or callee.classes == ()):
            return f"calls {func.id}, not {callee.name}" if func.id not in callee.known else ""
        if isinstance(func, ast.Attribute) and func.attr != callee.name:
            return ""
        return f"write the call as {callee.form}"
    if isinstance(left, _NOT_CALLS) or isinstance(getattr(left, "op", None), ast.Not):
        return "the left side is not a plain call"
    own = callee.classes[0] if callee.classes else callee.name
    unknown = sorted(python.free_names(left) - callee.known - {own})
    if unknown:
        return f"{', '.join(unknown)} is not defined; strings need quotes"
    return None


def _value(text: str, callee: Callee) -> tuple[str, str] | Refusal:
    """The longest value that the text begins with, and what follows it."""
    refusal = Refusal("the expected value does not parse")
    for end in _ends(text):
        value = text[:end].strip().strip("`").strip()
        rest = text[end:].lstrip("`")
        if value.endswith(",") or (re.fullmatch(r".*\d\.", value) and not rest.strip()):
            continue  # the punctuation of a sentence
        value = _SPELLINGS.get(value, value)
        node = python.expression(value)
        if node is None or _commented(value):
            continue
        why = _why_no_value(node, value, callee)
        if why is None:
            return value, rest
        refusal = Refusal(why)
        if isinstance(node, ast.Tuple) or not isinstance(node, ast.Call):
            return refusal
    return refusal


def _bare(node: ast.Tuple) -> bool:
    return bool(node.elts) and node.elts[0].col_offset == node.col_offset


def _commented(value: str) -> bool:
    return "#" in value and any(t.type == tokenize.COMMENT for t in tokens(value))


def _ends(text: str) -> Iterator[int]:
    """Longest first: where a value may end, going by what comes after it."""
    for end in range(len(text), 0, -1):
        rest = text[end:].lstrip("`")
        if _REST.match(rest) or _NEXT.match(rest) or _sum_of(text[:end], rest):
            yield end


def _sum_of(value: str, rest: str) -> bool:
    """`1 + 9 = 10`, a calculation with its result."""
    result = re.fullmatch(r"\s*=\s*(-?\d+(?:\.\d+)?)[.\s]*", rest)
    if result is None or not re.fullmatch(r"[-+*\d.()\s]+", value) or "**" in value:
        return False
    node = python.expression(value)
    try:
        return node is not None and bool(
            eval(compile(ast.Expression(node), "", "eval"), {}) == float(result[1])  # digits only
        )
    except (TypeError, ArithmeticError, RecursionError):
        return False


def _why_no_value(node: ast.expr, value: str, callee: Callee) -> str | None:
    if isinstance(node, ast.Tuple) and _bare(node):
        return "several values; put a tuple into parentheses"
    if isinstance(node, ast.Constant) and value.startswith("("):
        return "a tuple of one needs a comma"
    if isinstance(node, ast.Name):
        return f"{node.id} is not a value; strings need quotes, exceptions a doctest"
    if isinstance(node, _NOT_CALLS):
        return "the expected value is a condition"
    if not isinstance(node, _VALUES):
        return f"{value} is not a value"
    if any(isinstance(n, ast.Call) and not isinstance(n.func, ast.Name | ast.Attribute)
           for n in ast.walk(node)):  # fmt: skip
        return f"{value} is not a value"
    if callee.is_called_in(node):
        return f"the expected value must not call {callee.name}"
    unknown = sorted(python.free_names(node) - callee.known)
    return f"{', '.join(unknown)} is not defined" if unknown else None
