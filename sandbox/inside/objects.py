"""RemoteObject: what one side holds of an object that stays on the other.

Every use is a question to the owner, and what comes back are values. What decides a check is
never asked: `==` with a value and its like, `in`, numbers, copying. An object that lies can then
only give values, as any wrong answer does.
"""

from __future__ import annotations

import _io
import _thread
import builtins
import collections
import functools
import math
import operator
import re
import types
from collections.abc import Callable
from typing import Any, NoReturn

from synthd.sandbox.inside.remote import Stop, Us

# Types of which anybody can make an honest instance: to be one of them is no merit. What is
# not here is an instance of nothing but object, whatever its owner says.
_CLAIMS: tuple[type, ...] = (
    re.Match,
    memoryview,
    types.ModuleType,
    types.CodeType,
    types.MappingProxyType,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    type(_thread.allocate_lock()),
    _thread.RLock,
    _io.FileIO,
    _io.BufferedReader,
    _io.BufferedWriter,
    _io.BufferedRandom,
    _io.TextIOWrapper,
)
# Methods of built-in types that say yes or no about what they are given: from an object that
# only pretends to be a string or a set, that would be the verdict itself.
_DECIDE = frozenset("startswith endswith issubset issuperset isdisjoint equals".split())


class RemoteObject:
    """Its subclasses have the special methods that the object's class has (see abilities)."""

    __slots__ = (
        "__weakref__",
        "_synthd_content",
        "_synthd_handle",
        "_synthd_outcome",
        "_synthd_us",
    )
    _synthd_base: type | None = None

    def __init__(self, us: Us, handle: int, outcome: str) -> None:
        """outcome: what it comes to when a check asks what is not answered."""
        object.__setattr__(self, "_synthd_us", us)
        object.__setattr__(self, "_synthd_handle", handle)
        object.__setattr__(self, "_synthd_outcome", outcome)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        cls: Any = type(self)
        return cls._synthd_base or _claimed(cls.__module__, cls.__qualname__) or cls

    def __getattr__(self, name: str) -> Any:
        if name in ABILITIES.values():
            raise AttributeError(f"'{type(self).__qualname__}' object has no attribute '{name}'")
        if name.startswith("__") and name not in ("__name__", "__qualname__"):
            refuse(self)
        if name == "_synthd_content":
            raise AttributeError(name)
        if name in _DECIDE:
            decided = type(self)._synthd_base and getattr(_content(self), name, None)
            return decided or refuse(self)
        return self._synthd_us.attribute(self._synthd_handle, name)

    def __setattr__(self, name: str, value: Any) -> None:
        ask(self, "set", name, value)

    def __delattr__(self, name: str) -> None:
        ask(self, "del", name)

    def __bool__(self) -> bool:
        return bool(_exactly(self, bool, ask(self, "bool")))

    def __repr__(self) -> str:
        return str(_exactly(self, str, ask(self, "repr")))

    def __str__(self) -> str:
        return str(_exactly(self, str, ask(self, "str")))

    def __eq__(self, other: object) -> Any:
        return True if self is other else NotImplemented

    def __ne__(self, other: object) -> Any:
        return False if self is other else NotImplemented

    __hash__ = object.__hash__


def ask(self: RemoteObject, do: str, *args: Any, **kwargs: Any) -> Any:
    return self._synthd_us.ask(do, self._synthd_handle, *args, **kwargs)


def refuse(self: RemoteObject, *_: Any, **__: Any) -> NoReturn:
    name = type(self).__qualname__
    if self._synthd_outcome == "fail":
        detail = f"an instance of {name}, a class that only the candidate has"
    else:
        detail = f"an instance of {name} cannot be compared, copied or counted with here"
    us: Us = self._synthd_us
    us.stop(Stop(self._synthd_outcome, detail))


def _exactly(self: RemoteObject, kind: type, value: Any) -> Any:
    """A subclass of it would bring behaviour along."""
    if type(value) is not kind:
        self._synthd_us.stop(Stop("fail", f"{type(self).__qualname__} gave no {kind.__name__}"))
    return value


def _len(self: RemoteObject) -> Any:
    return _exactly(self, int, ask(self, "len"))


def _next(self: RemoteObject) -> Any:
    going, value = ask(self, "next")
    if not going:
        raise StopIteration(value)
    return value


def _equal(self: RemoteObject, other: Any) -> bool:
    """With another of its kind by its own `==`, which is not told whether that is wanted; if it
    says yes, both must hold the same. With a value of the tests it is never compared."""
    if self is other:
        return True
    if type(self) is not type(other) or self._synthd_us is not other._synthd_us:
        refuse(self)
    states = [_exactly(self, dict, ask(one, "state")) for one in (self, other)]
    equal = bool(_exactly(self, bool, ask(self, "eq", other)))
    if equal and states[0] != states[1]:
        name = type(self).__qualname__
        self._synthd_us.stop(
            Stop("infra_error", f"two {name} are called equal and hold different values")
        )
    return equal


def _same_bytes(self: RemoteObject, other: Any) -> Any:
    ours = _exactly(self, bytes, ask(self, "tobytes"))
    theirs = ask(other, "tobytes") if isinstance(other, RemoteObject) else other
    return memoryview(ours) == theirs


