"""Whether a text without fences is Rust, or words about it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.token import Kind, Token
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
        "assert assume forall exists choose trigger unsafe yield reveal use group".split()
    )
)


def is_code(text: str, names: Iterable[str] = (), *, fenced: bool = False) -> bool:
    """names: words that are code when they stand alone, such as the parameters. fenced: somebody
    says that it is code, so that only prose in sentences is none; it may also end anywhere."""
    tokens = meaningful(text)
    if not tokens or any(token.kind is Kind.BROKEN for token in tokens):
        return False
    if not fenced and not _stands_alone(tokens, frozenset(names)):
        return False
    return not any(
        one.kind is Kind.WORD and other.kind is Kind.WORD and not {one.text, other.text} & _KEYWORDS
        for one, other in pairwise(tokens)
    )


def _stands_alone(tokens: tuple[Token, ...], names: frozenset[str]) -> bool:
    if len(tokens) == 1:
        literal = tokens[0].kind in (Kind.NUMBER, Kind.STRING, Kind.CHARACTER)
        return literal or tokens[0].text in {"true", "false"} | names
    sentence = tokens[-1].text in (".", "?", ":", ",")
    return not sentence and any(token.kind is not Kind.WORD for token in tokens)
