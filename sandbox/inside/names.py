"""Classes and functions that cross by name: which may, and how the other side finds them.

Nothing is ever imported on decoding. The tester is strict: what a candidate may name there are
the builtins and what importing the user's module loaded, so that neither `unittest.mock.ANY`
nor a reference solution in a test file can be handed back as an answer.
"""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
import types
from typing import Any

_VALUE_MODULES = frozenset(
    [
        "collections",
        "datetime",
        "decimal",
        "fractions",
        "ipaddress",
        "pathlib",
        "statistics",
        "_collections",
        "_decimal",
        "_pydatetime",
        "pathlib._local",
        "uuid",
        "zoneinfo",
        "enum",
    ]
)
_HEAP, _FIXED = 1 << 9, 1 << 8  # Py_TPFLAGS_HEAPTYPE, Py_TPFLAGS_IMMUTABLETYPE
# What a candidate may hand back of the builtin functions: with eval or getattr in their hands,
# functions of the tests that call what they are given would run its code.
_FUNCTIONS = frozenset(
    """abs all any ascii bin callable chr divmod format hash hex id isinstance issubclass iter len
    max min next oct ord pow print repr round sorted sum""".split()
)
_TEST_MODULES = ("unittest", "pytest", "_pytest", "doctest")


class Names:
    def __init__(self, roots: list[str], strict: bool) -> None:
        self._roots = [os.path.join(root, "") for root in roots]
        self.strict = strict
        self._shared: tuple[str, frozenset[str]] | None = None
        self._known: frozenset[str] | None = None
        paths = sysconfig.get_paths()
        self._stdlib = [os.path.join(paths[key], "") for key in ("stdlib", "platstdlib")]

    def freeze(self, known: list[str] | None) -> list[str]:
        """Only these modules may be named from now on: by default what is loaded now, before
        any test file is."""
        self._known = frozenset(sys.modules if known is None else known)
        return sorted(self._known)

    def may_cross(self, cls: type) -> bool:
        """An instance of it can be described by its state, as far as this side can tell."""
        module = cls.__module__
        if not isinstance(module, str) or self._lookup(module, cls.__qualname__) is not cls:
            return False
        if self._apart(module, cls.__qualname__):
            return False
        return self._holds_values(module)

    def share(self, module: str, names: list[str]) -> None:
        """Of that module the other side has only these, under the same names."""
        self._shared = module, frozenset(names)

    def is_foreign(self, cls: type) -> bool:
        """Not the program's own: written in C, or found by its name in a module of others."""
        if not cls.__flags__ & _HEAP or cls.__flags__ & _FIXED:
            return True
        module, name = cls.__module__, cls.__qualname__
        return self._lookup(module, name) is cls and not self._apart(module, name)

    def _apart(self, module: object, name: object) -> bool:
        """The other side has no such thing."""
        if self._shared is None or module != self._shared[0] or not isinstance(name, str):
            return False
        return name.split(".")[0] not in self._shared[1]

    def names(self, value: Any) -> tuple[str, str] | None:
        """Where the other side may find this class or function."""
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if isinstance(module, str) and isinstance(name, str) and not self._apart(module, name):
            if self._lookup(module, name) is value and self._allowed(module, value):
                return module, name
        return None

    def find(self, module: object, qualname: object) -> Any:
        """The class or function, or None if the other side may not name it."""
        found = self._lookup(module, qualname)
        if found is None or not self._allowed(str(module), found):
            return None
        if self.strict and self._known is not None and module not in self._known:
            return None
        return found

    def find_exception(self, module: object, qualname: object) -> type[BaseException] | None:
        found = self._lookup(module, qualname)
        if not isinstance(found, type) or not issubclass(found, BaseException):
            return None
        return None if str(module).startswith(_TEST_MODULES) else found

    def is_third_party(self, cls: type) -> bool:
        return self._origin(cls.__module__) == "third"

    def is_installed(self, module: str) -> bool:
        """Not the project's own: importing it early saves every child the time."""
        return module in sys.modules and self._origin(module) in ("third", "stdlib")

    def _lookup(self, module: object, qualname: object) -> Any:
        """By plain dictionaries: no __getattr__ of a module or metaclass runs."""
        place: Any = sys.modules.get(module) if isinstance(module, str) else None
        if place is None or not isinstance(qualname, str):
            return None
        for part in qualname.split("."):
            space = place.__dict__ if isinstance(place, (type, types.ModuleType)) else {}
            if part not in space:
                return None
            place = space[part]
        ours = isinstance(place, (type, types.FunctionType, types.BuiltinFunctionType))
        return place if ours else None

    def _allowed(self, module: str, value: Any) -> bool:
        if module == "builtins":
            return not self.strict or isinstance(value, type) or value.__name__ in _FUNCTIONS
        if not isinstance(value, type):
            return self._origin(module) == "workspace"
        return self._holds_values(module)

    def _holds_values(self, module: str) -> bool:
        if module.startswith(_TEST_MODULES):
            return False
        return module in _VALUE_MODULES or self._origin(module) in ("workspace", "third")

    @functools.lru_cache(maxsize=None)  # noqa: B019, UP033 - one Names a process; Python 3.8
    def _origin(self, module: str) -> str:
        file = getattr(sys.modules.get(module), "__file__", None)
        if not isinstance(file, str):
            return "stdlib"
        if "site-packages" in file or "dist-packages" in file:
            return "third"
        if any(file.startswith(root) for root in self._roots):
            return "workspace"
        return "stdlib" if any(file.startswith(path) for path in self._stdlib) else "third"
