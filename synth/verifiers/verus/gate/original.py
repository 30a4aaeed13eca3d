"""The file as the user has it: what is to stay as it is, and what its names are."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.functions import find
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.nesting import PAIRS
from synthd.synth.rust.token import Kind, Token
from synthd.synth.verifiers.verus.gate.body import code
from synthd.synth.verifiers.verus.gate.items import declared
from synthd.synth.verifiers.verus.gate.macros import called

NO_TERMINATION = frozenset({"exec_allows_no_decreases_clause", "assume_termination"})


@dataclass(frozen=True, slots=True)
class Original:
    """head and tail: the tokens before and after the function's body. names: all words outside
    the body. taken: those that an item of the body must not have. macros: those that are used.
    endless: what does not end may be verified here, as the file says so."""

    text: str
    function: RustFunction
    head: tuple[str, ...]
    tail: tuple[str, ...]
    names: frozenset[str]
    taken: frozenset[str]
    macros: frozenset[str]
    endless: bool

    @classmethod
    def of(cls, text: str, path: str) -> Original:
        """Raises a RustSourceError where there is no such function."""
        function = find(text, path)
        start = function.header.end if function.body is None else function.body.start
        end = function.whole.end
        rest = code(f"{text[:start]}{{}}{text[end:]}")
        header = frozenset(name for _, name in code(function.header.of(text)).words())
        names = frozenset(name for _, name in rest.words())
        return cls(
            text,
            function,
            tuple(token.text for token in meaningful(text[:start])),
            tuple(token.text for token in meaningful(text[end:])),
            names,
            declared(rest) | header,
            called(rest),
            bool(names & NO_TERMINATION),
        )

    def body_in(self, changed: tuple[Token, ...]) -> tuple[Token, ...] | None:
        """The tokens of the block that stands where the body stood, if nothing else differs.

        changed: the meaningful tokens of another text. By position, not by searching.
        """
        at = len(self.head)
        if tuple(token.text for token in changed[:at]) != self.head:
            return None
        end = _block_end(changed, at)
        if end is None or tuple(token.text for token in changed[end:]) != self.tail:
            return None
        return changed[at:end]


def _block_end(tokens: tuple[Token, ...], at: int) -> int | None:
    """After the brace that closes the block at `at`; None where it does not nest."""
    if at >= len(tokens) or tokens[at].text != "{":
        return None
    waiting: list[str] = []
    for place in range(at, len(tokens)):
        token = tokens[place]
        if token.kind is Kind.OPEN:
            waiting.append(PAIRS[token.text])
        elif token.kind is Kind.CLOSE and waiting.pop() != token.text:
            return None
        if not waiting:
            return place + 1
    return None
