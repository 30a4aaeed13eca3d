"""Whether a text without fences is Rust, or words about it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.token import Kind
from synthd.synth.rust.words import CLAUSES, CONNECTING, ITEMS, LOOP_CLAUSES, MODIFIERS

# After or before one of these a word may follow another one.
_KEYWORDS = (
    MODIFIERS
    | ITEMS
    | CLAUSES
    | LOOP_CLAUSES
    | CONNECTING
    | frozenset(
        "let mut if else match while for loop in return break continue move ref dyn where by "
        "assert assume forall exists choose unsafe yield reveal use group".split()
    )
)


def is_code(text: str, names: Iterable[str] = ()) -> bool:
    """names: words that are code when they stand alone, such as the parameters."""
    tokens = meaningful(text)
    if not tokens or any(token.kind is Kind.BROKEN for token in tokens):
        return False
    if len(tokens) == 1:
        literal = tokens[0].kind in (Kind.NUMBER, Kind.STRING, Kind.CHARACTER)
        return literal or tokens[0].text in {"true", "false", *names}
    if tokens[-1].text in (".", "?", ":", ",") or all(t.kind is Kind.WORD for t in tokens):
        return False
    return not any(
        one.kind is Kind.WORD and other.kind is Kind.WORD and not {one.text, other.text} & _KEYWORDS
        for one, other in pairwise(tokens)
    )
