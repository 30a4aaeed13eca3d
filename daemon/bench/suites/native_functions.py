"""Which functions a C++ or Rust text defines at its top level, as far as its tokens tell."""

from __future__ import annotations

from collections.abc import Iterator

from synthd.sandbox.native.lexer import Token, after, closing, is_mark, source
from synthd.sandbox.programs import Language

_KEYWORDS = frozenset("if for while switch return catch sizeof new delete else do".split())
_AFTER = frozenset(("->", "::", "&", "*"))  # between the parameters and the body


def defined(parts: list[Token], language: Language) -> list[str]:
    """Their names, each once."""
    return list(dict.fromkeys(name for name, *_ in _found(parts, language)))


def helpers(parts: list[Token]) -> list[tuple[str, str]]:
    """The whole functions of a C++ text: name and text."""
    return [
        (name, source(parts[_line(parts, place) : end + 1]).strip())
        for name, place, opening in _found(parts, Language.CPP)
        if (end := closing(parts, opening)) < len(parts)
    ]


def renamed(parts: list[Token], old: str, new: str) -> list[Token]:
    return [
        Token(part.kind, new, part.depth) if part.kind == "name" and part.text == old else part
        for part in parts
    ]


def _found(parts: list[Token], language: Language) -> Iterator[tuple[str, int, int]]:
    """Name, its place, and in C++ where its body begins."""
    for place, part in enumerate(parts):
        if part.kind != "name" or part.depth:
            continue
        if language is Language.RUST:
            if part.text == "fn" and (name := after(parts, place)) < len(parts):
                yield parts[name].text, name, 0
        elif opening := _opening(parts, place):
            yield part.text, place, opening


def _opening(parts: list[Token], name: int) -> int:
    """Where the body of the function begins whose name stands there; 0 where none does."""
    at = after(parts, name)
    if parts[name].text in _KEYWORDS or not is_mark(parts, at, "("):
        return 0
    at = after(parts, closing(parts, at))
    while at < len(parts) and (parts[at].kind == "name" or parts[at].text in _AFTER):
        at = after(parts, at)
    return at if is_mark(parts, at, "{") else 0


def _line(parts: list[Token], place: int) -> int:
    """The first token of the line, where the return type stands."""
    while place and "\n" not in parts[place - 1].text:
        place -= 1
    return place
