"""The words that start items and clauses."""

from __future__ import annotations

from collections.abc import Sequence

from synthd.synth.rust.token import Kind, Token

# What may stand before `fn`; some of it also before other items.
MODIFIERS = frozenset(
    "pub open closed uninterp broadcast proof spec exec axiom const async unsafe extern default "
    "tracked ghost safe final".split()
)
_WITH_BRACKETS = frozenset({"pub", "open", "spec"})  # `pub(crate)`, `open(in a)`, `spec(checked)`
ITEMS = frozenset("fn mod impl trait struct enum union type use static macro_rules".split())

# In the order of a header; `when` and `via` belong to the clause before them.
CLAUSES = frozenset(
    "requires recommends ensures default_ensures returns decreases when via opens_invariants "
    "no_unwind".split()
)
LOOP_CLAUSES = frozenset(
    "invariant invariant_except_break invariant_ensures ensures decreases".split()
)
# Words that connect two operands.
CONNECTING = frozenset("as is has matches implies else in".split())


def is_verus(token: Token) -> bool:
    """`verus`, `verus_`, `verus_keep_ghost`, …: the macros that hold Verus items."""
    return token.kind is Kind.WORD and (token.text == "verus" or token.text.startswith("verus_"))


def after_modifiers(tokens: Sequence[Token], at: int, end: int | None = None) -> int:
    """The index of the first token that is no modifier of an item."""
    end = len(tokens) if end is None else end
    while at < end and tokens[at].kind is Kind.WORD and tokens[at].text in MODIFIERS:
        word = tokens[at].text
        at += 1
        if word == "extern" and at < end and tokens[at].kind is Kind.STRING:
            at += 1
        elif word in _WITH_BRACKETS and at < end and tokens[at].text == "(":
            at = _short_group_end(tokens, at, end)
    return at


def _short_group_end(tokens: Sequence[Token], at: int, end: int) -> int:
    """After `(crate)` or `(in a::b)`. A tuple's field `pub (A, B)` is no item anyway."""
    for index in range(at, min(end, at + 24)):
        if tokens[index].text == ")":
            return index + 1
    return at


def is_item_start(tokens: Sequence[Token], at: int) -> bool:
    """Whether an item starts here: `#[`, `pub`, `proof fn`, `impl`, `verus!`, but not `proof {`."""
    if tokens[at].text == "#":
        return at + 1 < len(tokens) and tokens[at + 1].text == "["
    if is_verus(tokens[at]):
        return at + 1 < len(tokens) and tokens[at + 1].text == "!"
    start = after_modifiers(tokens, at)
    if start >= len(tokens) - 1 or tokens[start].kind is not Kind.WORD:
        return False
    follows = tokens[start + 1]
    return tokens[start].text in ITEMS and (follows.kind is Kind.WORD or follows.text in "<!")
