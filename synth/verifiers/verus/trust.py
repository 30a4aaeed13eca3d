"""What a file takes as true without a proof: what "proved" then rests on, by name and line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.verifiers.verus.gate.attributes import found as attributes_of
from synthd.synth.verifiers.verus.gate.body import Code, code

_CALLS = frozenset({"assume", "admit", "assume_", "inline_air_stmt", "assume_new"})
_ATTRIBUTES = (
    "external",
    "external_body",
    "external_derive",
    "external_fn_specification",
    "external_type_specification",
    "external_trait_specification",
    "external_trait_extension",
    "external_trait_blanket",
    "exec_allows_no_decreases_clause",
    "assume_termination",
)
_NAMED_BY = frozenset("fn struct enum union trait mod type const static".split())


@dataclass(frozen=True, slots=True)
class Trust:
    """what: `assume`, `external_body`, … name: what it is said of, "" for the whole file."""

    what: str
    name: str
    line: int

    @property
    def label(self) -> str:
        return f"trusts:{self.what}:{self.name or 'file'}:{self.line}"

    def __str__(self) -> str:
        return f"line {self.line}: {self.what} ({self.name or 'the whole file'})"


def trusts(text: str, target: RustFunction) -> tuple[Trust, ...]:
    """In the file but for the body of this function, which the gate looks after."""
    tokens = code(text)
    every = functions(text)
    outside = (
        one
        for one in _found(tokens, every)
        if target.body is None
        or not target.body.start < tokens.tokens[one[0]].start < target.body.end
    )
    return tuple(Trust(what, name, tokens.line(at)) for at, what, name in sorted(outside))


def _found(tokens: Code, every: tuple[RustFunction, ...]) -> Iterator[tuple[int, str, str]]:
    """Each with the place of its token."""
    for at, name in tokens.words():
        called = name in _CALLS and tokens.name(at - 1) not in (".", "fn", "!")
        if called and tokens.name(at + 1) in ("(", "::"):
            yield at, name, _around(tokens, at, every)
        elif name == "assume_specification":
            yield at, name, _specified(tokens, at)
        elif name == "axiom" and tokens.name(at + 1) == "fn":
            yield at, name, tokens.name(at + 2)
        elif name in ("include", "include_str") and tokens.name(at + 1) == "!":
            yield at, f"{name}!", _around(tokens, at, every)
    for at, (path, inner) in attributes_of(tokens):
        head, _, last = path.rpartition("::")
        if head == "verifier" and last in _ATTRIBUTES:
            yield at, last, "" if inner else _following(tokens, at, every)
        elif path in ("cfg", "cfg_attr"):
            continue


def _around(tokens: Code, at: int, every: tuple[RustFunction, ...]) -> str:
    offset = tokens.tokens[at].start
    starts = [one.whole.start for one in every]
    place = bisect_right(starts, offset) - 1
    inside = place >= 0 and offset < every[place].whole.end
    return every[place].path if inside else ""


def _following(tokens: Code, at: int, every: tuple[RustFunction, ...]) -> str:
    """The name of the item that an attribute stands before."""
    if around := _around(tokens, at, every):
        return around
    while at < len(tokens) and tokens.name(at) not in _NAMED_BY and tokens.name(at) != "impl":
        at = max(at, tokens.partner[at] if tokens.name(at) == "[" else at) + 1
    return tokens.name(at + 1)


def _specified(tokens: Code, at: int) -> str:
    """`assume_specification [ path ]`."""
    while at < len(tokens) and tokens.name(at) not in ("[", ";"):
        at += 1
    end = tokens.partner[at] if tokens.name(at) == "[" else at
    return "".join(tokens.names[at + 1 : end])
