"""What a certificate depends on, as hashes of parts that have names.

Two sets of parts that are equal are about the same program; where they differ, the names say to
people what changed. Reads text only: nothing of a file is run.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from synthd.daemon.certificate import text_sha256
from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import find as find_rust
from synthd.synth.rust.functions import functions as rust_functions
from synthd.synth.source import python
from synthd.synth.source.context import stub_text
from synthd.synth.source.errors import SourceError
from synthd.synth.source.examples import examples
from synthd.synth.source.function import Target
from synthd.synth.source.module_text import blanked
from synthd.synth.source.names import bound, module
from synthd.synth.source.program import Function, first_line
from synthd.synth.source.splice import render
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText
from synthd.synth.verifiers.verus.gate.graph import mentioned

RUST = ".rs"
SIGNATURE, DOCSTRING, EXAMPLES, BODY = "its signature", "its docstring", "its examples", "its body"
CONTRACT = "its contract"
USED = "`{}`, which it uses,"
_ORDER = (SIGNATURE, CONTRACT, DOCSTRING, EXAMPLES, BODY)
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one function. code, spec, file: as in its certificate. parts: hashes by name."""

    code: str
    spec: str
    file: str
    parts: Mapping[str, str] = field(default_factory=dict)


class Gone(Exception):
    """There is no such function any more: a sentence."""


def facts(raw: bytes, path: str, function: str) -> Facts:
    """Takes some milliseconds for each thousand lines: call it in a thread. Raises Gone."""
    return _rust(raw, path, function) if path.endswith(RUST) else _python(raw, path, function)


def differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names of the parts that are not the same, what is nearest to the user first."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if EXAMPLES in names and DOCSTRING in names:  # they stand in it
        names.remove(DOCSTRING)
    return sorted(names, key=lambda name: (name not in _ORDER, _place(name), name))


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _python(raw: bytes, path: str, function: str) -> Facts:
    try:
        source = SourceText.from_bytes(raw, path)
        target = find(source, function)
    except SourceError as error:
        raise Gone(str(error)) from None
    text, docstring = source.text, target.docstring
    stated = examples(source, target)
    # Not the lines that they stand on: a function that has only moved is the same one.
    checks = [
        tuple(value for name, value in _fields(check) if name not in ("id", "line"))
        for check in stated.checks
    ]
    body = text[target.body.start : target.body.end]
    parts = {
        SIGNATURE: text_sha256("\n".join([*target.decorators, target.signature])),
        DOCSTRING: text_sha256(docstring.text if docstring else ""),
        EXAMPLES: text_sha256(repr(checks)),
        BODY: text_sha256("\n".join(line.rstrip() for line in body.splitlines())),
        **_used(source, target, repr(checks)),
    }
    return Facts(
        code=text_sha256(render(source, target)),
        spec=text_sha256(stub_text(source, target)),
        file=hashlib.sha256(raw).hexdigest(),
        parts=parts,
    )


def _fields(value: object) -> Iterator[tuple[str, object]]:
    return ((name, getattr(value, name)) for name in type(value).__slots__)  # type: ignore[attr-defined]


def _used(source: SourceText, target: Target, checks: str) -> dict[str, str]:
    """Of the file's own names that the function leads to, directly or not."""
    lines = blanked(source)[0].split("\n")
    known = _definitions(module(source).body, target, lines)
    waiting = _words(target, source) | set(_WORD.findall(checks))
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        for node, _ in known[name]:
            waiting |= _named(node)
    return {
        USED.format(name): text_sha256("\n".join(text for _, text in known[name]))
        for name in sorted(seen)
    }


def _definitions(
    body: list[ast.stmt], target: Target, lines: list[str]
) -> dict[str, list[tuple[ast.AST, str]]]:
    """By the name that they bind, the statements; of the target's own class its members."""
    found: dict[str, list[tuple[ast.AST, str]]] = {}

    def add(statements: list[ast.stmt], classes: tuple[str, ...]) -> None:
        for node in statements:
            if isinstance(node, Function) and not classes and node.name == target.name:
                continue
            if isinstance(node, ast.ClassDef) and classes and node.name == classes[0]:
                add(node.body, classes[1:])
                head = "\n".join(ast.unparse(base) for base in (*node.bases, *node.decorator_list))
                found.setdefault(node.name, []).append((ast.Tuple([*node.bases], ast.Load()), head))
                continue
            text = "\n".join(lines[first_line(node) - 1 : node.end_lineno])
            for name in bound(node):
                found.setdefault(name, []).append((node, text))

    add(body, target.classes)
    return found


def _words(target: Target, source: SourceText) -> set[str]:
    """Names in its code; not the words of its docstring."""
    code = render(source, target)
    try:
        return {*_named(python.parse(code)), *target.classes}
    except python.Unparsable:
        return {*_WORD.findall(code), *target.classes}


def _named(node: ast.AST) -> set[str]:
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
    return found


def _rust(raw: bytes, path: str, name: str) -> Facts:
    try:
        text = raw.decode("utf-8")
        function = find_rust(text, name)
        every = rust_functions(text)
    except (UnicodeDecodeError, RustSourceError) as error:
        raise Gone(f"{path}: {error}") from None
    contract = function.header.of(text)
    parts = {
        CONTRACT: text_sha256(contract),
        BODY: text_sha256(function.body.of(text) if function.body else ""),
    }
    for other in every:
        if other.path in mentioned(text, every, function.path) and other.path != function.path:
            parts[USED.format(other.path)] = text_sha256(_promised(other, text))
    return Facts(
        code=text_sha256(function.whole.of(text)),
        spec=text_sha256(contract),
        file=hashlib.sha256(raw).hexdigest(),
        parts=parts,
    )


def _promised(function: RustFunction, text: str) -> str:
    """A proof rests on what others promise, and on all of what is meant by a spec function."""
    return (function.whole if function.mode is Mode.SPEC else function.header).of(text)
