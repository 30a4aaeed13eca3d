"""Finding the functions of a Rust file, inside `verus! { }` and outside.

What stands in one function does not matter to the others: a file may be broken anywhere but in the
function that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.rust.errors import AmbiguousPath, NoSuchFunction, NotNested, NoVerus
from synthd.synth.rust.function import Mode, RustFunction, Span
from synthd.synth.rust.headers import Clause
from synthd.synth.rust.items import Item, Sort, items
from synthd.synth.rust.lexer import lex, meaningful
from synthd.synth.rust.lines import Lines
from synthd.synth.rust.nesting import Nesting, nest
from synthd.synth.rust.stubs import is_stub
from synthd.synth.rust.token import Kind, Token

_LISTED = 30


@dataclass(frozen=True, slots=True)
class RustFile:
    """A text that was read once. all: every token; nesting: of the meaningful ones."""

    text: str
    all: tuple[Token, ...]
    lines: Lines
    nesting: Nesting
    items: tuple[Item, ...]

    @classmethod
    def read(cls, text: str) -> RustFile:
        tokens = lex(text)
        lines = Lines.of(text)
        nesting = nest(meaningful(tokens), lines)
        return cls(text, tokens, lines, nesting, tuple(items(nesting)))

    def functions(self) -> tuple[RustFunction, ...]:
        docs = _doc_starts(self.all)
        return tuple(
            self._function(item, docs) for item in self.items if item.sort is Sort.FUNCTION
        )

    def offset(self, index: int) -> int:
        tokens = self.nesting.tokens
        return tokens[index].start if index < len(tokens) else len(self.text)

    def span(self, start: int, end: int) -> Span:
        """Of the tokens from start up to end, without the spaces around them."""
        if end <= start:
            return Span(self.offset(start), self.offset(start))
        return Span(self.offset(start), self.nesting.tokens[end - 1].end)

    def _function(self, item: Item, docs: dict[int, int]) -> RustFunction:
        head = item.header
        assert head is not None
        body = None
        if head.body is not None:
            body = self.span(head.body, self.nesting.after(head.body))
        first = item.attributes[0][0] if item.attributes else item.start
        start = docs.get(self.offset(first), self.offset(first))
        mode = mode_of({self.nesting.text(index) for index in range(item.start, item.word)})
        spans = {clause.word: self._clause(clause) for clause in reversed(head.clauses)}
        inner = self.text[body.start + 1 : body.end - 1] if body else ""
        return RustFunction(
            name=head.name,
            path="::".join((*item.path, head.name)),
            mode=mode,
            whole=Span(start, self.span(item.start, item.end).end),
            header=self.span(item.start, head.end),
            body=body,
            requires=spans.get("requires"),
            ensures=spans.get("ensures"),
            decreases=spans.get("decreases"),
            attributes=tuple(self.span(*each) for each in item.attributes),
            parameters=head.parameters,
            returns=head.result,
            line=self.lines.line(self.offset(item.word)),
            in_verus=item.in_verus,
            stub=is_stub(self.nesting, item, mode, inner),
            clauses=tuple((clause.word, self._clause(clause)) for clause in head.clauses),
        )

    def _clause(self, clause: Clause) -> Span:
        return self.span(clause.start, clause.end)

    def broken_in(self, span: Span) -> int | None:
        """The line of the first bracket or literal inside the span that has no end."""
        for token in self.all:
            if token.kind is Kind.BROKEN and span.start <= token.start < span.end:
                return self.lines.line(token.start)
        for index in sorted(self.nesting.unclosed | self.nesting.stray):
            if span.start <= self.offset(index) < span.end:
                return self.lines.line(self.offset(index))
        return None


def functions(text: str) -> tuple[RustFunction, ...]:
    """All functions in the order of the file. One inside another one is part of that one."""
    return RustFile.read(text).functions()


def verus_macros(text: str) -> tuple[Span, ...]:
    """What stands between the brackets of each `verus! { }`."""
    file = RustFile.read(text)
    return tuple(
        Span(file.nesting.tokens[item.opening].end, file.offset(file.nesting.closes[item.opening]))
        for item in file.items
        if item.sort is Sort.VERUS and item.opening is not None
    )


def find(text: str, path: str) -> RustFunction:
    """The function with this path, or the only one whose path ends so.

    Raises RustSourceError: NoVerus, NoSuchFunction, AmbiguousPath, NotNested.
    """
    file = RustFile.read(text)
    if not any(item.sort is Sort.VERUS for item in file.items):
        raise NoVerus("the file has no `verus! { }`: put the function and its spec into one")
    every = file.functions()
    name = path.strip().removeprefix("crate::").replace("r#", "")
    found = [f for f in every if f.path == name]
    found = found or [f for f in every if f.path.endswith(f"::{name}")]
    if not found:
        raise NoSuchFunction(_nothing(name, every))
    if len(found) > 1:
        raise AmbiguousPath(_several(name, found))
    _check_nested(file, found[0])
    return found[0]


def _check_nested(file: RustFile, function: RustFunction) -> None:
    line = file.broken_in(function.whole)
    if line is not None:
        raise NotNested(
            f"`{function.path}` does not nest: what opens or closes in line {line} has no partner"
        )


def _nothing(name: str, every: tuple[RustFunction, ...]) -> str:
    if not every:
        return f"no function `{name}`: the file has none"
    there = [f"`{function.path}`" for function in every[:_LISTED]]
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return f"no function `{name}`; there is {', '.join(there)}{more}"


def _several(name: str, found: list[RustFunction]) -> str:
    places = ", ".join(f"`{function.path}` in line {function.line}" for function in found)
    if len({function.path for function in found}) == 1:
        return f"several functions are called `{name}`: {places}; rename all but one"
    return f"`{name}` may be any of {places}: write its whole path"


def mode_of(words: set[str]) -> Mode:
    if words & {"proof", "axiom"}:
        return Mode.PROOF
    return Mode.SPEC if "spec" in words else Mode.EXEC


def _doc_starts(tokens: tuple[Token, ...]) -> dict[int, int]:
    """For each meaningful token after doc comments: the offset of the first of these."""
    starts: dict[int, int] = {}
    first: int | None = None
    for token in tokens:
        if token.kind is Kind.COMMENT and _is_doc(token.text):
            first = token.start if first is None else first
        elif not token.silent:
            if first is not None:
                starts[token.start] = first
            first = None
    return starts


def _is_doc(text: str) -> bool:
    line = text.startswith("///") and not text.startswith("////")
    block = text.startswith("/**") and not text.startswith(("/***", "/**/"))
    return line or block
