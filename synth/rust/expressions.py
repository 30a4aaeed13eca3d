"""Where an expression of a clause ends: the part of Verus' grammar that decides where a body is.

In a clause, as in the condition of an `if`, a brace after an operand does not belong to it: it is
the body. `match`, `if` and blocks after an operator have their own braces. So the scan needs to
know at each token whether an operand or an operator is due. As in Verus' parser a block that a
comma follows is an expression; we let any operator after it decide so, which reads struct literals
in clauses of code that Verus would refuse.
"""

from __future__ import annotations

from synthd.synth.rust.angles import OPENING
from synthd.synth.rust.nesting import Nesting
from synthd.synth.rust.token import Kind
from synthd.synth.rust.words import CLAUSES, CONNECTING, LOOP_CLAUSES

_ENDS = CLAUSES | LOOP_CLAUSES
_QUANTIFIERS = frozenset({"forall", "exists", "choose"})
_BRANCHES = frozenset({"if", "match", "while"})
_BEFORE_BLOCK = frozenset({"unsafe", "async", "const", "loop", "proof", "try"})
_PREFIX_WORDS = frozenset({"move", "mut", "return", "tracked", "ghost", "ref"})
_TYPE_PREFIXES = frozenset({"mut", "const", "dyn", "impl", "unsafe"})


def is_body(nesting: Nesting, at: int, end: int) -> bool:
    """Whether the brace group at `at` is a function's body, judged by what follows it."""
    after = nesting.after(at)
    if after >= end or nesting.kind(after) is Kind.CLOSE:
        return True
    text = nesting.text(after)
    if nesting.kind(after) is Kind.WORD:
        return text not in _ENDS and text not in CONNECTING
    if nesting.kind(after) is Kind.MARK:
        return text in ("#", ";", "::")
    return nesting.kind(after) is not Kind.OPEN


def angles_end(nesting: Nesting, at: int, end: int) -> int:
    """After the `<…>` that starts here; after its first token where that is a comparison."""
    after = nesting.angles.get(at, at + 1)
    return after if after <= end else at + 1


def cast_end(nesting: Nesting, at: int, end: int) -> int:
    """After the type of `as` or `is`: no bounds, since `+` is an operator there."""
    while at < end and (nesting.text(at) in ("&", "&&", "*") or _is_type_prefix(nesting, at)):
        at += 1
    if at < end and nesting.text(at) in ("(", "["):
        return nesting.after(at)
    while at < end:
        if nesting.kind(at) is Kind.WORD:
            at += 1
            if nesting.text(at) in OPENING:
                at = angles_end(nesting, at, end)
        elif nesting.text(at) == "<":
            at = angles_end(nesting, at, end)
        if at >= end or nesting.text(at) != "::":
            break
        at += 1
    return at


def _is_type_prefix(nesting: Nesting, at: int) -> bool:
    return nesting.kind(at) is Kind.LIFETIME or nesting.text(at) in _TYPE_PREFIXES


def _pattern_end(nesting: Nesting, at: int, end: int) -> int:
    """After the pattern of `matches`."""
    while at < end:
        while at < end and nesting.text(at) in ("&", "&&", "mut", "ref", "-", "|", "box"):
            at += 1
        if nesting.kind(at) is Kind.OPEN:
            at = nesting.after(at)
        elif nesting.kind(at) is Kind.WORD:
            at = cast_end(nesting, at, end)
            opens = at < end and nesting.text(at) in ("(", "{")
            if opens and (nesting.text(at) == "(" or not is_body(nesting, at, end)):
                at = nesting.after(at)
        else:
            at += 1
        if at >= end or nesting.text(at) not in ("|", "@", "..", "..="):
            return at
        at += 1
    return at


