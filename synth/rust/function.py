"""A function of a Rust file: where its parts stand, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    EXEC = "exec"
    PROOF = "proof"
    SPEC = "spec"


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in characters of the file's text, the end exclusive."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class RustFunction:
    """One `fn`, inside a `verus! { }` or outside.

    path: how users name it, without the crate: `push`, `Stack::push`, `inner::Stack::push`,
    `<Stack as Shape>::area` is written `Stack::Shape::area`. whole: from its first attribute or
    doc comment to the end of its body (or `;`). header: from its first word after the attributes
    (`pub`, `proof`, `fn`, …) up to the body, so with all clauses. body: with its braces; None
    where there is none (`;`). Each clause's span holds its expressions without the keyword.
    """

    name: str
    path: str
    mode: Mode
    whole: Span
    header: Span
    body: Span | None
    requires: Span | None = None
    ensures: Span | None = None
    decreases: Span | None = None
    attributes: tuple[Span, ...] = ()
    parameters: tuple[str, ...] = ()  # names
    returns: str = ""  # the name of the result in `-> (r: T)`, else ""
    line: int = 1  # 1-based, of the word `fn`
    in_verus: bool = True
    stub: bool = False  # its body is todo!(), unimplemented!(), empty where more is due, or missing
    clauses: tuple[tuple[str, Span], ...] = ()  # all of them by their keyword, in order
