"""Doctests and examples, run against the proxy of the candidate."""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations
import __future__

import doctest
import io
import math
import re
import sys
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.report import Unanswered, shown
from synthd.sandbox.inside.telling import describe


class Finding(NamedTuple):
    """error: it raised, and nothing foresaw that."""

    passed: bool
    got: str = ""
    detail: str = ""
    error: BaseException | None = None
    printed: bool = False  # whether what is printed was compared


_EXPECTED_ERROR = re.compile(
    r"\A\s*Traceback \((?:most recent call last|innermost last)\):\n(?:[ \t].*\n|\s*\n)*?"
    r"(?=\w)(?P<message>.*)",
    re.DOTALL,
)


class Statement(NamedTuple):
    id: str
    source: str
    want: str
    line: int


class Example(NamedTuple):
    id: str
    call: str
    expected: str
    exact: bool
    line: int | None


def run_statement(statement: Statement, space: dict[str, Any]) -> Finding:
    """As doctest does it, with its own options and its own comparison."""
    source = statement.source if statement.source.endswith("\n") else statement.source + "\n"
    flags = _flags(source, statement.line)
    out, before = io.StringIO(), sys.stdout
    sys.stdout, sys.displayhook = out, sys.__displayhook__
    error: BaseException | None = None
    try:
        code = compile(source, "<doctest>", "single", _features(space), True)
        exec(code, space)
    except Unanswered:
        raise
    except BaseException as raised:
        error = raised
    finally:
        sys.stdout = before
    if flags & doctest.SKIP:
        return Finding(True)
    return _compare(statement.want, out.getvalue(), error, flags)


def _compare(want: str, got: str, error: BaseException | None, flags: int) -> Finding:
    checker = doctest.OutputChecker()
    foreseen = _EXPECTED_ERROR.match(want)
    if error is None:
        return Finding(checker.check_output(want, got, flags), got, printed=True)
    if isinstance(error, Stop) or foreseen is None:
        return Finding(False, got, describe(error), error)
    expected, raised = foreseen.group("message"), _last_line(error)
    passed = checker.check_output(expected, raised, flags)
    if not passed and flags & doctest.IGNORE_EXCEPTION_DETAIL:
        passed = _name(expected) == _name(raised)
    return Finding(passed, raised)


def _last_line(error: BaseException) -> str:
    lines = traceback.format_exception_only(type(error), error)
    return lines[-1]


def _name(message: str) -> str:
    return message.split(":", 1)[0].strip().rsplit(".", 1)[-1]


def _flags(source: str, line: int) -> int:
    found = 0
    options = doctest.DocTestParser()._find_options(source, "doctest", line)  # type: ignore[attr-defined]
    for flag, on in options.items():
        found = found | flag if on else found & ~flag
    return int(found)


def _features(space: dict[str, Any]) -> int:
    flags = 0
    for name in __future__.all_feature_names:
        feature = getattr(__future__, name, None)
        if feature is not None and space.get(name) is feature:
            flags |= int(getattr(feature, "compiler_flag", 0))
    return flags


def run_example(example: Example, space: dict[str, Any]) -> Finding:
    try:
        expected = eval(example.expected.strip(), dict(space))
        got = eval(example.call.strip(), dict(space))
        same = _same(got, expected) if example.exact else close(got, expected)
        return Finding(same, shown(got))
    except Unanswered:
        raise
    except BaseException as error:
        return Finding(False, "", describe(error), error)


def check_example(example: Example, space: dict[str, Any], calls: Callable[[], int]) -> str:
    """Why it is no example: a message, or nothing."""
    for text in (example.expected, example.call):
        before = calls()
        try:
            eval(text.strip(), dict(space))
        except Unanswered:
            pass
        except BaseException as error:
            if calls() == before:
                return f"`{text.strip()}` raises by itself: {describe(error)}"
    return ""


def _same(got: Any, expected: Any) -> bool:
    """`==`, except that a NaN is what a NaN should be."""
    equal = got == expected
    if hasattr(equal, "all") and hasattr(equal, "shape"):
        equal = getattr(got, "shape", None) == getattr(expected, "shape", None) and equal.all()
    return bool(equal) or _alike(got, expected, lambda a, b: a == b or (a != a and b != b))


def close(got: Any, expected: Any) -> bool:
    if _alike(got, expected, _nearly):
        return True
    return _same(got, expected)


def _nearly(a: Any, b: Any) -> bool:
    if isinstance(a, complex) or isinstance(b, complex):
        return bool(a == b or abs(a - b) <= 1e-9 * max(abs(a), abs(b)))
    return math.isclose(a, b, rel_tol=1e-9) or (a != a and b != b)


def _alike(got: Any, expected: Any, number: Callable[[Any, Any], bool]) -> bool:
    if isinstance(got, (float, complex)) or isinstance(expected, (float, complex)):
        plain = (int, float, complex)
        return isinstance(got, plain) and isinstance(expected, plain) and number(got, expected)
    if type(got) is not type(expected):
        return False
    if isinstance(got, (list, tuple)):
        pairs = zip(got, expected)
        return len(got) == len(expected) and all(_alike(a, b, number) for a, b in pairs)
    if isinstance(got, dict):
        return got.keys() == expected.keys() and all(
            _alike(value, expected[key], number) for key, value in got.items()
        )
    return bool(got == expected)
