"""The statements of a body: where each begins and ends, and which one gives the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.token import Kind
from synthd.synth.verifiers.verus.gate.body import Code
from synthd.synth.verifiers.verus.gate.loops import Loop, loops

_ITEMS = frozenset(
    "fn struct enum type use const static mod impl trait pub open closed broadcast".split()
)
_MODES = frozenset({"spec", "proof", "exec"})
_GOES_ON = frozenset({".", "?"})


@dataclass(frozen=True, slots=True)
class Statement:
    """Indices of tokens, the end exclusive and with the `;`. begins: the first token after
    attributes and label."""

    start: int
    begins: int
    end: int
    ended: bool  # by a `;`, or it is a block, which needs none
    block: bool = False  # it ends with a brace that needs no `;`


def statements(body: Code) -> tuple[Statement, ...]:
    """Of a whole block with its braces."""
    return tuple(_statements(body, 1, len(body) - 1, loops(body)))


def tail(body: Code) -> Statement | None:
    """The expression at the end that gives the block's value; a block may also be a statement."""
    every = statements(body)
    if not every or (every[-1].ended and not every[-1].block):
        return None
    return every[-1]


def _statements(body: Code, at: int, end: int, every: tuple[Loop, ...]) -> Iterator[Statement]:
    while at < end:
        if body.name(at) == ";":
            at += 1
            continue
        begins = _after_labels(body, at)
        closed = _block_end(body, begins, end, every)
        if closed is not None and body.name(closed) not in _GOES_ON:
            yield Statement(at, begins, closed, True, True)
            at = closed
            continue
        over, ended = _plain_end(body, begins, end)
        yield Statement(at, begins, over, ended)
        at = max(over, at + 1)


def _after_labels(body: Code, at: int) -> int:
    """After `#[…]` and `'label:`."""
    while True:
        if body.name(at) == "#" and body.name(at + 1) == "[":
            at = max(body.partner[at + 1], at + 1) + 1
        elif body.name(at).startswith("'") and body.name(at + 1) == ":":
            at += 2
        else:
            return at


def _block_end(body: Code, at: int, end: int, every: tuple[Loop, ...]) -> int | None:
    """After a statement that ends with a brace; None where it is another one."""
    name = body.name(at)
    if name == "{":
        return _after(body, at)
    if loop := next((one for one in every if one.at == at), None):
        return loop.closed + 1
    if name in ("if", "match"):
        return _branches_end(body, at, end)
    if name in ("proof", "unsafe") and body.name(at + 1) == "{":
        return _after(body, at + 1)
    if name == "assert":
        return _assertion_end(body, at, end)
    if _is_item(body, at):
        return _first_block(body, at, end)
    if body.is_word(at) and body.name(at + 1) == "!" and body.name(at + 2) == "{":
        return _after(body, at + 2)
    return None


def _after(body: Code, opened: int) -> int:
    return max(body.partner[opened], opened) + 1


def _branches_end(body: Code, at: int, end: int) -> int | None:
    """After `if … { } else if … { } else { }`, or `match … { }`."""
    closed = _first_block(body, at, end, nested=True)
    while closed is not None and body.name(closed) == "else":
        if body.name(closed + 1) == "if":
            closed = _first_block(body, closed + 1, end, nested=True)
        else:
            closed = _after(body, closed + 1)
    return closed


def _first_block(body: Code, at: int, end: int, *, nested: bool = False) -> int | None:
    """After the first block that follows; None where a `;` comes first. nested: conditions may
    hold `match` and `if` of their own, whose blocks come before."""
    due = 0
    start = at
    while at < end and body.name(at) != ";":
        if nested and at > start and body.name(at) in ("match", "if"):
            due += 1
        elif body.name(at) == "{":
            if not due:
                return _after(body, at)
            due -= 1
            at = body.partner[at]
        elif body.tokens[at].kind is Kind.OPEN:
            at = max(at, body.partner[at])
        at += 1
    return None


def _assertion_end(body: Code, at: int, end: int) -> int | None:
    """After `assert … by { }`; None where it ends with a `;`."""
    by = False
    while at < end and body.name(at) != ";":
        by = by or body.name(at) == "by"
        if body.name(at) == "{" and by:
            return _after(body, at)
        if body.tokens[at].kind is Kind.OPEN:
            at = max(at, body.partner[at])
        at += 1
    return None


def _is_item(body: Code, at: int) -> bool:
    name = body.name(at)
    if name in _MODES:
        return body.name(at + 1) in ("fn", "const")
    return name in _ITEMS and (body.is_word(at + 1) or body.name(at + 1) == "(")


def _plain_end(body: Code, at: int, end: int) -> tuple[int, bool]:
    """After the `;` and True, or the end of the block and False."""
    while at < end:
        if body.name(at) == ";":
            return at + 1, True
        if body.tokens[at].kind is Kind.OPEN:
            at = max(at, body.partner[at])
        at += 1
    return end, False
