"""The clauses of a body's loops: the body without them, and clauses of another body put into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.erase import loop_clauses
from synthd.synth.rust.expressions import Scan
from synthd.synth.rust.layout import STEP, indentation
from synthd.synth.rust.lexer import lex, meaningful
from synthd.synth.rust.lines import Lines
from synthd.synth.rust.nesting import Nesting, nest
from synthd.synth.rust.token import Kind, Token
from synthd.synth.rust.words import LOOP_CLAUSES

# As Verus wants them.
_ORDER = ("invariant_except_break", "invariant", "invariant_ensures", "ensures", "decreases")
_WORDS = frozenset({"while", "for", "loop"})

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """Of a loop: each of its expressions as its tokens' texts, and as it is written."""

    word: str
    expressions: tuple[Texts, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """word: offset of its first word. start, end: offsets of its clauses: from the end of its
    condition to its brace."""

    word: int
    start: int
    end: int
    clauses: tuple[Clause, ...]

    def expressions(self, word: str) -> tuple[Texts, ...]:
        return tuple(e for one in self.clauses if one.word == word for e in one.expressions)


@dataclass(frozen=True, slots=True)
class Body:
    """rest: the meaningful tokens that belong to no loop's clauses."""

    text: str
    loops: tuple[Loop, ...]
    rest: tuple[Token, ...]


def read(text: str) -> Body:
    """text: of a body, with its braces. Never raises."""
    nesting = nest(meaningful(text), Lines.of(text))
    found: list[Loop] = []
    gone: set[int] = set()
    end = len(nesting.tokens)
    for at in range(end):
        if not _is_loop(nesting, at):
            continue
        first = loop_clauses(nesting, at, end)
        clauses, after = _clauses(nesting, first, end, text)
        gone.update(range(first, after))
        start = nesting.tokens[first - 1].end
        stop = nesting.tokens[after].start if after < end else len(text)
        found.append(Loop(nesting.tokens[at].start, start, stop, clauses))
    rest = tuple(token for at, token in enumerate(nesting.tokens) if at not in gone)
    return Body(text, tuple(found), rest)


def with_clauses(body: str, other: str) -> str | None:
    """The body with the clauses that the other one's loops have besides, loop by loop. None where
    that cannot be said: there are not as many loops, or comments stand among the clauses."""
    mine, theirs = read(body), read(other)
    if len(mine.loops) != len(theirs.loops) or not mine.loops:
        return None
    parts: list[str] = []
    at = 0
    for loop, more in zip(mine.loops, theirs.loops, strict=True):
        added = _merged(loop, more)
        if added == loop.clauses:
            continue
        if any(token.kind is Kind.COMMENT for token in lex(body[loop.start : loop.end])):
            return None
        if loop.start < at:  # a loop in the condition of another one
            return None
        parts += [body[at : loop.start], _written(added, indentation(body, loop.word))]
        at = loop.end
    return "".join([*parts, body[at:]])


def _is_loop(nesting: Nesting, at: int) -> bool:
    if nesting.text(at) not in _WORDS or nesting.kind(at) is not Kind.WORD:
        return False
    return nesting.text(at - 1) not in (".", "::") and nesting.text(at + 1) != "<"


def _clauses(nesting: Nesting, at: int, end: int, text: str) -> tuple[tuple[Clause, ...], int]:
    found: list[Clause] = []
    while at < end and nesting.text(at) in LOOP_CLAUSES and nesting.kind(at) is Kind.WORD:
        word = nesting.text(at)
        spans, at = _expressions(nesting, at + 1, end)
        tokens = nesting.tokens
        found.append(
            Clause(
                word,
                tuple(tuple(token.text for token in tokens[a:b]) for a, b in spans),
                tuple(text[tokens[a].start : tokens[b - 1].end] for a, b in spans),
            )
        )
    return tuple(found), at


def _expressions(nesting: Nesting, at: int, end: int) -> tuple[list[tuple[int, int]], int]:
    spans: list[tuple[int, int]] = []
    while at < end:
        stop = Scan(nesting, at, end, item=False).run()
        if stop == at:
            break
        spans.append((at, stop))
        at = stop
        if at >= end or nesting.text(at) != ",":
            break
        at += 1
    return spans, at


def _merged(loop: Loop, more: Loop) -> tuple[Clause, ...]:
    """What the first one has stays as it is; a measure that it has is not exchanged."""
    return tuple(_of_word(word, loop, more) for word in _ORDER if _has(word, loop, more))


def _has(word: str, *loops: Loop) -> bool:
    return any(loop.expressions(word) for loop in loops)


def _of_word(word: str, loop: Loop, more: Loop) -> Clause:
    texts: dict[Texts, str] = {}
    for one in (loop,) if word == "decreases" and _has(word, loop) else (loop, more):
        for clause in one.clauses:
            if clause.word == word:
                for expression, written in zip(clause.expressions, clause.written, strict=True):
                    texts.setdefault(expression, written)
    return Clause(word, tuple(texts), tuple(texts.values()))


def _written(clauses: tuple[Clause, ...], indent: str) -> str:
    return "\n" + "\n".join(_lines(clauses, indent)) + f"\n{indent}"


def _lines(clauses: tuple[Clause, ...], indent: str) -> Iterator[str]:
    for clause in clauses:
        if clause.word == "decreases":
            yield f"{indent}{STEP}decreases {', '.join(clause.written)},"
            continue
        yield f"{indent}{STEP}{clause.word}"
        for written in clause.written:
            yield f"{indent}{STEP}{STEP}{written},"
