"""Items inside a body: helpers with names of their own, which prove what they state.

Verus puts a function's clauses into the same block as its body. So an item of the body with a name
that the contract uses changes what the contract means, although no letter of it was touched.
"""

from __future__ import annotations

from collections.abc import Iterator

from synthd.synth.rust.token import Kind
from synthd.synth.verifiers.verus.gate.body import Code
from synthd.synth.verifiers.verus.gate.rules import Rule, Violation

# Reach beyond the body, wherever they stand.
_REACHING = frozenset({"mod", "trait", "static"})
_NAMED = frozenset({"struct", "enum", "type", "fn"})
_MODIFIERS = frozenset("pub open closed uninterp spec proof exec axiom broadcast const".split())
_BEFORE_TYPES = frozenset({"(", ":", ",", "&", "->", "<", "=", "mut", "+", "["})
_TAKEN = "take another name: this one means something in the contract or the file"


def items(body: Code, taken: frozenset[str]) -> Iterator[Violation]:
    """taken: the words of the function's header, and what the file declares."""
    for at, name in body.words():
        if body.name(at - 1) == ".":
            continue
        if _reaches(body, at, name):
            yield body.violation(Rule.ITEM, at, "it reaches beyond the body: do without")
        elif name == "use" and body.name(at - 1) != "broadcast" and body.name(at + 1) != "<":
            yield from _imports(body, at, taken)
        elif (named := _named(body, at, name)) and body.name(named) in taken:
            yield body.violation(Rule.SHADOW, named, _TAKEN)
        if name == "fn" and body.is_word(at + 1):
            yield from _states_only(body, at)
        elif name == "broadcast" and body.name(at + 1) in ("axiom", "group"):
            yield body.violation(Rule.AXIOM, at, "state nothing without a proof")


def declared(file: Code) -> frozenset[str]:
    """The names of a file's items and imports."""
    names: set[str] = set()
    for at, name in file.words():
        if name == "use" and file.name(at - 1) != "broadcast":
            names.update(file.name(leaf) for leaf in _leaves(file, at))
        elif name in ("mod", "trait", "static", "union", "macro_rules") or name in _NAMED | {
            "const"
        }:
            names.update(file.name(n) for n in (at + 1, at + 2) if file.is_word(n))
    return frozenset(names - {"self", "mut", "_", "crate", "fn", ""})


def _reaches(body: Code, at: int, name: str) -> bool:
    if name == "impl":
        return body.name(at - 1) not in _BEFORE_TYPES
    if name == "union":
        return body.is_word(at + 1) and body.name(at + 2) in ("{", "<")
    return name in _REACHING and body.is_word(at + 1) and body.name(at + 1) != "move"


def _named(body: Code, at: int, name: str) -> int | None:
    """Where the name of the item stands that begins with this word."""
    if name == "const":
        is_item = body.name(at - 1) != "*" and body.name(at + 2) == ":"
        return at + 1 if is_item and body.is_word(at + 1) else None
    return at + 1 if name in _NAMED and body.is_word(at + 1) else None


def _states_only(body: Code, at: int) -> Iterator[Violation]:
    """`axiom fn`, `uninterp spec fn`, or a function without a body."""
    before = at - 1
    while body.name(before) in _MODIFIERS or body.name(before) in ("(", ")"):
        if body.name(before) in ("axiom", "uninterp"):
            yield body.violation(Rule.AXIOM, before, "state nothing without a proof")
            return
        before -= 1
    place = at + 1
    while place < len(body) and body.name(place) not in ("{", ";", "}"):
        closes = body.partner[place] if body.tokens[place].kind is Kind.OPEN else -1
        place = max(place, closes) + 1
    if body.name(place) != "{":
        yield body.violation(Rule.AXIOM, at + 1, "give the function a body")


def _imports(body: Code, at: int, taken: frozenset[str]) -> Iterator[Violation]:
    for leaf in _leaves(body, at):
        if body.name(leaf) == "*":
            message = "name what is imported: `*` may take names that the contract uses"
            yield body.violation(Rule.SHADOW, leaf, message)
        elif body.name(leaf) in taken:
            yield body.violation(Rule.SHADOW, leaf, _TAKEN)


def _leaves(body: Code, at: int) -> Iterator[int]:
    """Where the names stand that a `use …;` brings in; `self` brings in what is before it."""
    place = at + 1
    while place < len(body) and body.name(place) != ";":
        ends = body.name(place + 1) in (",", "}", ";")
        if ends and body.name(place) == "self":
            yield place - 3  # `name::{self`
        elif ends and (body.is_word(place) or body.name(place) == "*"):
            yield place
        place += 1
