"""What in a program guides the solver and means nothing to its spec."""

from __future__ import annotations

from synthd.synth.rust.nesting import Nesting
from synthd.synth.rust.token import Kind

# Triggers; how hard and how the solver works; lints and documentation.
_INNER = frozenset({"trigger", "auto", "all_triggers", "trigger_all"})
_ATTRIBUTES = _INNER | frozenset({"doc", "allow", "warn", "inline", "deny"})
_VERIFIER = _INNER | frozenset(
    "loop_isolation spinoff_prover rlimit auto_trigger all_triggers nonlinear memoize".split()
)


def proof_attribute_end(nesting: Nesting, at: int) -> int:
    """After the `#[…]` or `#![…]` that starts here, if it only guides; else `at`."""
    bracket = at + 2 if nesting.text(at + 1) == "!" else at + 1
    if nesting.text(at) != "#" or nesting.text(bracket) != "[":
        return at
    return nesting.after(bracket) if is_proof_attribute(nesting, at) else at


def prover_end(nesting: Nesting, at: int) -> int:
    """After the `by (nonlinear_arith)` that starts here, else `at`."""
    hint = nesting.text(at) == "by" and nesting.text(at + 1) == "("
    return nesting.after(at + 1) if hint else at


def is_proof_attribute(nesting: Nesting, at: int) -> bool:
    word = at + (3 if nesting.text(at + 1) == "!" else 2)
    name = nesting.text(word)
    if name == "verifier" and nesting.text(word + 1) in ("::", "("):
        return nesting.text(word + 2) in _VERIFIER
    return name in _ATTRIBUTES


def is_proof_import(nesting: Nesting, at: int, end: int) -> bool:
    """`use vstd::…`, `broadcast use`, `broadcast group`."""
    words = [nesting.text(index) for index in range(at, min(at + 6, end))]
    words = [word for word in words if word not in ("pub", "::", "(", ")", "crate")]
    if words[:1] == ["broadcast"]:
        return words[1:2] in (["use"], ["group"])
    library = words[1:2] in (["vstd"], ["builtin"], ["builtin_macros"], ["verus_builtin"])
    return words[:1] == ["use"] and (library or words[1:2] == ["verus_builtin_macros"])


def normal(nesting: Nesting, at: int, end: int) -> tuple[int, ...]:
    """The indices of the tokens without what guides the solver, and without commas at an end."""
    kept: list[int] = []
    while at < end:
        after = max(proof_attribute_end(nesting, at), prover_end(nesting, at))
        if after > at:
            at = after
            continue
        if nesting.text(at) != "," or not _ends(nesting, at + 1, end):
            kept.append(at)
        at += 1
    return tuple(kept)


def _ends(nesting: Nesting, at: int, end: int) -> bool:
    """Whether a comma before `at` is one that may be left out. `(x,)` is a tuple."""
    if at >= end:
        return True
    if nesting.text(at) != ")":
        return nesting.kind(at) is Kind.CLOSE or nesting.text(at) == "{"
    opening = at - 1
    depth = 0
    while opening >= 0 and depth >= 0:
        depth += (nesting.kind(opening) is Kind.CLOSE) - (nesting.kind(opening) is Kind.OPEN)
        if depth == 0 and nesting.text(opening) == "," and opening < at - 1:
            return True
        opening -= 1
    return nesting.kind(opening) is Kind.WORD
