"""Which bracket closes which, also in a file that somebody is in the middle of writing.

A text that nests is paired plainly. In one that does not, a mistake in one function must not hide
the others, so brackets are paired by the layout: an item that starts a line no deeper than the one
before it ends that one, whatever is still open in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from synthd.synth.rust.angles import paired
from synthd.synth.rust.lines import Lines
from synthd.synth.rust.token import Kind, Token
from synthd.synth.rust.words import is_item_start, is_verus

PAIRS = {"(": ")", "[": "]", "{": "}"}
# How many open brackets a closing one is compared with: so deep does nobody nest them in one item.
_DEEPEST = 500
_CONTAINERS = frozenset({"mod", "impl", "trait", "extern"})


@dataclass(frozen=True, slots=True)
class Nesting:
    """tokens: without spaces and comments. closes: for each opening bracket the index of its
    closing one; of an unclosed one the index of the first token that is not inside. unclosed and
    stray: the indices of brackets without a partner. angles: for each `<` that may open generics
    the index after these."""

    tokens: tuple[Token, ...]
    closes: dict[int, int]
    angles: dict[int, int]
    unclosed: frozenset[int] = frozenset()
    stray: frozenset[int] = frozenset()

    def after(self, opening: int) -> int:
        """The index of the first token after the group."""
        close = self.closes[opening]
        return close if opening in self.unclosed else close + 1

    def text(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def kind(self, index: int) -> Kind | None:
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else None

    @property
    def whole(self) -> bool:
        return not self.unclosed and not self.stray


def nest(tokens: tuple[Token, ...], lines: Lines) -> Nesting:
    """tokens: the meaningful ones of a text with these lines."""
    return _plainly(tokens) or _by_layout(tokens, lines)


def _plainly(tokens: tuple[Token, ...]) -> Nesting | None:
    stack: list[int] = []
    closes: dict[int, int] = {}
    for index, token in enumerate(tokens):
        if token.kind is Kind.OPEN:
            stack.append(index)
        elif token.kind is Kind.CLOSE:
            if not stack or PAIRS[tokens[stack[-1]].text] != token.text:
                return None
            closes[stack.pop()] = index
    if stack:
        return None
    after = {opening: close + 1 for opening, close in closes.items()}
    return Nesting(tokens, closes, paired(tokens, after))


@dataclass(slots=True)
class _Opened:
    index: int
    close: str
    indent: int  # of the line that it stands in
    container: bool  # holds items, so that an item inside does not end it


@dataclass(slots=True)
class _Pairing:
    tokens: tuple[Token, ...]
    stack: list[_Opened] = field(default_factory=list)
    closes: dict[int, int] = field(default_factory=dict)
    unclosed: set[int] = field(default_factory=set)
    stray: set[int] = field(default_factory=set)
    containers: list[int] = field(default_factory=list)  # how deep each of them is

    def open(self, opened: _Opened) -> None:
        self.stack.append(opened)
        if opened.container:
            self.containers.append(len(self.stack))

    def leave(self, keep: int, at: int) -> None:
        """Give up on everything that was opened after the first `keep`."""
        for opened in self.stack[keep:]:
            self.closes[opened.index] = at
            self.unclosed.add(opened.index)
        self._cut(keep)

    def _cut(self, keep: int) -> None:
        del self.stack[keep:]
        while self.containers and self.containers[-1] > keep:
            self.containers.pop()

    def inner(self) -> int:
        """How many of the open ones there are up to the innermost container."""
        return self.containers[-1] if self.containers else 0

    def close(self, index: int, column: int | None) -> None:
        """column: of a bracket that starts its line."""
        depth = self._partner(self.tokens[index].text, column)
        if depth is None:
            self.stray.add(index)
            return
        self.leave(depth + 1, index)
        self.closes[self.stack[depth].index] = index
        self._cut(depth)

    def _partner(self, text: str, column: int | None) -> int | None:
        """What a closing bracket closes. One that starts its line stands under its partner's line,
        or further left, where that line is the rest of a longer one; never further right."""
        lowest = max(self.inner() - 1, len(self.stack) - _DEEPEST, 0)
        depths = range(len(self.stack) - 1, lowest - 1, -1)
        fitting = [depth for depth in depths if self.stack[depth].close == text]
        if column is None or not fitting:
            return fitting[0] if fitting else None
        aligned = [depth for depth in fitting if self.stack[depth].indent == column]
        deeper = [depth for depth in fitting if self.stack[depth].indent > column]
        return aligned[0] if aligned else deeper[-1] if deeper else None


def _by_layout(tokens: tuple[Token, ...], lines: Lines) -> Nesting:
    pairing = _Pairing(tokens)
    line = indent = 0
    for index, token in enumerate(tokens):
        here = lines.line(token.start)
        first = here != line
        if first:
            line, indent = here, lines.column(token.start)
            depth = pairing.inner()
            inside = pairing.stack[depth:]
            if inside and inside[0].indent >= indent and is_item_start(tokens, index):
                pairing.leave(depth, index)
        if token.kind is Kind.OPEN:
            container = token.text in "({" and _holds_items(tokens, index)
            pairing.open(_Opened(index, PAIRS[token.text], indent, container))
        elif token.kind is Kind.CLOSE:
            pairing.close(index, indent if first else None)
    pairing.leave(0, len(tokens))
    unclosed, closes = frozenset(pairing.unclosed), pairing.closes
    after = {opening: close + (opening not in unclosed) for opening, close in closes.items()}
    return Nesting(tokens, closes, paired(tokens, after), unclosed, frozenset(pairing.stray))


def _holds_items(tokens: Sequence[Token], opening: int) -> bool:
    """Whether the bracket belongs to `verus!`, `mod`, `impl` or `trait`."""
    at = opening - 1
    if at >= 1 and tokens[at].text == "!":
        return is_verus(tokens[at - 1])
    if tokens[opening].text != "{":
        return False
    words: list[str] = []
    while at >= 0 and tokens[at].text not in (";", "{", "}") and len(words) < 60:
        words.append(tokens[at].text)
        at -= 1
    return any(word in _CONTAINERS for word in words) and "fn" not in words
