"""What the candidate's process does with its own objects when the tests ask for it.

It may do anything: the process holds nothing but the candidate's own. What it gives crosses as
any other value.
"""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations

import types
from typing import Any

from synthd.sandbox.inside import instances
from synthd.sandbox.inside.objects import ABILITIES

_METHODS = (types.MethodType, types.BuiltinMethodType, types.MethodWrapperType)
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, *_METHODS)


def nature(value: Any) -> tuple[str, list[str]]:
    """How it is handed over, and what it can do."""
    cls = type(value)
    if isinstance(value, types.GeneratorType):
        return "generator", []
    if isinstance(value, types.AsyncGeneratorType):
        return "asyncgen", []
    if isinstance(value, _FUNCTIONS):
        return "call", []
    if hasattr(cls, "__next__") and all(name.startswith("_") for name in dir(cls)):
        return "iterator", []
    able = [do for do, special in ABILITIES.items() if getattr(cls, special, None) is not None]
    if isinstance(value, type):
        return "object", [*able, "class"]
    if getattr(cls, "__eq__", None) is not object.__eq__:
        able.append("eq")
    if cls is memoryview and value.format == "B" and value.ndim == 1:
        able.append("view")
    base = instances.solid_base(cls)
    return "object", able if base in (None, object) else [*able, base.__name__]


def step(target: Any, do: str, args: tuple[Any, ...]) -> tuple[bool, Any]:
    """One step of an iterator that stayed here: (whether it goes on, the value)."""
    try:
        if do == "send":
            return True, target.send(*args)
        if do == "throw":
            return True, target.throw(*args)
        return True, next(target)
    except StopIteration as stop:
        return False, stop.value


def callee(held: Any, do: str, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """What is called with what, for `call` and `method`."""
    return (held, args) if do == "call" else (getattr(held, args[0]), args[1:])


def use(held: Any, do: str, args: tuple[Any, ...]) -> Any:
    if do == "get":
        return _attribute(held, args[0])
    if do in ("next", "send", "throw"):
        return step(held, do, args)
    return _DOINGS[do](held, *args)


def _attribute(held: Any, name: str) -> tuple[bool, Any]:
    """(whether it is a value, the value): methods are called by their name."""
    value = getattr(held, name)
    if isinstance(value, _METHODS) and value.__self__ is held:
        return False, None
    return True, value


def _leave(held: Any, error: BaseException | None) -> bool:
    kind = None if error is None else type(error)
    return bool(type(held).__exit__(held, kind, error, None))


def _mend(held: Any, name: str, value: Any) -> None:
    """The tests have changed what they got as this attribute: it keeps its identity."""
    now: Any = getattr(held, name, None)
    if type(now) is not type(value) or now is value:
        setattr(held, name, value)
    elif isinstance(now, (list, bytearray)):
        now[:] = value
    elif isinstance(now, (dict, set)):
        now.clear()
        now.update(value)
    else:
        setattr(held, name, value)


def _content(held: Any) -> Any:
    """What it is underneath, as a value of the plain type that it is a subclass of."""
    base: Any = instances.solid_base(type(held))
    parts = instances.CONTENT[base](held)
    if base in (int, float, str, bytes):
        return parts[0]
    return dict(zip(parts[::2], parts[1::2])) if base is dict else base(parts)


_DOINGS: dict[str, Any] = {
    "set": setattr,
    "del": delattr,
    "mend": _mend,
    "content": _content,
    "eq": lambda held, other: bool(held == other),
    "state": lambda held: dict(instances.state_of(held)),
    "tobytes": lambda held: held.tobytes(),
    "bool": bool,
    "repr": repr,
    "str": str,
    "len": len,
    "iter": iter,
    "item": lambda held, key: held[key],
    "setitem": lambda held, key, value: type(held).__setitem__(held, key, value),
    "delitem": lambda held, key: type(held).__delitem__(held, key),
    "enter": lambda held: type(held).__enter__(held),
    "exit": _leave,
    "instance": lambda held, other: isinstance(other, held),
}
