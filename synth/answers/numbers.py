"""Numbers as people write them, as exact fractions: `$1,450.00`, `18 dollars`, `50%`, `3/4`.

Currency, units and the percent sign say what is counted and are left out: the question has named
it. Nothing is evaluated, and nothing is rounded.
"""

from __future__ import annotations

import re
from fractions import Fraction

# Beyond this it is no answer to anybody's question, and slow to compute with.
MOST_DIGITS = 60
LONGEST = 200

_SPACES = re.compile(r"\\[,!;: ]|\\(?:quad|qquad)\b|[~\u00a0\u202f\u2009]")
_WRAPPED = re.compile(r"\\(?:text|mathrm|textbf|mathbf|mbox)\s*\{([^{}]*)\}")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{\s*([\d,.]+)\s*\}\s*\{\s*([\d,.]+)\s*\}")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = r"[A-Za-z][A-Za-z'\u2019-]*(?:\^?[23])?\.?"
_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
# A sign, currency, the number itself, perhaps over another one, and what is counted.
_WHOLE = re.compile(
    rf"""(?P<sign>[-+\u2212]?)\s*
    (?:US|USD|CAD|AUD|EUR|GBP|Rs\.?)?\s*\\?[$\u20ac\u00a3\u00a5]?\s*
    (?P<late>[-\u2212]?)\s*
    (?:(?P<whole>\d+)\s+(?=\d+\s*/))?
    (?P<number>{_NUMBER})
    (?:\s*/\s*(?P<below>{_NUMBER}))?
    \s*\\?%?\s*
    (?P<unit>(?:\^?\\circ|\u00b0|[$\u20ac\u00a3\u00a2])?(?:\s*/?\s*{_WORD}(?:(?:\s+|\s*/\s*){_WORD}){{0,4}})?)
    """,
    re.VERBOSE | re.ASCII,
)


def value(text: str) -> Fraction | None:
    """The number that this is, as a whole; None where it is none."""
    if len(text) > LONGEST:
        return None
    plain = _plain(text)
    found = _WHOLE.fullmatch(plain)
    if found is None or sum(map(str.isdigit, plain)) > MOST_DIGITS:
        return None
    number = Fraction(found["number"])
    if found["below"] is not None:
        below = Fraction(found["below"])
        if not below:
            return None
        number /= below
    if found["whole"] is not None:
        number += int(found["whole"])
    return -number if (found["sign"] + found["late"]).strip("+") else number


def spelled(number: Fraction) -> str:
    """The one way in which equal numbers are written here: `18`, `-2.5`, `1/3`."""
    if number.denominator == 1:
        return str(number.numerator)
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    places = 0
    while (number * 10**places).denominator != 1:
        places += 1
    digits = str(abs(number * 10**places).numerator).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def same(gold: str, given: str) -> bool:
    first, second = value(gold), value(given)
    return first is not None and first == second


def _plain(text: str) -> str:
    """Without what LaTeX and Markdown put around a number."""
    text = text.strip().strip("*_`").strip()
    text = text.replace("{,}", ",").replace("\\left", "").replace("\\right", "")
    text = _SPACES.sub("", text)
    text = _WRAPPED.sub(r" \1 ", text)
    text = _FRACTION.sub(r" \1/\2", text)
    if text.startswith("$") and text.endswith("$") and len(text) > 2:
        text = text[1:-1]
    text = _THOUSANDS.sub("", text.strip())
    return text.strip().removesuffix(".").strip()