class Scan:
    """One expression, token by token. No recursion: a text can nest as deeply as it likes.

    item: whether it stands in a function's header. In a loop's, any statement may follow the block.
    """

    def __init__(self, nesting: Nesting, at: int, end: int, *, item: bool = True) -> None:
        self.nesting = nesting
        self.at = at
        self.start = at
        self.end = end
        self.item = item
        self.operand_due = True
        self.waiting: list[str] = []  # `if` and `match` whose block is still to come

    def run(self) -> int:
        """The index of what ends it: `,`, `;`, the body's brace, the next clause, or the end."""
        while self.at < self.end and not self._ends():
            before = self.at
            if self.operand_due:
                self._operand()
            else:
                self._continuation()
            self.at = max(self.at, before + 1)
        return min(self.at, self.end)

    def _ends(self) -> bool:
        text = self._text()
        kind = self.nesting.kind(self.at)
        if text in (",", ";") or kind is Kind.CLOSE:
            return True
        if kind is Kind.WORD:
            if text == "fn" and self.nesting.kind(self.at + 1) is Kind.WORD:
                return True
            return text in _ENDS and (not self.operand_due or self.at == self.start)
        if text != "{" or self.waiting:
            return False
        if self.operand_due and self.at > self.start and self._previous() not in ("..", "..="):
            return False
        if not self.item:
            return self.nesting.text(self.nesting.after(self.at)) != ","
        return is_body(self.nesting, self.at, self.end)

    def _text(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.nesting.text(at) if at < self.end else ""

    def _previous(self) -> str:
        return self.nesting.text(self.at - 1)

    def _operand(self) -> None:
        text = self._text()
        kind = self.nesting.kind(self.at)
        if text in _QUANTIFIERS and self._text(1) in ("|", "||"):
            self.at += 1
            self._parameters()
        elif text in ("|", "||"):
            self._parameters()
        elif text == "#":
            self._attribute()
        elif text in _BRANCHES:
            self.waiting.append(text)
            self.at += 1
        elif text == "let":
            self._binding()
        elif text == "<":
            self.at = angles_end(self.nesting, self.at, self.end)
            self.operand_due = False
        elif text == "{" and self.waiting and self._previous() in ("..", "..="):
            self.operand_due = False
        elif kind is Kind.OPEN:
            self.at = self.nesting.after(self.at)
            self.operand_due = False
        elif text in _BEFORE_BLOCK and self._text(1) == "{":
            self.at = self.nesting.after(self.at + 1)
            self.operand_due = False
        elif kind is Kind.MARK or text in _PREFIX_WORDS:
            self.at += 1
        else:
            self.at += 1
            self.operand_due = False

    def _parameters(self) -> None:
        """`|i: int, j: int|` with a result type where there is one: then a block is due."""
        closed = self._text() == "||"
        self.at += 1
        while not closed and self.at < self.end and self._text() not in ("|", ";"):
            opens = self.nesting.kind(self.at) is Kind.OPEN
            self.at = self.nesting.after(self.at) if opens else self.at + 1
        self.at += not closed
        if self._text() == "->":
            self.at = cast_end(self.nesting, self.at + 1, self.end)

    def _attribute(self) -> None:
        """`#[trigger]`, `#![auto]`."""
        self.at += 2 if self._text(1) == "!" else 1
        if self._text() == "[":
            self.at = self.nesting.after(self.at)

    def _binding(self) -> None:
        """`let PATTERN =` in a condition."""
        self.at += 1
        while self.at < self.end and self._text() not in ("=", ";"):
            opens = self.nesting.kind(self.at) is Kind.OPEN
            self.at = self.nesting.after(self.at) if opens else self.at + 1
        self.at += 1

    def _continuation(self) -> None:
        text = self._text()
        if text == "{":
            self._block()
        elif text == "!" and self._text(1) in ("is", "has"):
            self.at += 1
        elif text == "!" and self.nesting.kind(self.at + 1) is Kind.OPEN:
            self.at = self.nesting.after(self.at + 1)
        elif self.nesting.kind(self.at) is Kind.OPEN:
            self.at = self.nesting.after(self.at)
        elif text == "::" and self._text(1) in OPENING:
            self.at = angles_end(self.nesting, self.at + 1, self.end)
        elif text in ("as", "is"):
            self.at = cast_end(self.nesting, self.at + 1, self.end)
        elif text == "matches":
            self.at = _pattern_end(self.nesting, self.at + 1, self.end)
        elif text in ("?", "@"):
            self.at += 1
        elif self.nesting.kind(self.at) is Kind.MARK or text in CONNECTING:
            self.operand_due = True
            self.at += 1
        else:
            self.at += 1

    def _block(self) -> None:
        """The block of the innermost `if` or `match`, or a struct literal's fields."""
        owner = self.waiting.pop() if self.waiting else ""
        self.at = self.nesting.after(self.at)
        if owner != "if" or self._text() != "else":
            return
        if self._text(1) == "if":
            self.waiting.append("if")
            self.at += 2
            self.operand_due = True
        elif self._text(1) == "{":
            self.at = self.nesting.after(self.at + 1)
