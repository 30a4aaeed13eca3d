"""Programs that only list their examples are named; honest ones are not."""

from __future__ import annotations

import pytest

from synthd.synth.problem import Check, Doctest, Example
from synthd.synth.tabulation import tabulates

ROMAN: list[Check] = [
    Doctest("1", "roman(4)\n", "'IV'\n", 1),
    Example("2", "roman(9)", "'IX'"),
    Doctest("3", "roman(40) == 'XL'\n", "True\n", 3),
]
PAIRS: list[Check] = [Example("1", "gcd(12, 18)", "6"), Example("2", "gcd(7, 5)", "1")]
LISTS: list[Check] = [Example("1", "top([1, 2])", "2"), Example("2", "top([5, 3])", "5")]


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        (ROMAN, "return {4: 'IV', 9: 'IX', 40: 'XL'}[number]"),
        (ROMAN, "table = {4: 'IV', 9: 'IX'}\nreturn table.get(number, '')"),
        (
            ROMAN,
            "if number == 4:\n    return 'IV'\nelif number == 9:\n    return \"IX\"\nreturn 'XL'",
        ),
        (ROMAN, "return 'IV' if number == 4 else 'IX' if number == 9 else 'XL'"),
        (
            ROMAN,
            "match number:\n    case 4:\n        return 'IV'\n    case 9:\n        return 'IX'",
        ),
        (PAIRS, "if a == 12 and b == 18:\n    return 6\nif a == 7 and b == 5:\n    return 1"),
        (PAIRS, "return {(12, 18): 6, (7, 5): 1}[(a, b)]"),
        (PAIRS, "if (a, b) == (12, 18):\n    return 6\nif (a, b) == (7, 5):\n    r = 1\nreturn r"),
        (LISTS, "if xs == [1, 2]:\n    return 2\nif xs == [5, 3]:\n    return 5"),
        (LISTS, "return {(1, 2): 2, (5, 3): 5}[tuple(xs)]"),
    ],
)
def test_tables_are_found(checks: list[Check], code: str) -> None:
    assert tabulates(code, checks)


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        (
            ROMAN,
            "out = ''\n"
            "for v, s in ((40, 'XL'), (10, 'X'), (9, 'IX'), (5, 'V'), (4, 'IV'), (1, 'I')):\n"
            "    while number >= v:\n        out += s\n        number -= v\nreturn out",
        ),
        (PAIRS, "while b:\n    a, b = b, a % b\nreturn a"),
        (PAIRS, "if a == 12 and b == 18:\n    return 6\nimport math\nreturn math.gcd(a, b)"),
        (LISTS, "return max(xs)"),
        (
            [Example("1", "fact(0)", "1"), Example("2", "fact(5)", "120")],
            "if n == 0:\n    return 1\nreturn n * fact(n - 1)",
        ),
        (ROMAN, "this does not parse ("),
    ],
)
def test_honest_programs_are_not(checks: list[Check], code: str) -> None:
    assert not tabulates(code, checks)
