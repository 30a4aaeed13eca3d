"""The tokens of a body as the gate's rules read them: by name, neighbour and bracket."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.lexer import meaningful, plain
from synthd.synth.rust.token import Kind, Token
from synthd.synth.verifiers.verus.gate.rules import Rule, Violation


@dataclass(frozen=True, slots=True)
class Code:
    """Tokens that mean something, with their names (`r#x` is `x`) and their partner brackets.

    partner[i] is the index of the bracket that closes or opens the one at i; else -1.
    """

    tokens: tuple[Token, ...]
    names: tuple[str, ...]
    partner: tuple[int, ...]
    line_starts: tuple[int, ...]
    first_line: int

    def __len__(self) -> int:
        return len(self.tokens)

    def name(self, at: int) -> str:
        """The text at a place, "" beyond both ends."""
        return self.names[at] if 0 <= at < len(self.names) else ""

    def is_word(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind is Kind.WORD

    def line(self, at: int) -> int:
        return self.first_line + bisect_right(self.line_starts, self.tokens[at].start)

    def words(self) -> Iterator[tuple[int, str]]:
        for at, token in enumerate(self.tokens):
            if token.kind is Kind.WORD:
                yield at, self.names[at]

    def violation(self, rule: Rule, at: int, message: str, token: str = "") -> Violation:
        return Violation(rule.value, token or self.names[at], self.line(at), message)


def code(text: str, first_line: int = 1) -> Code:
    """first_line: of the text, where it is a piece of a file."""
    return code_of(meaningful(text), text, first_line)


def line_starts(text: str) -> tuple[int, ...]:
    """Of all lines but the first."""
    return tuple(found.end() for found in re.finditer("\n", text))


def code_of(
    tokens: tuple[Token, ...],
    text: str,
    first_line: int = 1,
    lines: tuple[int, ...] | None = None,
) -> Code:
    """tokens: some of the text's. lines: their starts, where they are known."""
    starts = line_starts(text) if lines is None else lines
    return Code(tokens, tuple(plain(t) for t in tokens), _partners(tokens), starts, first_line)


def _partners(tokens: tuple[Token, ...]) -> tuple[int, ...]:
    partner = [-1] * len(tokens)
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind is Kind.OPEN:
            opened.append(at)
        elif token.kind is Kind.CLOSE and opened:
            partner[at] = opened.pop()
            partner[partner[at]] = at
    return tuple(partner)
