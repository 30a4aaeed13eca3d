"""Which `<` opens generics, and where these end: a question for the context, answered once.

Every `<` is paired as if it opened some; only who expects generics there asks. It has no partner
where the bracket around it closes first, or where something comes that no generics hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synthd.synth.rust.token import Kind, Token
from synthd.synth.rust.words import CLAUSES, LOOP_CLAUSES

CLOSING = frozenset({">", ">>", ">=", ">>="})
OPENING = frozenset({"<", "<<", "<-"})
_NEVER_INSIDE = CLAUSES | LOOP_CLAUSES | {";", "&&"}
_BEFORE_CONSTANT = frozenset({"<", ",", "="})  # `<{ N + 1 }>`, `<T, { N }>`, `N: usize = { 1 }`


def paired(tokens: Sequence[Token], after: Mapping[int, int]) -> dict[int, int]:
    """For each `<` with a partner the index after that one. after: for each opening bracket the
    index after its group. In linear time."""
    ends: dict[int, int] = {}
    levels: list[tuple[int, list[int]]] = [(len(tokens) + 1, [])]
    for index, token in enumerate(tokens):
        while levels[-1][0] <= index:
            levels.pop()
        waiting = levels[-1][1]
        if token.kind is Kind.OPEN:
            if token.text == "{" and tokens[index - 1].text not in _BEFORE_CONSTANT:
                waiting.clear()
            levels.append((after[index], []))
        elif token.text in OPENING:
            waiting += [index] * token.text.count("<")
        elif token.text in CLOSING:
            for _ in range(min(token.text.count(">"), len(waiting))):
                ends[waiting.pop()] = index + 1
        elif token.text in _NEVER_INSIDE:
            waiting.clear()
    return ends
