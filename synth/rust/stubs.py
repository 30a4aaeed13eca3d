"""Whether a function is still to be written.

A stub is: `todo!()` or `unimplemented!()` alone, with or without a message; a missing body where
the language wants one (a `spec fn` without one is uninterpreted); an empty body of a function that
returns something or promises something. An empty body of a `proof fn` is a proof that the solver
finds by itself, and no stub, unless a comment in it says that something is to be done.
"""

from __future__ import annotations

import re

from synthd.synth.rust.function import Mode
from synthd.synth.rust.headers import Header
from synthd.synth.rust.items import Home, Item
from synthd.synth.rust.nesting import Nesting

_PLACEHOLDERS = frozenset({"todo", "unimplemented"})
_TO_DO = re.compile(r"\b(TODO|FIXME|XXX|your code|fill in|implement)\b|\.\.\.|…", re.IGNORECASE)


def is_stub(nesting: Nesting, item: Item, mode: Mode, body: str) -> bool:
    """body: the text between the braces, "" where there is no body."""
    head = item.header
    assert head is not None
    if head.body is None:
        wants_one = item.home in (Home.FILE, Home.IMPL) and mode is not Mode.SPEC
        return wants_one and not _is_axiom(nesting, item)
    inside = range(head.body + 1, nesting.closes[head.body])
    if not inside:
        return _is_due(head, mode) or bool(_TO_DO.search(body))
    return _is_placeholder([nesting.text(index) for index in inside])


def _is_axiom(nesting: Nesting, item: Item) -> bool:
    return any(nesting.text(index) == "axiom" for index in range(item.start, item.word))


def _is_due(head: Header, mode: Mode) -> bool:
    promises = any(clause.word in ("ensures", "returns") for clause in head.clauses)
    return head.returns_value or (promises and mode is Mode.EXEC)


def _is_placeholder(texts: list[str]) -> bool:
    while len(texts) > 1 and texts[0] in ("std", "core", "::"):
        texts = texts[1:]
    if len(texts) < 4 or texts[0] not in _PLACEHOLDERS or texts[1] != "!":
        return False
    if texts[-1] == ";":
        texts = texts[:-1]
    # One call and nothing after it: its closing bracket is the last one.
    depth = 0
    for index, text in enumerate(texts):
        depth += (text in "([{") - (text in ")]}") if len(text) == 1 else 0
        if index > 2 and depth == 0:
            return index == len(texts) - 1
    return False
