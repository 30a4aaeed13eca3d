"""A program without its proof: what would be compiled, with the contracts of its functions.

Gone are `proof fn` and `spec fn`, `broadcast`, imports of Verus' library, triggers, the clauses of
loops, `decreases`, assertions, `proof { }`, ghost and tracked variables, `reveal`, `calc!`.
`assume` and `admit` stay: they are no proof.
"""

from __future__ import annotations

from collections.abc import Iterator

from synthd.synth.rust.expressions import Scan
from synthd.synth.rust.function import Mode
from synthd.synth.rust.functions import RustFile, mode_of
from synthd.synth.rust.headers import expressions_end
from synthd.synth.rust.items import Item, Sort
from synthd.synth.rust.nesting import Nesting
from synthd.synth.rust.normal import (
    is_proof_attribute,
    is_proof_import,
    proof_attribute_end,
    prover_end,
)
from synthd.synth.rust.token import Kind, Token
from synthd.synth.rust.words import LOOP_CLAUSES

_GHOST_WORDS = frozenset({"ghost", "tracked"})
_GHOST_TYPES = frozenset({"Ghost", "Tracked"})
_REVEALING = frozenset({"reveal", "reveal_with_fuel", "reveal_strlit", "hide"})
_PROOF_MACROS = frozenset(
    "calc assert_by_contradiction assert_seqs_equal assert_sets_equal assert_maps_equal "
    "assert_bitvector_by".split()
)


def erased(text: str) -> tuple[Token, ...]:
    """The meaningful tokens of the text that are not proof. Text that is broken stays."""
    file = RustFile.read(text)
    return tuple(file.nesting.tokens[index] for index in _kept(file))


def _kept(file: RustFile) -> Iterator[int]:
    gone: set[int] = set()
    for item in file.items:
        gone.update(_gone_of_item(file.nesting, item))
    return (index for index in range(len(file.nesting.tokens)) if index not in gone)


def _gone_of_item(nesting: Nesting, item: Item) -> Iterator[int]:
    start = item.attributes[0][0] if item.attributes else item.start
    if item.header is None:
        if item.sort is Sort.OTHER and is_proof_import(nesting, item.start, item.end):
            yield from range(start, item.end)
        return
    words = {nesting.text(index) for index in range(item.start, item.word)}
    if mode_of(words) is not Mode.EXEC:
        yield from range(start, item.end)
        return
    for first, last in item.attributes:
        if is_proof_attribute(nesting, first):
            yield from range(first, last)
    for clause in item.header.clauses:
        if clause.word in ("decreases", "when", "via"):
            comma = nesting.text(clause.end) == ","
            yield from range(clause.start - 1, clause.end + comma)
    yield from _guides(nesting, item.word, item.header.end)
    if item.header.body is not None:
        yield from _gone_of_body(nesting, item.header.body + 1, nesting.closes[item.header.body])


def _guides(nesting: Nesting, at: int, end: int) -> Iterator[int]:
    """Triggers in clauses, and how a function is to be proved."""
    while at < end:
        after = max(proof_attribute_end(nesting, at), prover_end(nesting, at))
        yield from range(at, after)
        at = max(after, at + 1)


def _gone_of_body(nesting: Nesting, at: int, end: int) -> Iterator[int]:
    while at < end:
        after = _proof_end(nesting, at, end)
        yield from range(at, after)
        if after > at:
            at = after
        elif nesting.text(at) in ("while", "for", "loop"):
            clauses = loop_clauses(nesting, at, end)
            yield from _gone_of_body(nesting, at + 1, clauses)  # closures in the condition
            at = _clauses_end(nesting, clauses, end)
            yield from range(clauses, at)
        else:
            at += 1


def _proof_end(nesting: Nesting, at: int, end: int) -> int:
    """After the piece of proof that starts here, or `at`."""
    text, after = nesting.text(at), nesting.text(at + 1)
    if text == "#":
        return proof_attribute_end(nesting, at)
    if nesting.kind(at) is not Kind.WORD or nesting.text(at - 1) in (".", "::"):
        return at
    if text == "proof" and after == "{":
        return _semicolon(nesting, nesting.after(at + 1), end)
    if text == "assert" and after == "(":
        return _assertion_end(nesting, nesting.after(at + 1), end)
    if text == "assert" and after == "forall":
        return _by_end(nesting, at + 2, end)
    if text in _REVEALING and after == "(":
        return _semicolon(nesting, nesting.after(at + 1), end)
    if text in _PROOF_MACROS and after == "!" and nesting.kind(at + 2) is Kind.OPEN:
        return _semicolon(nesting, nesting.after(at + 2), end)
    if (text == "broadcast" and after == "use") or (text == "let" and _is_ghost(nesting, at)):
        return _statement_end(nesting, at, end)
    return at


def _is_ghost(nesting: Nesting, at: int) -> bool:
    """`let ghost x`, `let Tracked(x) = …`, `let x = Ghost(…)`, `let x: Ghost<T> = …`."""
    at += 1
    if nesting.text(at) in _GHOST_WORDS:
        return nesting.kind(at + 1) is Kind.WORD or nesting.kind(at + 1) is Kind.OPEN
    at += nesting.text(at) == "mut"
    if nesting.text(at) in _GHOST_TYPES and nesting.text(at + 1) == "(":
        return True
    named = nesting.kind(at) is Kind.WORD and nesting.text(at + 1) in ("=", ":")
    return named and nesting.text(at + 2) in _GHOST_TYPES


def _assertion_end(nesting: Nesting, at: int, end: int) -> int:
    """After `assert(…)`: `by (prover) requires …`, `by { … }`, and the `;`."""
    if nesting.text(at) != "by":
        return _semicolon(nesting, at, end)
    at += 1
    if nesting.text(at) == "(":
        at = nesting.after(at)
    if nesting.text(at) == "requires":
        at = expressions_end(nesting, at + 1, end, item=False)
        at += nesting.text(at) == ","
    if at < end and nesting.text(at) == "{":
        at = nesting.after(at)
    return _semicolon(nesting, at, end)


def _by_end(nesting: Nesting, at: int, end: int) -> int:
    """After `… by { … }` and the `;`."""
    while at < end and nesting.text(at) not in ("by", ";"):
        at = nesting.after(at) if nesting.kind(at) is Kind.OPEN else at + 1
    if nesting.text(at) == "by" and nesting.text(at + 1) == "{":
        at = nesting.after(at + 1)
    return _semicolon(nesting, at, end)


def _semicolon(nesting: Nesting, at: int, end: int) -> int:
    return at + 1 if at < end and nesting.text(at) == ";" else at


def _statement_end(nesting: Nesting, at: int, end: int) -> int:
    while at < end and nesting.text(at) != ";":
        at = nesting.after(at) if nesting.kind(at) is Kind.OPEN else at + 1
    return _semicolon(nesting, at, end)


def loop_clauses(nesting: Nesting, at: int, end: int) -> int:
    """The index after a loop's condition: of its first clause, or of its block."""
    if nesting.text(at) == "for":
        while at < end and nesting.text(at) not in ("in", "{", ";"):
            at = nesting.after(at) if nesting.kind(at) is Kind.OPEN else at + 1
    return at + 1 if nesting.text(at) == "loop" else Scan(nesting, at + 1, end, item=False).run()


def _clauses_end(nesting: Nesting, at: int, end: int) -> int:
    while at < end and nesting.text(at) in LOOP_CLAUSES:
        after = max(expressions_end(nesting, at + 1, end, item=False), at + 1)
        at = after + (nesting.text(after) == ",")
    return at
