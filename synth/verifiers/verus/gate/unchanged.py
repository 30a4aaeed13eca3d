"""The gate over every function of a file that nobody has changed, read once for all of them.

A body is first held to stricter rules, for which the rest of the file need not be known: as if all
of its names were taken, and none of its macros could be relied on. What passes those passes the
gate; the others are looked at one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.token import Kind, Token
from synthd.synth.verifiers.verus.gate.attributes import attributes
from synthd.synth.verifiers.verus.gate.body import Code, code_of, line_starts
from synthd.synth.verifiers.verus.gate.inspection import inspect
from synthd.synth.verifiers.verus.gate.items import items
from synthd.synth.verifiers.verus.gate.loops import endless
from synthd.synth.verifiers.verus.gate.macros import macros
from synthd.synth.verifiers.verus.gate.original import NO_TERMINATION
from synthd.synth.verifiers.verus.gate.rules import Rules, Violation
from synthd.synth.verifiers.verus.gate.words import broken, words


@dataclass(frozen=True, slots=True)
class Unchanged:
    text: str
    rules: Rules
    tokens: tuple[Token, ...]
    starts: tuple[int, ...]  # of the tokens
    lines: tuple[int, ...]
    names: frozenset[str]

    @classmethod
    def of(cls, text: str, rules: Rules) -> Unchanged:
        tokens = meaningful(text)
        names = frozenset(token.text for token in tokens if token.kind is Kind.WORD)
        starts = tuple(token.start for token in tokens)
        return cls(text, rules, tokens, starts, line_starts(text), names)

    def inspect(self, function: RustFunction) -> tuple[Violation, ...]:
        """function: one of the text. Raises a RustSourceError where it does not nest."""
        if function.body is not None and self._plain(function):
            return ()
        return inspect(self.text, self.text, function.path, self.rules)

    def _plain(self, function: RustFunction) -> bool:
        if self.rules.gate != "strict" or function.body is None:
            return False
        unchecked = not self.rules.termination or bool(self.names & NO_TERMINATION)
        if unchecked and function.decreases is None:
            return False
        first, last = (
            bisect_left(self.starts, at) for at in (function.body.start, function.body.end)
        )
        body = code_of(self.tokens[first:last], self.text, lines=self.lines)
        if _open(body):
            return False
        return next(self._suspicions(body), None) is None

    def _suspicions(self, body: Code) -> Iterator[Violation]:
        yield from broken(body)
        yield from words(body, frozenset())
        yield from attributes(body)
        yield from macros(body, frozenset())
        yield from items(body, self.names)
        yield from endless(body)


def _open(body: Code) -> bool:
    """Whether a bracket has no partner."""
    return any(
        token.kind in (Kind.OPEN, Kind.CLOSE) and partner < 0
        for token, partner in zip(body.tokens, body.partner, strict=True)
    )
