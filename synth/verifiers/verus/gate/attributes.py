"""Attributes in a body. Few are of use there, so those that are not known to be harmless are named.

Harmless is what guides the prover or the compiler's advice and cannot change what is proved.
"""

from __future__ import annotations

from collections.abc import Iterator

from synthd.synth.verifiers.verus.gate.body import Code
from synthd.synth.verifiers.verus.gate.rules import Rule, Violation

_ON_QUANTIFIERS = frozenset({"trigger", "auto", "all_triggers", "auto_trigger"})
_VERIFIERS = _ON_QUANTIFIERS | {
    "allow_complex_invariants",
    "bit_vector",
    "custom_err",
    "ext_equal",
    "inline",
    "integer_ring",
    "loop_isolation",
    "no_auto_loop_invariant",
    "no_auto_trigger",
    "nonlinear",
    "opaque",
    "proof_note",
}
_HARMLESS = _ON_QUANTIFIERS | {
    "allow",
    "cold",
    "derive",
    "doc",
    "expect",
    "inline",
    "must_use",
    "warn",
    "rustfmt::skip",
    "verusfmt::skip",
}
_WHY = {
    "rlimit": "prove it with the resources that all functions have",
    "spinoff_prover": "prove it with the resources that all functions have",
    "memoize": "prove it with the resources that all functions have",
    "truncate": "show that the value fits its type",
    "exec_allows_no_decreases_clause": "say with `decreases` why it ends",
    "assume_termination": "say with `decreases` why it ends",
    "external": "nothing in the body may be left out of verification",
}
_ELSE = "leave this attribute out: it may change what is verified"


def attributes(body: Code) -> Iterator[Violation]:
    for at, (path, inner) in found(body):
        if path in ("cfg", "cfg_attr"):
            message = "the code must be the same for every tool"
            yield body.violation(Rule.CONDITIONAL, at, message, path)
        elif path == "path":
            yield body.violation(Rule.INCLUDE, at, "write the code here", path)
        elif not _allowed(path, inner):
            yield body.violation(Rule.ATTRIBUTE, at, _why(path), path)


def found(body: Code) -> Iterator[tuple[int, tuple[str, bool]]]:
    """Each attribute's place with its path and whether it is an inner one (`#![…]`)."""
    for at in range(len(body)):
        if body.name(at) != "#":
            continue
        inner = body.name(at + 1) == "!"
        opened = at + 1 + inner
        if body.name(opened) == "[":
            for start in _starts(body, opened):
                yield at, (_path(body, start), inner)


def _allowed(path: str, inner: bool) -> bool:
    if inner:
        return path.removeprefix("verifier::") in _ON_QUANTIFIERS
    head, _, last = path.rpartition("::")
    return last in _VERIFIERS if head == "verifier" else path in _HARMLESS


def _why(path: str) -> str:
    name = path.rpartition("::")[2]
    return _WHY["external"] if name.startswith("external") else _WHY.get(name, _ELSE)


def _starts(body: Code, opened: int) -> Iterator[int]:
    """The attribute itself. `unsafe(…)` around one is Rust's of 2024."""
    wrapped = body.name(opened + 1) == "unsafe" and body.name(opened + 2) == "("
    yield opened + 3 if wrapped else opened + 1


def _path(body: Code, at: int) -> str:
    """`verifier::name`, also where it is written `verifier(name)`."""
    parts = [body.name(at)]
    while body.name(at + 1) == "::":
        at += 2
        parts.append(body.name(at))
    if parts == ["verifier"] and body.name(at + 1) == "(":
        parts.append(body.name(at + 2))
    return "::".join(parts)
