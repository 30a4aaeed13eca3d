"""C++ and Rust cut into tokens, as far as rewriting tests needs it. Never fails, always linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from synthd.sandbox.programs import Language

_SHARED = r"""
|(?P<name>[A-Za-z_]\w*)
|(?P<number>\.?\d(?:[eEpP][+-]|'?\w|\.(?!\.))*)
|(?P<mark><<=|>>=|<=>|\.\.=|::|->|=>|==|!=|<=|>=|&&|\|\||<<|\+\+|--|[-+*/%&|^]=|.)
"""
_PATTERNS = {
    Language.CPP: re.compile(
        r"""(?P<blank>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))
        |(?P<text>(?:u8|[uUL])?R"(?P<d>[^()\\\s]{0,16})\(.*?(?:\)(?P=d)"|\Z)
          |(?:u8|[uUL])?"(?:\\.|[^"\\])*(?:"|\Z)|(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')"""
        + _SHARED,
        re.DOTALL | re.VERBOSE,
    ),
    Language.RUST: re.compile(
        r"""(?P<blank>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))
        |(?P<text>(?:b|c)?r(?P<d>\#*)".*?(?:"(?P=d)|\Z)
          |[bc]?"(?:\\.|[^"\\])*(?:"|\Z)|b?'(?:\\u\{[^}]*\}|\\x\w\w|\\.|[^'\\\n])')"""
        + _SHARED,
        re.DOTALL | re.VERBOSE,
    ),
}
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Token:
    """kind: blank (comments, too), text (literals), name, number, mark. depth: brackets around."""

    kind: str
    text: str
    depth: int = 0


def tokens(source: str, language: Language) -> list[Token]:
    found = []
    depth = 0
    for match in _PATTERNS[language].finditer(source):
        token = Token(match.lastgroup or "mark", match[0])
        if match["d"] is not None:
            token = replace(token, kind="text")
        if token.kind == "mark" and token.text in _CLOSING:
            depth -= 1
        found.append(replace(token, depth=depth))
        if token.kind == "mark" and token.text in _OPENING:
            depth += 1
    return found


def source(parts: list[Token]) -> str:
    return "".join(token.text for token in parts)


def after(parts: list[Token], place: int) -> int:
    """Where the next token is that is not blank; len(parts) if there is none."""
    place += 1
    while place < len(parts) and parts[place].kind == "blank":
        place += 1
    return place


def before(parts: list[Token], place: int) -> Token | None:
    """The token before, blanks left out."""
    return next((token for token in reversed(parts[:place]) if token.kind != "blank"), None)


def closing(parts: list[Token], opening: int) -> int:
    """Where the bracket that opens there is closed; len(parts) if it is not."""
    depth = parts[opening].depth
    for place in range(opening + 1, len(parts)):
        token = parts[place]
        if token.kind == "mark" and token.text in _CLOSING and token.depth == depth:
            return place
    return len(parts)


def is_mark(parts: list[Token], place: int, text: str) -> bool:
    return place < len(parts) and parts[place].kind == "mark" and parts[place].text == text


def arguments(parts: list[Token]) -> list[list[Token]]:
    """What stands between commas; those in brackets or in `::<...>` do not separate."""
    found: list[list[Token]] = [[]]
    angles = 0
    for place, token in enumerate(parts):
        if token.kind == "mark":
            previous = before(parts, place)
            if token.text == "<" and (angles or (previous and previous.text == "::")):
                angles += 1
            elif token.text == ">" and angles:
                angles -= 1
            elif token.text == "," and token.depth == parts[0].depth and not angles:
                found.append([])
                continue
        found[-1].append(token)
    return [part for part in found if source(part).strip()]


@dataclass(frozen=True, slots=True)
class Comparison:
    left: str
    operator: str
    right: str


_LOWER = frozenset(
    "&& || ? , & | ^ => -> .. ..= ; += -= *= /= %= &= |= ^= <<= >>= = and or".split()
)
_ORDER = frozenset(("<", ">", "<=", ">=", "<=>"))


def comparison(parts: list[Token]) -> Comparison | None:
    """`left == right`, if an expression is one as a whole."""
    level = min((token.depth for token in parts), default=0)
    outer = [(place, token.text) for place, token in _outer(parts, level)]
    if any(text in _LOWER for _, text in outer):
        return None
    equal = [(place, text) for place, text in outer if text in ("==", "!=")]
    order = [(place, text) for place, text in outer if text in _ORDER or text == "<<"]
    chosen = equal or order
    if len(chosen) != 1 or chosen[0][1] in ("<=>", "<<"):
        return None
    place, operator = chosen[0]
    left, right = source(parts[:place]).strip(), source(parts[place + 1 :]).strip()
    return Comparison(left, operator, right) if left and right else None


def _outer(parts: list[Token], level: int) -> Iterator[tuple[int, Token]]:
    for place, token in enumerate(parts):
        if token.depth == level and (token.kind == "mark" or token.text in ("and", "or")):
            yield place, token
