"""Macros in a body: none is defined there, and those that are used are known.

A macro's text is what it says it is only to the compiler. So a name that is neither one of Rust's
or Verus' harmless ones nor one that the rest of the file uses is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from synthd.synth.verifiers.verus.gate.body import Code
from synthd.synth.verifiers.verus.gate.rules import Rule, Violation
from synthd.synth.verifiers.verus.gate.words import FORBIDDEN

_PANICS = frozenset({"panic", "todo", "unimplemented", "unreachable"})
_ELSEWHERE = frozenset(
    "include include_str include_bytes env option_env concat concat_idents concat_bytes "
    "stringify file line column module_path compile_error".split()
)
_ASSEMBLY = frozenset({"asm", "global_asm", "naked_asm"})
_KNOWN = frozenset(
    """
    vec matches assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne
    print println eprint eprintln format write writeln
    seq set map iset imap calc assert_by_contradiction assert_forall_by
    assert_seqs_equal assert_maps_equal assert_sets_equal assert_multisets_equal
    assert_isets_equal assert_imaps_equal
    open_atomic_invariant open_local_invariant
    open_atomic_invariant_in_proof open_local_invariant_in_proof
    atomic_with_ghost closure_to_fn_spec proof proof_decl
    """.split()
)


_KEYWORDS = frozenset("if while match return in else break loop let move mut ref as is".split())


def macros(body: Code, used_outside: frozenset[str]) -> Iterator[Violation]:
    for at, name in body.words():
        if name == "macro_rules" or (name == "macro" and body.is_word(at + 1)):
            yield body.violation(Rule.MACRO, at, "define no macro")
        elif not _called(body, at):
            continue
        elif name in _PANICS:
            yield body.violation(Rule.PANIC, at, "give a result on every path", f"{name}!")
        elif name in _ELSEWHERE:
            yield body.violation(Rule.INCLUDE, at, "write the value itself", f"{name}!")
        elif name in _ASSEMBLY:
            yield body.violation(Rule.UNSAFE, at, "write safe code", f"{name}!")
        elif name not in _KNOWN | used_outside:
            yield body.violation(Rule.MACRO, at, "write out what it stands for", f"{name}!")


def called(rest: Code) -> frozenset[str]:
    """The macros that the rest of a file calls or defines, by name. Verus' own hold items, and do
    not count; nor do those that stand for an assumption, which is the user's to make alone."""
    used = {name for at, name in rest.words() if _called(rest, at)}
    sound, trusting = set[str](), set[str]()
    for at, name in rest.words():
        if name == "macro_rules":
            (trusting if _assumes(rest, at + 3) else sound).add(rest.name(at + 2))
    return frozenset(name for name in (used | sound) - trusting if not name.startswith("verus"))


def _assumes(rest: Code, opened: int) -> bool:
    """Whether a macro's definition holds a word that no body may use."""
    end = rest.partner[opened] if opened < len(rest) else -1
    return any(rest.name(at) in FORBIDDEN | _PANICS for at in range(opened, end))


def _called(body: Code, at: int) -> bool:
    """`name!(…)`. After a keyword `!` is a negation."""
    bang = body.name(at + 1) == "!" and body.name(at + 2) in ("(", "[", "{")
    return bang and body.tokens[at].text not in _KEYWORDS
