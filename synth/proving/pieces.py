"""The parts of a body that only its proof is made of, each of which may be left out.

Asserts, invariants, proof blocks, and calls inside them. What runs is no piece, nor is `decreases`
or a ghost variable: without these a program is another one, or none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from synthd.synth.rust.expressions import Scan
from synthd.synth.rust.function import Span
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.lines import Lines
from synthd.synth.rust.nesting import Nesting, nest
from synthd.synth.rust.token import Kind

Sort = Literal["assert", "invariant", "proof", "call"]

_INVARIANTS = frozenset({"invariant", "invariant_except_break", "invariant_ensures"})
_STATEMENT_AFTER = frozenset({"{", "}", ";"})
_NO_CALLS = frozenset({"if", "while", "match", "for", "loop", "return", "assert", "let", "proof"})


@dataclass(frozen=True, slots=True)
class Piece:
    """span: in the body's text. clause: the whole one that an invariant belongs to."""

    sort: Sort
    span: Span
    clause: Span | None = None


def pieces(body: str) -> tuple[Piece, ...]:
    """In the order of the text, an outer one before those inside it."""
    nesting = nest(meaningful(body), Lines.of(body))
    if not nesting.whole:
        return ()
    found = dict.fromkeys(_Finder(nesting).all())
    return tuple(sorted(found, key=lambda p: (p.span.start, -p.span.end)))


def without(body: str, removed: Collection[Piece], every: Collection[Piece]) -> str:
    """The body without these of its pieces, and without clauses and blocks that become empty."""
    gone = [piece.span for piece in removed]
    for clause in {piece.clause for piece in every if piece.clause}:
        if all(piece in removed for piece in every if piece.clause == clause):
            gone.append(clause)
    tokens = meaningful(body)
    for piece in every:
        if piece.sort == "proof" and piece not in removed:
            whole = [t for t in tokens if piece.span.start <= t.start < piece.span.end]
            inside = whole[2 : -2 if whole[-1].text == ";" else -1]  # without `proof {` and `}`
            if all(any(s.start <= t.start < s.end for s in gone) for t in inside):
                gone.append(piece.span)
    return _cut(body, gone)


def _cut(text: str, spans: Collection[Span]) -> str:
    """Without the spans; a line that had nothing else goes with them."""
    parts: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        start, end = _line_wise(text, span)
        if start >= at:
            parts.append(text[at:start])
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _line_wise(text: str, span: Span) -> tuple[int, int]:
    begins = text.rfind("\n", 0, span.start) + 1
    newline = text.find("\n", span.end)
    ends = len(text) if newline < 0 else newline
    alone = not text[begins : span.start].strip() and not text[span.end : ends].strip()
    return (begins, min(ends + 1, len(text))) if alone else (span.start, span.end)


class _Finder:
    def __init__(self, nesting: Nesting) -> None:
        self._nesting = nesting
        self._end = len(nesting.tokens)

    def all(self) -> Iterator[Piece]:
        for at in range(self._end):
            text = self._nesting.text(at)
            if text in _INVARIANTS:
                yield from self._invariants(at)
            elif at and self._nesting.text(at - 1) not in _STATEMENT_AFTER:
                continue
            elif text == "assert":
                end = self._assert_end(at)
                yield Piece("assert", self._span(at, end))
                yield from self._calls(range(at + 1, end))
            elif text == "proof" and self._nesting.text(at + 1) == "{":
                end = self._nesting.after(at + 1)
                yield Piece("proof", self._span(at, end + (self._nesting.text(end) == ";")))
                yield from self._calls(range(at + 2, end))

    def _span(self, start: int, end: int) -> Span:
        tokens = self._nesting.tokens
        return Span(tokens[start].start, tokens[end - 1].end)

    def _expression(self, at: int) -> int:
        return Scan(self._nesting, at, self._end).run()

    def _invariants(self, at: int) -> Iterator[Piece]:
        """One for each expression of the clause, with the comma after it."""
        spans: list[Span] = []
        start = at + 1
        while self._nesting.text(start) == "#" and self._nesting.text(start + 1) == "!":
            start = self._nesting.after(start + 2)
        while (stop := self._expression(start)) > start:
            stop += self._nesting.text(stop) == ","
            spans.append(self._span(start, stop))
            start = stop
        if spans:
            clause = Span(self._nesting.tokens[at].start, spans[-1].end)
            yield from (Piece("invariant", span, clause) for span in spans)

    def _assert_end(self, at: int) -> int:
        """After `assert(…);`, `assert(…) by (…) requires …;`, `assert forall|…| … by { … }`."""
        opens = self._nesting.text(at + 1) == "("
        at = self._nesting.after(at + 1) if opens else self._expression(at + 1)
        while at < self._end:
            match self._nesting.text(at):
                case ";":
                    return at + 1
                case "{":
                    at = self._nesting.after(at)
                    return at + (self._nesting.text(at) == ";")
                case "by":
                    solver = self._nesting.text(at + 1) == "("
                    at = self._nesting.after(at + 1) if solver else at + 1
                case "requires" | "ensures" | ",":
                    at = self._expression(at + 1)
                case _:
                    return at
        return at

    def _calls(self, inside: range) -> Iterator[Piece]:
        """Statements `lemma(…);`, `a::b::<T>(…);`, also deeper in the block."""
        for at in inside:
            first = self._nesting.text(at)
            if (
                self._nesting.kind(at) is not Kind.WORD
                or first in _NO_CALLS
                or self._nesting.text(at - 1) not in _STATEMENT_AFTER
            ):
                continue
            end = self._expression(at)
            is_call = self._nesting.text(end - 1) == ")" and self._nesting.text(end) == ";"
            if is_call and not any(self._nesting.text(i) == "=" for i in range(at, end)):
                yield Piece("call", self._span(at, end + 1))