def _contains(self: Any, wanted: Any) -> bool:
    """By what it gives, compared here: its own __contains__ would be told what is expected."""
    if not hasattr(type(self), "__iter__") and not hasattr(type(self), "__getitem__"):
        refuse(self)
    return any(wanted is one or wanted == one for one in self)


def _leave(self: RemoteObject, kind: Any, error: Any, trace: Any) -> Any:
    return ask(self, "exit", error)


def _is_instance(self: RemoteObject, other: Any) -> bool:
    """For a class that stayed on the other side: are objects over there of that class?"""
    if not isinstance(other, RemoteObject):
        return False
    return bool(_exactly(self, bool, ask(self, "instance", other)))


def _asking(do: str) -> Callable[..., Any]:
    def special(self: RemoteObject, *args: Any, **kwargs: Any) -> Any:
        return ask(self, do, *args, **kwargs)

    return special


ABILITIES: dict[str, str] = {
    "iter": "__iter__",
    "next": "__next__",
    "len": "__len__",
    "item": "__getitem__",
    "setitem": "__setitem__",
    "delitem": "__delitem__",
    "call": "__call__",
    "enter": "__enter__",
    "exit": "__exit__",
    "contains": "__contains__",
}
_SPECIAL: dict[str, dict[str, Any]] = {
    do: {special: _asking(do)} for do, special in ABILITIES.items()
}
_SPECIAL["next"] = {"__next__": _next}
_SPECIAL["len"] = {"__len__": _len}
_SPECIAL["exit"] = {"__exit__": _leave}
_SPECIAL["contains"] = {"__contains__": _contains}
_SPECIAL["iter"]["__contains__"] = _SPECIAL["item"]["__contains__"] = _contains
_SPECIAL["eq"] = {"__eq__": _equal, "__ne__": lambda self, other: not _equal(self, other)}
_SPECIAL["view"] = {
    "__eq__": _same_bytes,
    "__ne__": lambda self, other: not _same_bytes(self, other),
}
for _equals in (_SPECIAL["eq"], _SPECIAL["view"]):
    _equals["__hash__"] = object.__hash__
_SPECIAL["class"] = {"__instancecheck__": _is_instance}
_OPERATORS = """
lt le gt ge add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod divmod rdivmod
pow rpow lshift rlshift rshift rrshift and rand or ror xor rxor matmul rmatmul neg pos abs invert
int float complex index round trunc floor ceil
"""
for _name in [*_OPERATORS.split(), "reduce", "reduce_ex", "copy", "deepcopy"]:
    setattr(RemoteObject, f"__{_name}__", refuse)


def _content(self: RemoteObject) -> Any:
    """Asked once if it cannot change: it is not another value for every comparison."""
    if not hasattr(self, "_synthd_content"):
        base = type(self)._synthd_base or object
        value = _exactly(self, base, ask(self, "content"))
        if base in (list, set, dict, collections.deque):
            return value
        object.__setattr__(self, "_synthd_content", value)
    return self._synthd_content


def _by_content(name: str) -> Callable[..., Any]:
    """An operator, on what a subclass of a plain type is underneath: that is decided here."""
    function = _operator(name)
    if function is None:
        reflected: Any = _operator(name[1:])
        return lambda self, other: reflected(other, _content(self))
    return lambda self, *args: function(_content(self), *args)


def _operator(name: str) -> Any:
    for place in (operator, builtins, math):
        found = getattr(place, name, None) or getattr(place, name + "_", None)
        if found is not None:
            return found
    return None


@functools.lru_cache(maxsize=256)
def _class_of(module: str, name: str, abilities: frozenset[str]) -> type[RemoteObject]:
    space: dict[str, Any] = {"__slots__": (), "__module__": module, "__qualname__": name}
    for ability in sorted(abilities, key=lambda one: (one in _BASES, one)):
        if ability in _BASES:
            space["_synthd_base"] = _BASES[ability]
            space.update(_BY_CONTENT)
        else:
            space.update(_SPECIAL[ability])
    return type(name.rsplit(".", 1)[-1], (RemoteObject,), space)


_BASES: dict[str, type] = {
    cls.__name__: cls
    for cls in (int, float, str, bytes, tuple, frozenset, list, set, dict, collections.deque)
}
_BY_CONTENT: dict[str, Any] = {
    f"__{name}__": _by_content(name) for name in ["eq", "ne", "hash", *_OPERATORS.split()]
}
_BY_CONTENT["__contains__"] = _by_content("contains")


def remote_object(
    us: Us, handle: int, outcome: str, module: str, name: str, abilities: list[Any]
) -> RemoteObject:
    """abilities: the keys of ABILITIES, "class" for a class, "eq" if it has an `==` of its own,
    "view" for a view of bytes, and the plain type underneath."""
    named = (one for one in abilities if type(one) is str)
    known = frozenset(one for one in named if one in _SPECIAL or one in _BASES)
    return _class_of(module, name.replace("\0", "")[:200], known)(us, handle, outcome)


@functools.lru_cache(maxsize=256)
def _claimed(module: str, name: str) -> type | None:
    for cls in _CLAIMS:
        if (cls.__module__, cls.__qualname__) == (module, name):
            return cls
    return None
