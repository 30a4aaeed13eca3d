"""Whether a program is another one but for a body, for its proof, or for its spec."""

from __future__ import annotations

from itertools import zip_longest

from synthd.synth.rust.difference import Difference, place
from synthd.synth.rust.erase import erased
from synthd.synth.rust.functions import RustFile, find
from synthd.synth.rust.nesting import PAIRS
from synthd.synth.rust.spec import spec_changed
from synthd.synth.rust.token import Kind, Token

__all__ = ["Difference", "erased", "outside", "spec_changed"]


def outside(original: str, changed: str, path: str) -> Difference | None:
    """The first difference, token for token, outside the body of this function of the original.

    Spaces and comments do not count. What stands in place of the body must be one block that
    closes: everything before and after it is compared by position, not by searching, so that no
    text can pretend to be outside. Raises RustSourceError where the original lacks the function.
    """
    function = find(original, path)
    before = RustFile.read(original)
    after = RustFile.read(changed)
    start, end = (function.body or function.whole).start, function.whole.end
    if function.body is None:
        start = function.header.end
    old, new = before.nesting.tokens, after.nesting.tokens
    head = sum(token.start < start for token in old)
    tail = sum(token.start < end for token in old)
    for index in range(head):
        if index >= len(new) or old[index].text != new[index].text:
            return _difference(before, after, index, index)
    close = _block_end(new, head)
    if close is None:
        broken = new[head].text[:40] if head < len(new) else ""
        wanted = "{" if head >= len(new) or new[head].text != "{" else "}"
        return Difference(_line(after, head), wanted, broken, f"`{function.path}`")
    pairs = zip_longest(range(tail, len(old)), range(close + 1, len(new)))
    for one, other in pairs:
        if one is None or other is None or old[one].text != new[other].text:
            return _difference(
                before,
                after,
                len(old) if one is None else one,
                len(new) if other is None else other,
            )
    return None


def _block_end(tokens: tuple[Token, ...], at: int) -> int | None:
    """The index of the brace that closes the block at `at`; None where it does not nest."""
    waiting: list[str] = []
    for index in range(at, len(tokens)):
        token = tokens[index]
        if token.kind is Kind.BROKEN and len(token.text) > 1:
            return None
        if token.kind is Kind.OPEN:
            waiting.append(PAIRS[token.text])
        elif token.kind is Kind.CLOSE and (not waiting or waiting.pop() != token.text):
            return None
        if not waiting:
            return index if token.text == "}" else None
    return None


def _difference(before: RustFile, after: RustFile, one: int, other: int) -> Difference:
    where = place(before, min(one, len(before.nesting.tokens) - 1))
    got = after.nesting.text(other)
    return Difference(_line(after, other), before.nesting.text(one)[:80], got[:80], where)


def _line(file: RustFile, index: int) -> int:
    return file.lines.line(file.offset(index))
