"""What the model is shown: the stub itself, and the parts of its file that it refers to."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from synthd.synth.source.function import Target
from synthd.synth.source.module_text import blanked
from synthd.synth.source.names import bound, module
from synthd.synth.source.program import Function, first_line, statements
from synthd.synth.source.text import SourceText

_SMALL_FILE = 60  # lines
_SHORT_LINE = 120
_WORD = re.compile(r"[^\W\d]\w*")
_SEMANTIC = re.compile(
    r"@\s*(?:[\w.]+\.)?(?:staticmethod|classmethod|(?:cached_)?property|\w*contextmanager"
    r"|dataclass|total_ordering|lru_cache|cache|wraps|singledispatch\w*|fixture)\b"
)


def stub_text(source: SourceText, target: Target) -> str:
    """Decorators that matter, signature and docstring; a method within its class."""
    lines = [decorator for decorator in target.decorators if _SEMANTIC.match(decorator)]
    lines.append(
        _plain(textwrap.dedent(target.indent + source.text[target.head.start : target.head.end]))
    )
    if target.docstring is not None:
        lines.append(_docstring(target))
    text = "\n".join(lines)
    for name in reversed(target.classes):
        text = f"class {name}:\n{textwrap.indent(text, '    ')}"
    return text


def _docstring(target: Target) -> str:
    assert target.docstring is not None
    text = target.docstring.text
    quote = next((q for q in ('"""', "'''") if q not in text), None)
    prefix = "r" if "\\" in text and quote else ""
    if quote is None:
        quote = '"""'
        text = text.replace("\\", "\\\\").replace(quote, '\\"' * 3)
    same_line = "\n" not in text and not text.endswith((quote[0], "\\"))
    return textwrap.indent(f"{prefix}{quote}{text}{'' if same_line else chr(10)}{quote}", "    ")


def relevant(source: SourceText, target: Target, max_chars: int = 3000) -> str:
    """Imports, and signatures of what the stub names, most important first; never the bodies."""
    tree = module(source)
    lines = blanked(source)[0].split("\n")
    siblings = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    imports = [_verbatim(lines, n) for n in tree.body if n not in siblings]
    words = set(_WORD.findall(stub_text(source, target)))
    own_class = [_own_class(lines, tree, target)] if target.classes else []
    referenced = [n for n in siblings if words & set(bound(n)) and not _is(n, target)]
    further = set().union(*(_mentions(lines, n) for n in referenced)) if referenced else set()
    indirect = [
        n
        for n in siblings
        if n not in referenced and further & set(bound(n)) and not _is(n, target)
    ]
    shown = [*referenced, *indirect]
    if not shown and len(source.lines) < _SMALL_FILE:
        # What other stubs leave open would only invite the model to leave it open, too.
        shown = [n for n in siblings if not _is(n, target) and _written(n)]
    shown.sort(key=lambda n: (n in indirect, n.lineno))
    pieces = ["\n".join(imports), *own_class, *(_outline(lines, n) for n in shown)]
    return _bounded([piece for piece in pieces if piece], max_chars)


def _bounded(pieces: list[str], max_chars: int) -> str:
    text = ""
    for piece in pieces:
        grown = f"{text}\n\n{piece}" if text else piece
        if len(grown) <= max_chars:
            text = grown
    return text


def _written(node: ast.stmt) -> bool:
    """A constant, or a function that does something."""
    if isinstance(node, Function):
        return not all(isinstance(part, ast.Expr | ast.Pass | ast.Raise) for part in node.body)
    return isinstance(node, ast.Assign | ast.AnnAssign)


def _is(node: ast.stmt, target: Target) -> bool:
    outer = target.classes[0] if target.classes else target.name
    return isinstance(node, Function | ast.ClassDef) and node.name == outer


def _verbatim(lines: list[str], node: ast.stmt) -> str:
    return "\n".join(lines[first_line(node) - 1 : node.end_lineno])


def _mentions(lines: list[str], node: ast.stmt) -> set[str]:
    return set(_WORD.findall(_outline(lines, node)))


def _outline(lines: list[str], node: ast.stmt, skip: str = "") -> str:
    """A statement without its bodies."""
    if isinstance(node, Function):
        return "\n".join(_function(lines, node))
    if isinstance(node, ast.ClassDef):
        return "\n".join(_class(lines, node, skip))
    text = _verbatim(lines, node)
    is_constant = isinstance(node, ast.Assign | ast.AnnAssign)
    return text if is_constant and len(text) <= _SHORT_LINE else ""


def _function(lines: list[str], node: Function, whole: bool = False) -> Iterator[str]:
    rows = lines[first_line(node) - 1 : node.end_lineno]
    if whole or len(rows) <= 2:
        yield textwrap.dedent("\n".join(rows))
        return
    head = lines[first_line(node) - 1 : max(node.body[0].lineno - 1, node.lineno)]
    while len(head) > 1 and not head[-1].split("#")[0].rstrip().endswith(":"):
        head.pop()
    yield textwrap.dedent("\n".join(head))
    if doc := ast.get_docstring(node):
        yield f'    """{doc.splitlines()[0]}"""'
    yield "    ..."


def _class(lines: list[str], node: ast.ClassDef, skip: str) -> Iterator[str]:
    head = lines[first_line(node) - 1 : max(node.body[0].lineno - 1, node.lineno)]
    yield textwrap.dedent("\n".join(head[: len(head)])).rstrip()
    if doc := ast.get_docstring(node):
        yield f'    """{doc.splitlines()[0]}"""'
    for member in statements(node.body):
        if isinstance(member, Function):
            if member.name != skip:
                whole = member.name == "__init__"
                yield textwrap.indent("\n".join(_function(lines, member, whole)), "    ")
        elif isinstance(member, ast.Assign | ast.AnnAssign):
            yield textwrap.indent(textwrap.dedent(_verbatim(lines, member)), "    ")


def _own_class(lines: list[str], tree: ast.Module, target: Target) -> str:
    """The class of a method without the method."""
    scope: list[ast.stmt] = tree.body
    found: ast.ClassDef | None = None
    for name in target.classes:
        found = next((n for n in scope if isinstance(n, ast.ClassDef) and n.name == name), None)
        if found is None:
            return ""
        scope = found.body
    return _outline(lines, found, target.name) if found else ""


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
