"""What a certificate depends on, as hashes of parts that have names.

Two sets of parts that are equal are about the same program; where they differ, the names say to
people what changed. Reads text only: nothing of a file is run.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from synthd.daemon.certificate import text_sha256
from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions as rust_functions
from synthd.synth.source import python
from synthd.synth.source.context import stub_text
from synthd.synth.source.errors import SourceError
from synthd.synth.source.function import Target
from synthd.synth.source.module_text import blanked
from synthd.synth.source.names import bound, module
from synthd.synth.source.program import first_line
from synthd.synth.source.splice import render
from synthd.synth.source.target import functions
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


class Reading(Protocol):
    """A file that was read once, for as many of its functions as are asked for."""

    def facts(self, function: str) -> Facts:
        """Raises Gone."""
        ...


def reading(raw: bytes, path: str) -> Reading:
    """Some milliseconds for each thousand lines: for threads. Raises Gone."""
    return RustReading.of(raw, path) if path.endswith(RUST) else PythonReading.of(raw, path)


def facts(raw: bytes, path: str, function: str) -> Facts:
    """Of one function. For threads. Raises Gone."""
    return reading(raw, path).facts(function)


def differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names of the parts that are not the same, what is nearest to the user first."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if EXAMPLES in names and DOCSTRING in names:  # they stand in it
        names.remove(DOCSTRING)
    return sorted(names, key=lambda name: (name not in _ORDER, _place(name), name))


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


@dataclass(slots=True)
class PythonReading:
    source: SourceText
    targets: tuple[Target, ...]
    lines: list[str]
    tree: ast.Module
    _scopes: dict[tuple[str, ...], Scope] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: bytes, path: str) -> PythonReading:
        try:
            source = SourceText.from_bytes(raw, path)
        except SourceError as error:
            raise Gone(str(error)) from None
        return cls(source, functions(source), blanked(source)[0].split("\n"), module(source))

    def facts(self, function: str) -> Facts:
        source, target = self.source, self._target(function)
        text, docstring = source.text, target.docstring
        stated = _stated(docstring.text if docstring else "")
        body = text[target.body.start : target.body.end]
        parts = {
            SIGNATURE: text_sha256("\n".join([*target.decorators, target.signature])),
            DOCSTRING: text_sha256(docstring.text if docstring else ""),
            EXAMPLES: text_sha256(stated),
            BODY: text_sha256("\n".join(line.rstrip() for line in body.splitlines())),
            **self._used(target, stated),
        }
        return Facts(
            code=text_sha256(render(source, target)),
            spec=text_sha256(stub_text(source, target)),
            file=hashlib.sha256(source.raw).hexdigest(),
            parts=parts,
        )

    def _target(self, function: str) -> Target:
        """Raises Gone."""
        found = [one for one in self.targets if one.qualname == function]
        found = [one for one in found if not one.declared_only] or found
        if len(found) == 1:
            return found[0]
        how = "several functions" if found else "no function"
        raise Gone(f"{self.source.path} has {how} {function}")

    def _used(self, target: Target, stated: str) -> dict[str, str]:
        """Of the file's own names that the function leads to, directly or not."""
        if target.classes not in self._scopes:
            self._scopes[target.classes] = Scope.of(self.tree.body, target.classes, self.lines)
        scope = self._scopes[target.classes]
        waiting = _words(target, self.source) | set(_WORD.findall(stated))
        reached = scope.reached(waiting, but=target.name)
        return {USED.format(name): scope.hashes[name] for name in reached}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a file binds, by name: the names that each leads to, and its hash. Of the class in which
    one stands its members, each by itself."""

    leads: Mapping[str, frozenset[str]]
    hashes: Mapping[str, str]

    @classmethod
    def of(cls, body: list[ast.stmt], classes: tuple[str, ...], lines: list[str]) -> Scope:
        texts: dict[str, list[str]] = {}
        leads: dict[str, frozenset[str]] = {}

        def add(names: Iterable[str], text: str, words: frozenset[str]) -> None:
            for name in names:
                texts.setdefault(name, []).append(text)
                leads[name] = leads.get(name, frozenset()) | words

        def walk(statements: list[ast.stmt], inside: tuple[str, ...]) -> None:
            for node in statements:
                if isinstance(node, ast.ClassDef) and inside and node.name == inside[0]:
                    walk(node.body, inside[1:])
                    head = [*node.bases, *node.decorator_list]
                    words = frozenset[str]().union(*map(_named, head))
                    add([node.name], "\n".join(map(ast.unparse, head)), words)
                else:
                    text = "\n".join(lines[first_line(node) - 1 : node.end_lineno])
                    add(bound(node), text, _named(node))

        walk(body, classes)
        return cls(leads, {name: text_sha256("\n".join(text)) for name, text in texts.items()})

    def reached(self, waiting: set[str], but: str) -> list[str]:
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in self.leads and name not in seen and name != but:
                seen.add(name)
                waiting |= self.leads[name] - seen
        return sorted(seen)


def _stated(docstring: str) -> str:
    """The lines of a docstring that are examples, as far as can be told without parsing each."""
    rows: list[str] = []
    below = False  # a prompt, where its output stands
    for row in map(str.strip, docstring.splitlines()):
        below = bool(row) and (below or row.startswith(">>>"))
        if below or "->" in row or "==" in row:
            rows.append(row)
    return "\n".join(rows)


def _words(target: Target, source: SourceText) -> set[str]:
    """Names in its code; not the words of its docstring."""
    code = render(source, target)
    try:
        return {*_named(python.parse(code)), *target.classes}
    except python.Unparsable:
        return {*_WORD.findall(code), *target.classes}


def _named(node: ast.AST) -> frozenset[str]:
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class RustReading:
    raw: bytes
    text: str
    path: str
    every: tuple[RustFunction, ...]

    @classmethod
    def of(cls, raw: bytes, path: str) -> RustReading:
        try:
            text = raw.decode("utf-8")
            return cls(raw, text, path, rust_functions(text))
        except (UnicodeDecodeError, RustSourceError) as error:
            raise Gone(f"{path}: {error}") from None

    def facts(self, name: str) -> Facts:
        text = self.text
        function = next((one for one in self.every if one.path == name), None)
        if function is None:
            raise Gone(f"{self.path} has no function {name}")
        contract = function.header.of(text)
        parts = {
            CONTRACT: text_sha256(contract),
            BODY: text_sha256(function.body.of(text) if function.body else ""),
        }
        led = mentioned(text, self.every, function.path) - {function.path}
        for other in self.every:
            if other.path in led:
                parts[USED.format(other.path)] = text_sha256(_promised(other, text))
        return Facts(
            code=text_sha256(function.whole.of(text)),
            spec=text_sha256(contract),
            file=hashlib.sha256(self.raw).hexdigest(),
            parts=parts,
        )


def _promised(function: RustFunction, text: str) -> str:
    """A proof rests on what others promise, and on all of what is meant by a spec function."""
    return (function.whole if function.mode is Mode.SPEC else function.header).of(text)
