"""The fixtures of a pytest-style file: made for each test anew, whatever their scope.

Those that the file itself defines, and of pytest's own `tmp_path` and `monkeypatch` (where pytest
is installed). What needs another one cannot be run, and is told so.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import pathlib
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

MARK = "_synthd_fixture"


class Fixture(NamedTuple):
    name: str
    function: Callable[..., Any]
    params: tuple[Any, ...]  # () where it has none
    autouse: bool

    @property
    def needs(self) -> list[str]:
        return required(self.function, 0)


def standin(function: Any = None, **options: Any) -> Any:
    """`pytest.fixture` where there is no pytest."""
    if function is None:
        return lambda later: standin(later, **options)
    setattr(function, MARK, options)
    return function


def fixtures(space: dict[str, Any]) -> dict[str, Fixture]:
    found = (_read(name, value) for name, value in list(space.items()))
    return {fixture.name: fixture for fixture in found if fixture is not None}


def required(function: Any, skipped: int) -> list[str]:
    """The parameters that somebody has to give; the first ones are skipped."""
    parameters = list(inspect.signature(function).parameters.values())[skipped:]
    return [p.name for p in parameters if p.default is p.empty and p.kind not in (2, 4)]


class Needed:
    """All that one test needs, in the order in which it is made."""

    def __init__(self, known: dict[str, Fixture], wanted: list[str]) -> None:
        self.order: list[str] = []
        self.problem = ""
        self._known = known
        automatic = [fixture.name for fixture in known.values() if fixture.autouse]
        for name in [*automatic, *wanted]:
            self._add(name, ())

    def _add(self, name: str, above: tuple[str, ...]) -> None:
        if name in self.order or self.problem:
            return
        fixture = self._known.get(name)
        if name in above:
            self.problem = f"needs the fixture {name}, which needs itself"
        elif fixture is not None:
            for other in fixture.needs:
                if other != "request":
                    self._add(other, (*above, name))
            if inspect.iscoroutinefunction(fixture.function):
                self.problem = f"needs the fixture {name}, which is asynchronous"
        elif name not in _OWN or (name == "monkeypatch" and not _has_pytest()):
            self.problem = f"needs the fixture {name}, which this file does not define"
        self.order.append(name)

    def combinations(self) -> Iterator[dict[str, Any]]:
        """A value for each fixture that has several."""
        several = [name for name in self.order if name in self._known and self._known[name].params]
        for values in itertools.product(*(self._known[name].params for name in several)):
            yield dict(zip(several, values))  # noqa: B905 - not in every Python that runs this

    @contextlib.contextmanager
    def made(self, chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
        values: dict[str, Any] = {}
        with contextlib.ExitStack() as stack:
            for name in self.order:
                own = _OWN.get(name) if name not in self._known else None
                if own is not None:
                    values[name] = stack.enter_context(own())
                else:
                    values[name] = self._make(self._known[name], values, chosen, stack)
            yield values

    def _make(
        self,
        fixture: Fixture,
        values: dict[str, Any],
        chosen: dict[str, Any],
        stack: contextlib.ExitStack,
    ) -> Any:
        given = {name: values[name] for name in fixture.needs if name != "request"}
        if "request" in fixture.needs:
            given["request"] = types.SimpleNamespace(param=chosen.get(fixture.name))
        if not inspect.isgeneratorfunction(fixture.function):
            return fixture.function(**given)
        return stack.enter_context(contextlib.contextmanager(fixture.function)(**given))


def _read(name: str, value: Any) -> Fixture | None:
    options = getattr(value, MARK, None)
    if isinstance(options, dict):
        return _fixture(name, value, types.SimpleNamespace(**options))
    # pytest 8.4 and later make an object of it; earlier ones a function that refuses to be called.
    marker = getattr(value, "_fixture_function_marker", None)
    if marker is not None:
        return _fixture(name, value._fixture_function, marker)
    marker = getattr(value, "_pytestfixturefunction", None)
    wrapped = getattr(value, "__pytest_wrapped__", None)
    return _fixture(name, wrapped.obj, marker) if marker and wrapped else None


def _fixture(name: str, function: Callable[..., Any], options: Any) -> Fixture:
    params = tuple(_value(param) for param in getattr(options, "params", None) or ())
    called = getattr(options, "name", None) or name
    return Fixture(called, function, params, bool(getattr(options, "autouse", False)))


def _value(param: Any) -> Any:
    return param.values[0] if hasattr(param, "values") and hasattr(param, "marks") else param


def _has_pytest() -> bool:
    return hasattr(sys.modules.get("pytest"), "MonkeyPatch")


@contextlib.contextmanager
def _tmp_path() -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder)


def _monkeypatch() -> Any:
    return sys.modules["pytest"].MonkeyPatch.context()


_OWN: dict[str, Callable[[], Any]] = {"tmp_path": _tmp_path, "monkeypatch": _monkeypatch}
