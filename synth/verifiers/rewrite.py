"""What of a module a candidate may see: its code, without what says how it is checked.

The text keeps its lines, so that an error's line is the file's. A text that does not parse
stays as it is: it will be refused as it stands.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.sandbox.inside.locate import NotFound, find_function


@dataclass(frozen=True, slots=True)
class _Cut:
    """Replace what is between two positions (1-based lines, columns in UTF-8 bytes)."""

    line: int
    column: int
    end_line: int
    end_column: int
    by: bytes


def candidate_module(text: str, qualname: str, line: int | None = None) -> str:
    """The module as the candidate's process gets it: no comment, no docstring with examples,
    no test of the function, no `if __name__ == "__main__"` block."""
    try:
        tree = ast.parse(text)
        target = find_function(tree, qualname, line)
    except (SyntaxError, ValueError, RecursionError, NotFound):
        return text
    name = qualname.rsplit(".", 1)[-1]
    cuts = [*_docstrings(tree, target, name), *_tests(tree, name)]
    return _without_comments(_apply(text, cuts))


def _docstrings(tree: ast.Module, target: ast.AST, name: str) -> Iterator[_Cut]:
    for node in ast.walk(tree):
        if (
            not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            or not node.body
        ):
            continue
        doc = ast.get_docstring(node, clean=False)
        if doc is not None and (node is target or name in doc):
            yield _cut(node.body[0], b'""')


def _tests(tree: ast.Module, name: str) -> Iterator[_Cut]:
    for node in tree.body:
        if isinstance(node, ast.If) and "__name__" in ast.dump(node.test):
            yield _block(node.body, b"pass")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name.lower().startswith("test") and name in _names(node):
                yield _block(node.body, b"pass")
        elif isinstance(node, ast.Assert) and name in _names(node):
            yield _cut(node, b"pass")


def _names(node: ast.AST) -> set[str]:
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return found | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def _block(body: list[ast.stmt], by: bytes) -> _Cut:
    first, last = _cut(body[0], by), _cut(body[-1], by)
    decorators = getattr(body[0], "decorator_list", [])
    line = decorators[0].lineno if decorators else first.line
    column = first.column
    return _Cut(line, column, last.end_line, last.end_column, by)


def _cut(node: ast.stmt, by: bytes) -> _Cut:
    assert node.end_lineno is not None and node.end_col_offset is not None
    return _Cut(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, by)


def _apply(text: str, cuts: list[_Cut]) -> str:
    """Last cut first; one inside another goes with it. Line breaks stay."""
    lines = text.encode("utf-8", "surrogatepass").split(b"\n")
    outer: list[_Cut] = []
    for cut in sorted(cuts, key=lambda cut: (cut.line, cut.column, -cut.end_line)):
        if not outer or (cut.line, cut.column) >= (outer[-1].end_line, outer[-1].end_column):
            outer.append(cut)
    for cut in reversed(outer):
        head = lines[cut.line - 1][: cut.column]
        tail = lines[cut.end_line - 1][cut.end_column :]
        blank = [b""] * (cut.end_line - cut.line)
        if blank and tail.strip(b"; \t\r"):
            continue  # code follows on the last line: leave it
        lines[cut.line - 1 : cut.end_line] = [head + cut.by + (b"" if blank else tail), *blank]
    return b"\n".join(lines).decode("utf-8", "surrogatepass")


def _without_comments(text: str) -> str:
    lines = text.split("\n")
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        ast.parse(text)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return text
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    return "\n".join(lines)
