"""The loops of a body: where they stand, and whether there is any way out of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.token import Kind
from synthd.synth.verifiers.verus.gate.body import Code
from synthd.synth.verifiers.verus.gate.rules import Rule, Violation

_WORDS = frozenset({"loop", "while", "for"})
# After a block of a loop's header these say that the header goes on; `*`, `&`, `-`, `|`, `<`, `!`
# do not, since a statement after the loop may begin with them.
_GOES_ON = frozenset(
    "else as is matches in invariant invariant_except_break ensures decreases implies".split()
) | frozenset(
    ", . ? + / % ^ == != <= >= && || &&& ||| ==> <== <==> === !== =~= =~~= !~~= .. ..= => {".split()
)


@dataclass(frozen=True, slots=True)
class Loop:
    """Indices of tokens: of its word, and of its block's brackets. start: with its label."""

    word: str
    start: int
    at: int
    opened: int
    closed: int
    label: str = ""


def loops(body: Code) -> tuple[Loop, ...]:
    return tuple(_loops(body))


def exits(body: Code, loop: Loop, inner: tuple[Loop, ...]) -> frozenset[str]:
    """How it can be left: "condition", "break", "return". inner: all loops of the body."""
    found: set[str] = set()
    if loop.word == "for" or (loop.word == "while" and not _always(body, loop)):
        found.add("condition")
    nested = [other for other in inner if loop.opened < other.at < loop.closed]
    for at in range(loop.opened + 1, loop.closed):
        name = body.name(at)
        if name == "break":
            found |= _break_of(body, at, loop, nested)
        elif name == "return" or (name == "?" and _is_operator(body, at)):
            found.add("return")
    return frozenset(found)


def endless(body: Code) -> Iterator[Violation]:
    every = loops(body)
    for loop in every:
        if not exits(body, loop, every):
            message = "this loop has no way out, and what does not end shows nothing"
            yield body.violation(Rule.ENDLESS, loop.at, message)


def _loops(body: Code) -> Iterator[Loop]:
    for at, name in body.words():
        if name not in _WORDS or body.name(at - 1) == "." or body.name(at + 1) == "<":
            continue
        opened = _block(body, at + 1)
        if opened is None:
            continue
        labelled = body.name(at - 1) == ":" and body.name(at - 2).startswith("'")
        start = at - 2 if labelled else at
        label = body.name(at - 2) if labelled else ""
        yield Loop(name, start, at, opened, body.partner[opened], label)


def _block(body: Code, at: int) -> int | None:
    """Where the loop's own block opens: blocks of its condition and clauses come before."""
    due = 0  # `match` and `if` of the header whose block is still to come
    last: int | None = None
    while at < len(body):
        name = body.name(at)
        if name in (";", "}", ")", "]"):
            return last
        if name in ("match", "if"):
            due += 1
        elif name == "else" and body.name(at + 1) == "{":
            due += 1
        elif name == "{":
            closed = body.partner[at]
            if closed < 0:
                return None
            if due:
                due -= 1
            else:
                last = at
                if body.name(closed + 1) not in _GOES_ON:
                    return at
            at = closed
        elif body.tokens[at].kind is Kind.OPEN:
            at = max(at, body.partner[at])
        at += 1
    return last


def _always(body: Code, loop: Loop) -> bool:
    """`while true`, also in brackets."""
    at = loop.at + 1
    while body.name(at) == "(":
        at += 1
    return body.name(at) == "true" and body.name(at + 1) in (
        ")", "{", "invariant", "invariant_except_break", "ensures", "decreases",
    )  # fmt: skip


def _break_of(body: Code, at: int, loop: Loop, nested: list[Loop]) -> set[str]:
    """What a `break` inside the loop means to it."""
    if body.name(at + 1).startswith("'"):
        label = body.name(at + 1)
        if label == loop.label:
            return {"break"}
        return set() if any(label == other.label for other in nested) else {"return"}
    inside_another = any(other.opened < at < other.closed for other in nested)
    return set() if inside_another else {"break"}


def _is_operator(body: Code, at: int) -> bool:
    """`value?`, and not `?Sized`."""
    return not body.is_word(at + 1) or body.name(at + 1) in ("else", "as", "is")
