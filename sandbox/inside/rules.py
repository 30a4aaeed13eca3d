"""How a value is compared with the expected one. Standard library only.

Rules:
    equal     `==`, as in a benchmark's own assert
    close     equal; or numbers within max(absolute, relative * |expected|), also in lists, tuples
              and the values of dicts of the same shape
    evalplus  equal; or what evalplus takes for close: the same type and length, and every number
              within absolute + 1e-7 * |expected|; absolute is 1e-6 where none is given and floats
              are expected
    sets      the same elements, in any order and number
    found     for functions that say whether something was found, by a truth value or by what was
              found: expected is a bool, and None means that nothing was
    either    expected is a tuple of right answers: evalplus with one of them

NaN equals NaN, except inside sets: a right program that gives NaN would never pass otherwise.
"""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

_RTOL = 1e-07
_ATOL = 1e-06
_NUMBERS = (int, float, complex)


def holds(rule: str, absolute: float, relative: float, got: Any, expected: Any) -> bool:
    """False for whatever cannot be compared; raises ValueError for a rule that does not exist."""
    compare = _RULES.get(rule)
    if compare is None:
        raise ValueError(f"no rule is called {rule!r}")
    try:
        return bool(compare(got, expected, absolute, relative))
    except Exception:
        return False


def _equal(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    return _same(got, expected)


def _close(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    return _same(got, expected) or all(
        _within(ours, theirs, max(absolute, relative * _size(theirs)))
        for ours, theirs in _leaves(got, expected)
    )


def _evalplus(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    if _same(got, expected):
        return True
    if absolute == 0 and _are_floats(expected):
        absolute = _ATOL
    if absolute == 0 or type(got) is not type(expected):
        return False
    return all(
        isinstance(theirs, _NUMBERS) and _within(ours, theirs, absolute + _RTOL * _size(theirs))
        for ours, theirs in _leaves(got, expected, loose=True)
    )


def _sets(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    return set(got) == set(expected)


def _found(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    return bool(expected) == (got if isinstance(got, bool) else got is not None)


def _either(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    return any(_evalplus(got, one, absolute, relative) for one in expected)


_RULES = {
    "equal": _equal,
    "close": _close,
    "evalplus": _evalplus,
    "sets": _sets,
    "found": _found,
    "either": _either,
}


def _same(got: Any, expected: Any) -> bool:
    """`==`, with NaN equal to NaN; values may be nested deeper than `==` can go."""
    try:
        if got == expected:
            return True
    except RecursionError:
        pass
    return all(
        ours == theirs or (_is_nan(ours) and _is_nan(theirs))
        for ours, theirs in _leaves(got, expected)
    )


class _Nothing:
    """Equal to nothing but itself, and no number: stands where the shapes differ."""


def _leaves(got: Any, expected: Any, loose: bool = False) -> Iterator[tuple[Any, Any]]:
    """Pairs of what lies at the same place in both; where the shapes differ, a pair that never
    matches. loose: a list and a tuple have the same shape, but only below the top."""
    waiting = [(got, expected)]
    seen = set()
    while waiting:
        ours, theirs = waiting.pop()
        if isinstance(theirs, (list, tuple, dict)):
            if (id(ours), id(theirs)) in seen:
                continue  # shared, or a cycle
            seen.add((id(ours), id(theirs)))
        sequences = isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple))
        if sequences and (loose or isinstance(ours, list) == isinstance(theirs, list)):
            if len(ours) != len(theirs):
                yield _Nothing(), _Nothing()
                return
            waiting.extend(zip(ours, theirs))
        elif isinstance(ours, dict) and isinstance(theirs, dict) and not loose:
            if ours.keys() != theirs.keys():
                yield _Nothing(), _Nothing()
                return
            waiting.extend((ours[key], theirs[key]) for key in theirs)
        else:
            yield ours, theirs


def _within(got: Any, expected: Any, allowed: float) -> bool:
    """Values without a tolerance (strings, booleans, None) must be equal."""
    if got == expected or (_is_nan(got) and _is_nan(expected)):
        return True
    if not (_numeric(got) and _numeric(expected)):
        return False
    if not (_finite(got) and _finite(expected)):
        return False
    return bool(abs(got - expected) <= allowed)


def _numeric(value: Any) -> bool:
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def _finite(value: Any) -> bool:
    if isinstance(value, complex):
        return math.isfinite(value.real) and math.isfinite(value.imag)
    return isinstance(value, int) or math.isfinite(value)


def _size(value: Any) -> float:
    if not _numeric(value) or not _finite(value):
        return 0.0
    try:
        return float(abs(value))
    except OverflowError:
        return 0.0  # a whole number beyond any double: exact


def _is_nan(value: Any) -> bool:
    return isinstance(value, (float, complex)) and value != value


def _are_floats(value: Any) -> bool:
    if isinstance(value, (list, tuple)) and value:
        return all(isinstance(item, float) for item in value)
    return isinstance(value, float)
