"""A program as a model wrote it, taken apart by Python's own parser."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from synthd.synth.source import python
from synthd.synth.source.errors import NotAdoptable

Function = ast.FunctionDef | ast.AsyncFunctionDef
_MOST_LINES_DROPPED = 40


@dataclass(frozen=True, slots=True)
class Program:
    """code has "\\n" line ends and parses."""

    code: str
    tree: ast.Module
    truncated: bool = False

    @property
    def lines(self) -> list[str]:
        return self.code.split("\n")

    def functions(self) -> list[Function]:
        return [node for node in self.tree.body if isinstance(node, Function)]

    def classes(self) -> list[ast.ClassDef]:
        return [node for node in self.tree.body if isinstance(node, ast.ClassDef)]

    def returns(self) -> bool:
        """Whether it is a bare body: a `return` or `yield` outside any function."""
        return any(isinstance(n, ast.Return | ast.Yield | ast.YieldFrom) for n in own(self.tree))


def program(text: str) -> Program:
    """Parse, also an indented body and a text that was cut off. Raises NotAdoptable."""
    code = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    if not code.strip():
        raise NotAdoptable("the program is empty")
    trouble = ""
    for attempt in (code, textwrap.dedent(code), textwrap.dedent(f"    {code}")):
        try:
            return Program(attempt, python.parse(attempt))
        except python.Unparsable as error:
            trouble = trouble or _complaint(code, error)
    found = _cut_off(code)
    if found is None:
        raise NotAdoptable(trouble)
    return found


def _complaint(code: str, error: python.Unparsable) -> str:
    lines = code.split("\n")
    line = lines[min(error.line, len(lines)) - 1].strip()
    return f"SyntaxError on line {error.line}: {error} ({line[:80]})"


def _cut_off(code: str) -> Program | None:
    """What remains without the unfinished last lines, if it ends in a complete function."""
    lines = code.split("\n")
    for count in range(len(lines) - 1, max(0, len(lines) - _MOST_LINES_DROPPED) - 1, -1):
        shorter = "\n".join(lines[:count]).rstrip()
        if not shorter:
            return None
        try:
            tree = python.parse(shorter)
        except python.Unparsable:
            continue
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.ClassDef) and last.body:
            last = last.body[-1]
        whole = not isinstance(last, Function) or ends(last.body)
        return Program(shorter, tree, truncated=True) if whole else None
    return None


def ends(body: list[ast.stmt]) -> bool:
    """Whether control cannot run off the end of these statements."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and ends(last.body) and ends(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return ends(last.body)
    if isinstance(last, ast.Try):
        return all(map(ends, [last.orelse or last.body, *(h.body for h in last.handlers)]))
    return isinstance(last, ast.While) and isinstance(last.test, ast.Constant)


def own(node: ast.AST) -> list[ast.AST]:
    """The nodes of a scope without those of functions and classes inside it."""
    found: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        current = waiting.pop()
        found.append(current)
        if not isinstance(current, Function | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(current)
    return found


def statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without the docstring."""
    first = body[0] if body else None
    is_doc = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return body[1:] if is_doc else body


def is_stub(body: list[ast.stmt]) -> bool:
    return all(map(_says_nothing, statements(body)))


def _says_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(error, ast.Name) and error.id == "NotImplementedError"
    constant = node.value if isinstance(node, ast.Expr) else None
    return isinstance(node, ast.Pass) or (
        isinstance(constant, ast.Constant)
        and (constant.value is ... or constant.value.__class__ is str)
    )


def first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Function | ast.ClassDef) else []
    return min([node.lineno, *(d.lineno for d in decorators)])


def lines_of(program: Program, node: ast.stmt) -> str:
    """A top-level statement verbatim, with the comments right above it and behind it."""
    rows = program.lines
    start = first_line(node)
    while start > 1 and rows[start - 2].startswith("#"):
        start -= 1
    end = node.end_lineno or node.lineno
    piece = rows[start - 1 : end]
    shared = any(
        other is not node and first_line(other) <= end and (other.end_lineno or 0) >= start
        for other in program.tree.body
    )
    return (ast.get_source_segment(program.code, node) or "") if shared else "\n".join(piece)


def body_lines(program: Program, function: Function) -> str:
    """The statements of a function verbatim, without its docstring, still indented."""
    rows = program.lines
    rest = statements(function.body)
    first, last = rest[0], rest[-1]
    start = first_line(first)
    docless = len(rest) == len(function.body)
    before = function.body[0].end_lineno if not docless else _head_end(function)
    end = last.end_lineno or last.lineno
    if start == before:
        column = len(rows[start - 1].encode()[: first.col_offset].decode())
        indent = " " * function.body[0].col_offset if start > function.lineno else ""
        return "\n".join([indent + rows[start - 1][column:], *rows[start:end]])
    while start - 1 > (before or 0) and _blank_or_comment(rows[start - 2]):
        start -= 1
    return "\n".join(rows[start - 1 : end])


def _blank_or_comment(row: str) -> bool:
    return not row.strip() or row.lstrip().startswith("#")


def _head_end(function: Function) -> int:
    """The last line that the signature surely takes."""
    nodes: list[ast.AST] = [n for n in ast.walk(function.args) if hasattr(n, "end_lineno")]
    nodes += [function.returns] if function.returns else []
    return max([function.lineno, *(getattr(n, "end_lineno", 0) for n in nodes)])
