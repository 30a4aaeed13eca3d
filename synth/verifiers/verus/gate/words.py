"""Names that no body may use: each takes something as true, or is a way out of the language."""

from __future__ import annotations

from collections.abc import Iterator

from synthd.synth.rust.token import Kind
from synthd.synth.verifiers.verus.gate.body import Code
from synthd.synth.verifiers.verus.gate.rules import Rule, Violation

_PROVE = "prove it: what is assumed is not verified"
_INSIDE = "leave Verus' own inner functions alone"
_CLAUSE = "leave the effects of functions as they are"

# Anywhere, except after a dot: there it is a field or a method, which has a contract of its own.
_FORBIDDEN = {
    "assume": (Rule.ASSUME, _PROVE),
    "admit": (Rule.ASSUME, _PROVE),
    "assume_": (Rule.ASSUME, _PROVE),
    "assume_specification": (Rule.ASSUME, _PROVE),
    "assume_new": (Rule.ASSUME, "a ghost or tracked value must come from somewhere"),
    "assume_new_fallback": (Rule.ASSUME, "a ghost or tracked value must come from somewhere"),
    "inline_air_stmt": (Rule.ASSUME, "statements for the solver are not verified"),
    "erased_ghost_value": (Rule.ASSUME, _INSIDE),
    "global_size_of": (Rule.ASSUME, _INSIDE),
    "verus_builtin": (Rule.ASSUME, _INSIDE),
    "verus_builtin_macros": (Rule.ASSUME, _INSIDE),
    "unreached": (Rule.PANIC, "give a result on every path"),
    "proof_from_false": (Rule.PANIC, "write `assert(false)` where a case is impossible"),
    "unsafe": (Rule.UNSAFE, "write safe code"),
    "extern": (Rule.ITEM, "use what the file imports"),
    "opens_invariants": (Rule.ATTRIBUTE, _CLAUSE),
    "no_unwind": (Rule.ATTRIBUTE, _CLAUSE),
}

# A name followed by `::`.
_PATHS = {
    "builtin": (Rule.ASSUME, _INSIDE),
    "builtin_macros": (Rule.ASSUME, _INSIDE),
    "panicking": (Rule.PANIC, "give a result on every path"),
    "panic": (Rule.PANIC, "give a result on every path"),
    "process": (Rule.PANIC, "give a result: the process must not end"),
}

FORBIDDEN = frozenset(_FORBIDDEN)


def words(body: Code, known: frozenset[str]) -> Iterator[Violation]:
    """known: the names of the rest of the file, which may hold letters beyond ASCII."""
    for at, name in body.words():
        rule = _FORBIDDEN.get(name)
        if rule is None and body.name(at + 1) == "::":
            rule = _PATHS.get(name)
        if rule is not None and body.name(at - 1) != ".":
            yield body.violation(rule[0], at, rule[1])
        elif name == "global" and body.name(at + 1) in ("size_of", "layout"):
            yield body.violation(Rule.ASSUME, at, "sizes of types are stated outside of functions")
        elif not name.isascii() and name not in known:
            message = "write names in ASCII, as look-alikes of other names cannot be told apart"
            yield body.violation(Rule.LOOK_ALIKE, at, message)


def broken(body: Code) -> Iterator[Violation]:
    for at, token in enumerate(body.tokens):
        lonely = token.kind in (Kind.OPEN, Kind.CLOSE) and body.partner[at] < 0
        if token.kind is Kind.BROKEN or lonely:
            message = "close every bracket, string and comment inside the body"
            yield body.violation(Rule.BROKEN, at, message, token.text[:20])
