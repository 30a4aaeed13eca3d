"""The little of pytest that checks of a function use, for projects that do not have it."""

from __future__ import annotations

import math
import re
import types
from typing import Any

from synthd.sandbox.inside.fixtures import standin


class Mark:
    def __init__(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.name = name
        self.args = args
        self.kwargs = kwargs

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and callable(args[0]):
            args[0].pytestmark = [*getattr(args[0], "pytestmark", []), self]
            return args[0]
        return Mark(self.name, args, kwargs)


class Marks:
    def __getattr__(self, name: str) -> Mark:
        return Mark(name, (), {})


class Parameters:
    def __init__(self, *values: Any, id: str | None = None, marks: Any = ()) -> None:
        self.values = values
        self.id = id
        self.marks = marks


class Info:
    value: Any = None
    type: Any = None

    def match(self, pattern: str) -> bool:
        assert re.search(pattern, str(self.value)), f"{pattern!r} does not match"
        return True


class Raises:
    def __init__(self, expected: Any, match: str | None) -> None:
        self._expected = expected
        self._match = match
        self._info = Info()

    def __enter__(self) -> Info:
        return self._info

    def __exit__(self, kind: Any, value: Any, trace: Any) -> bool:
        assert kind is not None, f"DID NOT RAISE {self._expected!r}"
        if not issubclass(kind, self._expected):
            return False
        self._info.type, self._info.value = kind, value
        if self._match is not None:
            self._info.match(self._match)
        return True


class Approx:
    def __init__(self, expected: Any, rel: Any = None, abs: Any = None) -> None:
        self._expected = expected
        self._rel = 1e-6 if rel is None else rel
        self._abs = 1e-12 if abs is None else abs

    def __eq__(self, other: object) -> bool:
        return self._near(other, self._expected)

    __hash__ = None  # type: ignore[assignment]

    def _near(self, got: Any, expected: Any) -> bool:
        if isinstance(expected, dict):
            same = isinstance(got, dict) and got.keys() == expected.keys()
            return same and all(self._near(got[key], expected[key]) for key in expected)
        if isinstance(expected, (list, tuple)):
            same = isinstance(got, (list, tuple)) and len(got) == len(expected)
            return same and all(map(self._near, got, expected))
        if isinstance(expected, (int, float)) and isinstance(got, (int, float)):
            return math.isclose(got, expected, rel_tol=self._rel, abs_tol=self._abs)
        return bool(got == expected)

    def __repr__(self) -> str:
        return f"approx({self._expected!r})"


def raises(expected: Any, *args: Any, match: str | None = None, **kwargs: Any) -> Any:
    if not args:
        return Raises(expected, match)
    with Raises(expected, match) as info:
        args[0](*args[1:], **kwargs)
    return info


def pytest_standin() -> types.ModuleType:
    module = types.ModuleType("pytest")
    vars(module).update(
        mark=Marks(),
        raises=raises,
        approx=Approx,
        param=Parameters,
        fixture=standin,
    )
    return module
