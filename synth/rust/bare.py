"""A body without its function: statements or a block, and what a completion says after it.

Asked to go on after `fn f(…) … {`, a model writes the statements, the closing brace of the
function, that of the macro, and `fn main() {}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from synthd.synth.rust.layout import block_of, is_block, level
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.nesting import PAIRS
from synthd.synth.rust.token import Kind, Token
from synthd.synth.rust.words import after_modifiers, is_verus

_ITEM_WORDS = frozenset("fn impl trait struct enum union mod type static macro_rules".split())


@dataclass(frozen=True, slots=True)
class Bare:
    """block: level, with its braces. missing: how many closing brackets were added. after: the
    names of the functions that follow, `main` among them."""

    block: str
    missing: int
    after: tuple[str, ...]


def bare_body(code: str) -> Bare | None:
    """None where the code is no body: nothing, broken, or a program's items."""
    tokens = meaningful(code)
    if not tokens or any(token.kind is Kind.BROKEN for token in tokens) or _is_program(tokens):
        return None
    end = _end(tokens)
    if not end:
        return None
    start = tokens[0].start if is_block(tokens[:end]) else 0
    inner, missing = closed_up(code[start : tokens[end - 1].end])
    block = level(inner) if is_block(meaningful(inner)) else block_of(inner)
    return Bare(block, missing, _functions(tokens[end:]))


def closed_up(code: str) -> tuple[str, int]:
    """The code with the brackets that it leaves open closed, and how many these are.

    On its last line of code, so that the layout of the others can still be seen.
    """
    missing: list[str] = []
    tokens = meaningful(code)
    for token in tokens:
        if token.kind is Kind.OPEN:
            missing.append(PAIRS[token.text])
        elif token.kind is Kind.CLOSE and missing:
            missing.pop()
    if not missing:
        return code, 0
    return f"{code[: tokens[-1].end]} {' '.join(reversed(missing))}", len(missing)


def _end(tokens: tuple[Token, ...]) -> int:
    """The index after the body: before the brace that closes the function, or `fn main`."""
    depth = 0
    one_block = tokens[0].text == "{"
    for index, token in enumerate(tokens):
        if depth == 0 and index and _is_main(tokens, index):
            return index
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if depth < 0:
            return index
        if depth == 0 and one_block:
            one_block = False
            if _is_tail(tokens, index + 1):
                return index + 1
    return len(tokens)


def _is_main(tokens: tuple[Token, ...], at: int) -> bool:
    """Nobody nests a `main`: the body before it lost its closing brace."""
    return [token.text for token in tokens[at : at + 2]] == ["fn", "main"]


def _is_tail(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether the block before was a whole body: braces that close, or items follow."""
    if at >= len(tokens) or tokens[at].kind is Kind.CLOSE:
        return True
    return _is_program(tokens[at:])


def _is_program(tokens: tuple[Token, ...]) -> bool:
    """Whether it starts with an item that bodies do not start with. `proof {` is a statement."""
    first, second = (*(token.text for token in tokens[:2]), "", "")[:2]
    if first == "#" and second == "[":  # of a statement, too
        rest = _after_attributes(tokens)
        return bool(rest) and _is_program(rest)
    if first in ("use", "pub") or (first == "#" and second == "!"):
        return True
    if is_verus(tokens[0]) and second == "!":
        return True
    word = after_modifiers(tokens, 0)
    return word < len(tokens) and tokens[word].text in _ITEM_WORDS


def _after_attributes(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    depth = 0
    for index, token in enumerate(tokens):
        if depth == 0 and token.text not in ("#", "["):
            return tokens[index:]
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
    return ()


def _functions(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    return tuple(
        name.text for word, name in pairwise(tokens) if word.text == "fn" and name.kind is Kind.WORD
    )
