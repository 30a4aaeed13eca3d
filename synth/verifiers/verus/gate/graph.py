"""Which functions of a file name which others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.lexer import meaningful, plain
from synthd.synth.rust.token import Kind
from synthd.synth.verifiers.verus.gate.body import Code, code

_BEFORE_VALUE = frozenset({"=", "(", ",", "&", "{", "return", "=>", "else", "::"})
_AFTER_VALUE = frozenset({";", ",", ")", "}", "as"})
_HERE = frozenset({"Self", "self", "crate", "super"})


def mentioned(text: str, functions: tuple[RustFunction, ...], path: str) -> frozenset[str]:
    """The paths of all that a function's text names, and what those name, and so on.

    By last names only, so rather too many: this is for finding out what a proof may rest on.
    """
    return Mentions.of(text, functions).from_(path)


@dataclass(frozen=True, slots=True)
class Mentions:
    """The same for many functions of a file."""

    functions: tuple[RustFunction, ...]
    words: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, text: str, functions: tuple[RustFunction, ...]) -> Mentions:
        return cls(functions, {f.path: _words(f.whole.of(text)) for f in functions})

    def from_(self, path: str) -> frozenset[str]:
        return _reached(self.functions, path, lambda one, other: other.name in self.words[one.path])


def recursive(text: str, functions: tuple[RustFunction, ...], path: str) -> bool:
    """Whether executable code of the function can come back to it.

    A method counts where it is called on `self`: on anything else, it is rather another type's.
    """
    executable = tuple(f for f in functions if f.mode is Mode.EXEC and f.body is not None)
    bodies = {f.path: code(f.body.of(text)) for f in executable if f.body is not None}
    return path in _reached(
        executable,
        path,
        lambda one, other: _calls(bodies[one.path], other, frozenset(one.parameters)),
    )


def _reached(
    functions: tuple[RustFunction, ...],
    path: str,
    edge: Callable[[RustFunction, RustFunction], bool],
) -> frozenset[str]:
    """path itself is among them only where something comes back to it."""
    waiting = [f for f in functions if f.path == path]
    seen: set[str] = set()
    while waiting:
        one = waiting.pop()
        for other in functions:
            if other.path not in seen and edge(one, other):
                seen.add(other.path)
                waiting.append(other)
    return frozenset(seen)


def _calls(body: Code, function: RustFunction, parameters: frozenset[str]) -> bool:
    return any(
        name == function.name and _meant(body, at, function.path.split("::")[:-1], parameters)
        for at, name in body.words()
    )


def _meant(body: Code, at: int, owners: list[str], parameters: frozenset[str]) -> bool:
    """Whether the name, as it is written there, may be that of a function of these owners."""
    before = body.name(at - 1)
    if body.name(at + 1) not in ("(", "::"):
        return not owners and body.name(at) not in parameters and _value(body, at)
    if before == ".":
        return body.name(at - 2) == "self" and body.name(at - 3) != "."
    if before != "::":
        return before != "fn"
    if body.name(at - 2) in (">", ">>"):
        back = (body.name(place) for place in range(at - 2, -1, -1))
        words = set(takewhile(lambda name: name not in (";", "{", "}", "="), back))
        return bool(words & {*_HERE, *owners})
    return body.name(at - 2) in {*_HERE, *owners}


def _value(body: Code, at: int) -> bool:
    """Whether the name stands for the function itself (`let g = f;`), and not for a variable."""
    bound = {body.name(place + 1) for place, name in body.words() if name in ("let", "mut")}
    stands = body.name(at - 1) in _BEFORE_VALUE and body.name(at + 1) in _AFTER_VALUE
    return stands and body.name(at) not in bound


def _words(text: str) -> frozenset[str]:
    return frozenset(plain(token) for token in meaningful(text) if token.kind is Kind.WORD)
