"""What is known about one function of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.source.docstring import Docstring


class Kind(StrEnum):
    FUNCTION = "function"
    METHOD = "method"
    STATICMETHOD = "staticmethod"
    CLASSMETHOD = "classmethod"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class Span:
    """text[start:end], in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Target:
    """A function of a file, and where its body goes."""

    qualname: str
    name: str
    classes: tuple[str, ...]
    line: int  # 1-based, of `def`
    kind: Kind
    is_async: bool
    decorators: tuple[str, ...]  # verbatim, with the @
    signature: str  # verbatim, from `def` or `async` to the colon
    parameters: tuple[str, ...]  # names in order, without stars
    docstring: Docstring | None
    is_stub: bool
    declared_only: bool  # overload, abstract, of a Protocol, a property's setter: not for synthesis
    parseable: bool  # decorators and signature parse, so that a body can be put under them
    contains_error: bool
    span: Span  # with decorators, to the end of the body
    head: Span  # signature
    body: Span  # what a new body replaces
    one_line: bool  # the body stands on the line of the colon
    indent: str  # of `def`
    body_indent: str
    unit: str  # one level of indentation as this file writes it

    @property
    def receiver(self) -> str | None:
        """`self` or `cls`, as the signature calls it."""
        bound = self.kind in (Kind.METHOD, Kind.CLASSMETHOD, Kind.PROPERTY)
        return self.parameters[0] if bound and self.parameters else None


_INDENT = re.compile(r"[ \t]*")


def indentation(line: str) -> str:
    """The white space that a line begins with."""
    match = _INDENT.match(line)
    return match.group() if match else ""
