"""Read what uses of a function say beside it: `x = f(1, 2)  # -> 3`, doctests, a README."""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator

from synthd.synth.source import python
from synthd.synth.source.arrows import read
from synthd.synth.source.mining.asserts import Reader
from synthd.synth.source.mining.awaiting import unawaited
from synthd.synth.source.mining.claims import Claim, Relation, literal_of
from synthd.synth.source.mining.names import Scope, Sought, dotted, level, scope_of

_FENCE = re.compile(r"^\s*(?:```|~~~)\s*(?P<language>[\w+-]*)")
_PYTHON = frozenset({"python", "py", "python3", "pycon", ""})
_COMMENT = re.compile(r"#\s*(?:(?:[-=]+>|→|returns?\b|gives?\b|prints?\b)\s*:?)?\s*(?P<value>.+)$")
_LONGEST = 300  # characters of a line
_TRACEBACK = "Traceback (most recent call last):"


def commented(tree: ast.Module, lines: list[str], scope: Scope) -> Iterator[Claim]:
    """Statements with a comment that says what the call in them returns."""
    for node in [*level(tree.body), *_inside(tree)]:
        if not isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        row = (node.end_lineno or node.lineno) - 1
        rest = lines[row].encode()[node.end_col_offset or 0 :].decode(errors="replace")
        written = _COMMENT.match(rest.strip())
        call = unawaited(_printed(node.value))
        found = scope.closed(call) if written else None
        if written and found is not None and scope.calls(found):
            yield from _valued(found, written["value"], scope, node.lineno)


def _inside(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements of functions, whose calls may use no name of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from level(node.body)


def _printed(node: ast.expr) -> ast.expr:
    call = isinstance(node, ast.Call) and dotted(node.func) == "print" and len(node.args) == 1
    return node.args[0] if call and isinstance(node, ast.Call) else node


def _valued(observed: ast.expr, text: str, scope: Scope, line: int) -> Iterator[Claim]:
    if len(text) > _LONGEST:
        return
    try:
        call = ast.unparse(observed)
    except (ValueError, RecursionError):
        return
    pairs = read(f"{call} -> {text}", scope.sought.callee)
    if not isinstance(pairs, list) or len(pairs) != 1 or pairs[0].call != call:
        return
    expected = python.expression(pairs[0].expected)
    found = literal_of(expected)
    if expected is None or found is None:
        return
    if isinstance(found.value, float) and (digits := _digits(pairs[0].expected)) > 1:
        rounded = ast.Call(ast.Name("round", ast.Load()), [observed, ast.Constant(digits)], [])
        yield Claim(rounded, Relation.EQUAL, line, expected)  # a comment may well be rounded
    else:
        yield Claim(observed, Relation.EQUAL, line, expected)


def _digits(text: str) -> int:
    written = re.fullmatch(r"-?\d*\.(\d+)", text)
    return len(written[1]) if written else 0


def docstring_claims(tree: ast.Module, scope: Scope, skipped: int = 0) -> Iterator[Claim]:
    """Doctests in the docstrings of other functions; skipped: the line of one that is left out."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if not isinstance(node, documented) or getattr(node, "lineno", 0) == skipped != 0:
            continue
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            text = first.value.value
            if isinstance(text, str) and ">>>" in text:
                yield from doctests(text, scope.inner(), first.lineno)


def doctests(text: str, scope: Scope, first: int = 1) -> Iterator[Claim]:
    """Only statements that need none of those before them."""
    try:
        found = doctest.DocTestParser().get_examples(text.expandtabs())
    except ValueError:
        return
    for one in found:
        node = python.expression(one.source)
        node = node and unawaited(node)
        if one.options or not one.want.strip() or node is None:
            continue
        line = first + one.lineno
        if one.want.startswith(_TRACEBACK):
            name = one.want.strip().splitlines()[-1].partition(":")[0]
            kind = python.expression(name)
            yield from Reader(scope).raising(kind, node, line) if kind else ()
            continue
        if one.want.strip() == "True" and isinstance(node, ast.Compare):
            yield from Reader(scope).asserted(node)
            continue
        call = scope.closed(node)
        if call is not None and scope.calls(call) and "..." not in one.want:
            want = one.want.rstrip("\n")
            yield Claim(call, Relation.PRINTS, line, python.expression(want), want)


def document(text: str, sought: Sought, importer: str) -> Iterator[Claim]:
    """Of Markdown or reStructuredText: doctests, blocks of code, and lines `f(1) -> 2`."""
    lines = text.split("\n")
    plain, blocks = _parted(lines)
    unfenced = "\n".join("" if _FENCE.match(line) else line for line in lines)
    imports = "\n".join(
        line.strip().removeprefix(">>> ") for line in lines
        if re.match(r"\s*(?:>>> )?(?:from [\w.]+ import [\w, ]+|import [\w. ,]+)$", line)
    )  # fmt: skip
    scope = scope_of(_module(imports), sought, importer)
    if sought.head not in scope.taken:
        scope.ours.setdefault(sought.head, sought.head)
    yield from doctests(unfenced, scope)
    for first, block in blocks:
        tree = _module("\n".join(block))
        for claim in commented(tree, block, scope):
            yield _moved(claim, first)
        for node in tree.body:
            if isinstance(node, ast.Assert):
                for claim in Reader(scope).asserted(node.test):
                    yield _moved(claim, first)
    for number, line in plain:
        yield from stated(line, scope, number)


def stated(line: str, scope: Scope, number: int) -> Iterator[Claim]:
    """Of a line of prose or a comment."""
    if scope.sought.callee.name not in line or len(line) > _LONGEST:
        return
    scope.sought.on_time()
    pairs = read(line, scope.sought.callee)
    for pair in pairs if isinstance(pairs, list) else []:
        node = python.expression(pair.call)
        call = scope.closed(node) if node is not None else None
        if call is not None and scope.calls(call):
            yield from _valued(call, pair.expected, scope, number)


def comments(lines: list[str], scope: Scope) -> Iterator[Claim]:
    """Of lines that are nothing but a comment."""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#"):
            yield from stated(line.lstrip(" \t#"), scope, number)


def _parted(lines: list[str]) -> tuple[list[tuple[int, str]], list[tuple[int, list[str]]]]:
    """Numbered lines of prose, and blocks of Python with the number of the line before them."""
    plain: list[tuple[int, str]] = []
    blocks: list[tuple[int, list[str]]] = []
    inside = wanted = False
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if fence:
            inside = not inside
            wanted = inside and fence["language"].lower() in _PYTHON
            blocks += [(number, [])] if wanted else []
        elif wanted:
            blocks[-1][1].append(line)
        elif not inside and ">>>" not in line:
            plain.append((number, line))
    return plain, blocks


def _module(text: str) -> ast.Module:
    try:
        return python.parse(text)
    except python.Unparsable:
        return ast.Module([], [])


def _moved(claim: Claim, lines: int) -> Claim:
    return Claim(
        claim.observed, claim.relation, claim.line + lines,
        claim.expected, claim.text, claim.tolerance,
    )  # fmt: skip
