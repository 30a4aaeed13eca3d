"""What a program printed, compared with what it should print. Runs outside the sandbox."""

from __future__ import annotations

import re
from decimal import Context, Decimal, localcontext
from itertools import zip_longest

from synthd.sandbox.programs import Exchange, Exchanges, Rule

_BLANKS = " \t\r"
# A number that stands alone: neither part of a word nor of a version such as 1.2.3.
_NUMBER = re.compile(
    r"(?<![\w.])([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])", re.ASCII
)
# Exact for any two doubles, and bounded for what a program makes up; nothing raises.
_EXACT = Context(prec=800, traps=[])


def objection(got: str, row: Exchange, tests: Exchanges) -> str | None:
    """None if that is what should be printed, else why not: in words, where there are any."""
    if tests.checker is not None:
        return tests.checker((row.given,), got) or None
    return None if same_output(got, row.expected, tests.rule) else ""


def same_output(got: str, expected: str, rule: Rule) -> bool:
    """Line by line; blanks at the ends of lines and empty lines at the end do not count.

    With a tolerance, numbers are compared by value and all between them as text. The rule's name
    is for values, which text has none of.
    """
    pairs = zip_longest(_lines(got), _lines(expected))
    return all(_same_line(ours, theirs, rule) for ours, theirs in pairs)


def _lines(text: str) -> list[str]:
    """Not splitlines(): a form feed or U+2028 is text."""
    lines = [line.rstrip(_BLANKS) for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _same_line(got: str | None, expected: str | None, rule: Rule) -> bool:
    if got is None or expected is None:
        return False
    if got == expected or not (rule.absolute or rule.relative):
        return got == expected
    ours, theirs = _NUMBER.split(got), _NUMBER.split(expected)
    if len(ours) != len(theirs) or ours[::2] != theirs[::2]:
        return False
    with localcontext(_EXACT):
        return all(_close(*pair, rule) for pair in zip(ours[1::2], theirs[1::2], strict=True))


def _close(got: str, expected: str, rule: Rule) -> bool:
    """Decimal, as floats cannot tell large whole numbers apart."""
    ours, theirs = Decimal(got), Decimal(expected)
    allowed = max(Decimal(rule.absolute), Decimal(rule.relative) * abs(theirs))
    return got == expected or abs(ours - theirs) <= allowed
