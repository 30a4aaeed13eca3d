"""From a function's syntax nodes to the Target: what it is, and which region a body replaces."""

from __future__ import annotations

import re
import textwrap

from tree_sitter import Node

from synthd.synth.source import python
from synthd.synth.source.docstring import Docstring, docstring
from synthd.synth.source.function import Kind, Span, Target, indentation
from synthd.synth.source.syntax import Definition
from synthd.synth.source.text import SourceText

_DECLARES = re.compile(
    r"@\s*(?:[\w.]+\.)?(?:overload|abstract\w*)\b|@\s*[\w.]+\.(?:setter|deleter)\b"
)
_PROTOCOL = re.compile(r"\bProtocol\b")
_NOT_IMPLEMENTED = re.compile(r"raise\s+NotImplementedError\b")
_KINDS = (
    (Kind.STATICMETHOD, re.compile(r"@\s*(?:builtins\.)?staticmethod\b")),
    (Kind.CLASSMETHOD, re.compile(r"@\s*(?:builtins\.)?classmethod\b")),
    (Kind.PROPERTY, re.compile(r"@\s*(?:[\w.]+\.)?(?:cached_)?property\b")),
)
_PARAMETERS = {
    "identifier": None,
    "typed_parameter": None,
    "default_parameter": "name",
    "typed_default_parameter": "name",
    "list_splat_pattern": None,
    "dictionary_splat_pattern": None,
}


def describe(source: SourceText, definition: Definition) -> Target:
    node = definition.node
    name = _text(node.child_by_field_name("name"))
    classes = tuple(c.name for c in definition.classes)
    decorators = tuple(
        _text(child) for child in definition.outer.children if child.type == "decorator"
    )
    start = source.char(node.start_byte)
    colon = _colon(source, node)
    signature = source.text[start:colon]
    statements = _statements(node)
    doc = docstring(source, statements[0]) if statements else None
    indent = indentation(source.line(source.line_of(start)))
    end = _end(source, node, indent)
    one_line = bool(statements) and source.line_of(
        source.char(statements[0].start_byte)
    ) == source.line_of(colon)
    unit = _unit(source)
    return Target(
        qualname=".".join((*classes, name)),
        name=name,
        classes=classes,
        line=source.line_of(start),
        kind=_kind(name, classes, decorators),
        is_async=node.children[0].type == "async",
        decorators=decorators,
        signature=signature,
        parameters=_parameters(node.child_by_field_name("parameters")),
        docstring=doc,
        is_stub=_is_stub(statements, doc),
        declared_only=any(_DECLARES.match(d) for d in decorators)
        or any(_PROTOCOL.search(c.head) for c in definition.classes),
        parseable=_parseable(decorators, signature, indent),
        contains_error=definition.outer.has_error,
        span=Span(source.char(definition.outer.start_byte), end),
        head=Span(start, colon),
        body=Span(_body_start(source, colon, doc, one_line), end),
        one_line=one_line,
        indent=indent,
        body_indent=_body_indent(source, statements, one_line, indent, unit),
        unit=unit,
    )


def _text(node: Node | None) -> str:
    return (node.text or b"").decode() if node else ""


def _colon(source: SourceText, node: Node) -> int:
    """The offset after the colon."""
    for child in node.children:
        if child.type == ":":
            return source.char(child.end_byte)
    body = node.child_by_field_name("body")
    return source.char(body.start_byte if body else node.end_byte)


def _statements(node: Node) -> list[Node]:
    """Of the body; comments are none. Errors are, so that a broken body is never a stub."""
    body = node.child_by_field_name("body")
    children = list(body.children) if body else []
    errors = [c for c in node.children if c.is_error]
    return [c for c in children if c.is_named and c.type != "comment"] + errors


def _kind(name: str, classes: tuple[str, ...], decorators: tuple[str, ...]) -> Kind:
    if not classes:
        return Kind.FUNCTION
    for kind, pattern in _KINDS:
        if any(pattern.match(d) for d in decorators):
            return kind
    if name == "__new__":
        return Kind.STATICMETHOD
    if name in ("__init_subclass__", "__class_getitem__"):
        return Kind.CLASSMETHOD
    return Kind.METHOD


def _parameters(node: Node | None) -> tuple[str, ...]:
    names = []
    for child in node.named_children if node else []:
        if child.type not in _PARAMETERS:
            continue
        field = _PARAMETERS[child.type]
        part = child.child_by_field_name(field) if field else child
        text = _text(part)
        names.append(re.split(r"[\s:=]", text.lstrip("*").strip(), maxsplit=1)[0])
    return tuple(names)


def _is_stub(statements: list[Node], doc: Docstring | None) -> bool:
    rest = statements[1:] if doc else statements
    return all(_says_nothing(s) for s in rest)


def _says_nothing(statement: Node) -> bool:
    if statement.type == "pass_statement":
        return True
    if statement.type == "raise_statement":
        return bool(_NOT_IMPLEMENTED.match(_text(statement))) and not statement.has_error
    return statement.type == "expression_statement" and _text(statement) == "..."


def _parseable(decorators: tuple[str, ...], signature: str, indent: str) -> bool:
    head = textwrap.dedent(indent + signature).replace("\r\n", "\n").replace("\r", "\n")
    try:
        python.parse("\n".join((*decorators, head + " pass", "")).replace("\r", "\n"))
    except python.Unparsable:
        return False
    return True


def _end(source: SourceText, node: Node, indent: str) -> int:
    """The end of the last line that belongs to the body, with the comments that end it."""
    body = node.child_by_field_name("body")
    last = source.line_of(source.char(max(node.end_byte, body.end_byte if body else 0)))
    stop = source.char(node.end_byte)
    if not source.line(last).strip() or source.lines[last - 1][0] == stop:
        last = source.line_of(len(source.text[:stop].rstrip()))
    for number in range(last + 1, len(source.lines) + 1):
        line = source.line(number)
        if not line.strip():
            continue
        space = indentation(line)
        if not (line[len(space) :].startswith("#") and len(space) > len(indent)):
            break
        last = number
    start, end = source.lines[last - 1]
    return start + len(source.text[start:end].rstrip(" \t\f"))


def _body_start(source: SourceText, colon: int, doc: Docstring | None, one_line: bool) -> int:
    """Where the new text begins, with a line end of its own."""
    if one_line:
        return colon
    after = doc.end if doc else colon
    start, end = source.lines[source.line_of(after) - 1]
    rest = source.text[after:end].lstrip(" \t\f")
    if rest and not rest.startswith("#"):
        return after  # `"doc"; pass`, or a backslash that continues the line
    return start + len(source.text[start:end].rstrip(" \t\f"))


def _body_indent(
    source: SourceText, statements: list[Node], one_line: bool, indent: str, unit: str
) -> str:
    if statements and not one_line:
        line = source.line(source.line_of(source.char(statements[0].start_byte)))
        found = indentation(line)
        if found.startswith(indent) and len(found) > len(indent):
            return found
    return indent + unit


def _unit(source: SourceText) -> str:
    """One level of indentation: that of the first line inside a block."""
    match = _BLOCK.search(source.code)
    return match["unit"] if match else "    "


_BLOCK = re.compile(
    r"^(?:class|def|async def|if|for|while|with|try)\b[^\n]*:[^\n]*\n+(?P<unit>[ \t]+)\S", re.M
)
