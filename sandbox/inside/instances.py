"""Instances of ordinary classes, taken apart without running their code, and put together.

Never pickle: the class is found by name, made by `cls.__new__`, and its state is set.
"""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations

import collections
import enum
from collections.abc import Iterator
from typing import Any

from synthd.sandbox.inside.cells import BadValue

_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: defined in Python (or as good as)

CONTENT: dict[type, Any] = {
    int: lambda v: [int.__int__(v)],
    float: lambda v: [float.__float__(v)],
    str: lambda v: [str.__str__(v)],
    bytes: lambda v: [bytes.__getitem__(v, slice(None))],
    tuple: lambda v: list(tuple.__iter__(v)),
    frozenset: lambda v: list(frozenset.__iter__(v)),
    list: lambda v: list(list.__iter__(v)),
    set: lambda v: list(set.__iter__(v)),
    dict: lambda v: [part for pair in dict.items(v) for part in pair],
    collections.deque: lambda v: list(collections.deque.__iter__(v)),
    object: lambda v: [],
}
_FROZEN = (int, float, str, bytes, tuple, frozenset)


def solid_base(cls: type) -> type | None:
    """The built-in type that its instances are underneath, if we know how to copy that."""
    for base in cls.__mro__:
        if not base.__flags__ & _HEAP or base in CONTENT:
            return base if base in CONTENT else None
    return None


def describe_instance(value: Any) -> tuple[Any, list[Any]]:
    cls = type(value)
    if isinstance(value, enum.Enum):
        return ["enum", 0], [cls, value.name, value.value]
    base = solid_base(cls)
    assert base is not None
    content = CONTENT[base](value)
    state = [part for pair in state_of(value) for part in pair]
    return [base.__name__, len(content)], [cls, *content, *state]


def state_of(value: Any) -> Iterator[tuple[str, Any]]:
    try:
        yield from dict(object.__getattribute__(value, "__dict__")).items()
    except (AttributeError, TypeError):
        pass
    for name in _slots(type(value)):
        try:
            yield name, object.__getattribute__(value, name)
        except AttributeError:
            continue


def _slots(cls: type) -> Iterator[str]:
    for base in cls.__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else list(slots):
            if name in ("__dict__", "__weakref__"):
                continue
            hidden = name.startswith("__") and not name.endswith("__")
            yield "_{}{}".format(base.__name__.lstrip("_"), name) if hidden else name


def is_frozen(data: Any) -> bool:
    """Its built-in part must be there when it is made."""
    return data[0] == "enum" or data[0] in [base.__name__ for base in _FROZEN]


def new_instance(cls: type, data: Any, content: list[Any]) -> Any:
    """The object without its state; content is only there for the frozen bases."""
    if data[0] == "enum":
        return _member(cls, *content)
    base = solid_base(cls)
    if base is None or base.__name__ != data[0]:
        raise BadValue(f"another kind of {cls.__name__}")
    if base in (int, float, str, bytes):
        if type(content[0]) is not base:
            raise BadValue(f"{base.__name__} expected")
        return _new(base, cls, content[0])
    if base in (tuple, frozenset):
        return _new(base, cls, content)
    return _new(base, cls)


def _new(base: Any, cls: type, *content: Any) -> Any:
    return base.__new__(cls, *content)


def _member(cls: Any, name: Any, value: Any) -> Any:
    if not issubclass(cls, enum.Enum):
        raise BadValue("not an enumeration")
    if name in cls.__members__:
        return cls.__members__[name]
    return cls(value)


def fill_instance(value: Any, data: Any, content: list[Any], state: list[Any]) -> None:
    base = solid_base(type(value))
    if base is list:
        list.clear(value)
        list.extend(value, content)
    elif base is set:
        set.clear(value)
        set.update(value, content)
    elif base is dict:
        dict.clear(value)
        for key, item in zip(content[::2], content[1::2]):
            dict.__setitem__(value, key, item)
    elif base is collections.deque:
        collections.deque.clear(value)
        collections.deque.extend(value, content)
    own = getattr(value, "__dict__", None)
    if isinstance(own, dict):
        own.clear()
    for name, item in zip(state[::2], state[1::2]):
        if isinstance(own, dict) and name not in _slots(type(value)):
            own[name] = item
        else:
            object.__setattr__(value, name, item)
