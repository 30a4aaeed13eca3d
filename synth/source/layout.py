"""Change the indentation of Python text without touching what strings say."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator

from synthd.synth.source.python import Unparsable

_STARTS = frozenset(
    getattr(tokenize, name)
    for name in ("FSTRING_START", "TSTRING_START")
    if hasattr(tokenize, name)
)
_ENDS = frozenset(
    getattr(tokenize, name) for name in ("FSTRING_END", "TSTRING_END") if hasattr(tokenize, name)
)
_SILENT = frozenset({tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})


def tokens(code: str) -> list[tokenize.TokenInfo]:
    lines = iter(code.split("\n"))
    ends = iter([*("\n" for _ in range(code.count("\n"))), ""])
    try:
        return list(tokenize.generate_tokens(lambda: next(lines, "") + next(ends, "")))
    except (tokenize.TokenError, SyntaxError) as error:
        raise Unparsable(str(error), 1) from None


def string_lines(code: str) -> set[int]:
    """The 1-based lines that begin inside a string: their white space is content."""
    inside: set[int] = set()
    open_at: list[int] = []
    for token in tokens(code):
        if token.type in _STARTS:
            open_at.append(token.start[0])
        elif token.type in _ENDS:
            inside.update(range(open_at.pop() + 1, token.end[0] + 1))
        elif token.type == tokenize.STRING:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
    return inside


def reindent(code: str, unit: str, prefix: str = "") -> str:
    """The same statements with `prefix` before the first level and `unit` for each further one.

    Continuation lines keep their distance to the line that they continue. Blank lines are emptied.
    """
    protected = string_lines(code)
    lines = code.split("\n")
    shifts = dict(_shifts(code))
    out = []
    for number, line in enumerate(lines, 1):
        text = line.lstrip(" \t\f")
        if number in protected:
            out.append(line)
        elif not text:
            out.append("\\" if line.endswith("\\") else "")
        elif number in shifts:
            depth, extra = shifts[number]
            out.append(prefix + unit * depth + " " * extra + text)
        else:
            out.append(line)
    return "\n".join(out)


def _shifts(code: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """For each line outside strings: its depth, and how far it stands beyond that."""
    depths = {0: 0}  # by width
    depth = 0
    base: int | None = None
    comments: list[tokenize.TokenInfo] = []
    logical: tokenize.TokenInfo | None = None
    rows = code.split("\n")
    for token in tokens(code):
        if token.type == tokenize.INDENT:
            depth += 1
        elif token.type == tokenize.DEDENT:
            depth -= 1
        elif token.type == tokenize.COMMENT and logical is None:
            comments.append(token)
        elif token.type == tokenize.NEWLINE and logical is not None:
            width = _width(rows[logical.start[0] - 1])
            for row in range(logical.start[0], token.start[0] + 1):
                yield row, (depth - (base or 0), max(0, _width(rows[row - 1]) - width))
            logical = None
        elif token.type not in _SILENT and logical is None:
            logical = token
            base = depth if base is None else base
            width = _width(rows[token.start[0] - 1])
            reachable = {**depths, width: depth - base}
            for comment in comments:
                yield comment.start[0], (_nearest(reachable, _width(comment.line)), 0)
            comments = []
            depths = {w: d for w, d in reachable.items() if d < depth - base} | {
                width: depth - base
            }
    for comment in comments:
        yield comment.start[0], (_nearest(depths, _width(comment.line)), 0)


def _width(line: str) -> int:
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip(" \f"))


def _nearest(depths: dict[int, int], width: int) -> int:
    fitting = [w for w in depths if w <= width]
    return depths[max(fitting)] if fitting else min(depths.values())
