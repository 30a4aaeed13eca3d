"""What the tester lets a candidate do with objects that the tests pass to it.

Whoever asks here may be hostile, and what is asked is done in the process that holds the tests.
So nothing is found by its name at run time: for a few types, all written in C, it is listed
which attributes may be read and which methods called. This is safe because

* the type must be exactly one of these: no method of the tests' own classes is ever reached by
  a name that the candidate chose, nor anything that has frames, globals or modules;
* what the attributes give are values, or objects of these types again: nothing leads further
  (no __self__, no __class__, no memoryview.obj, no name with an underscore);
* bound methods are never handed over, so none can be called with another object; arguments are
  plain values only, so no method gets an object that could call back, or one of the tests';
* nothing is set; only what such an object is made for changes it (write, acquire, a view's
  items), and that is what it was passed on for;
* memory and file sizes are limited for the whole process; what does not fit is an error here
  and ends the candidate's call; a lock is not waited for.

Functions can be called and iterators advanced, as their being passed on says. All else stays an
Opaque on the other side: the check is then undecided.
"""

from __future__ import annotations

import _io
import _thread
import array
import io
import re
import types
from typing import Any, NamedTuple

from synthd.sandbox.inside.owned import step
from synthd.sandbox.inside.remote import Stop

_WAIT = 1.0  # seconds for a lock that the tests hold


class _Lent(NamedTuple):
    methods: frozenset[str]
    attributes: frozenset[str]
    able: tuple[str, ...]


def _lent(methods: str, attributes: str, *able: str) -> _Lent:
    return _Lent(frozenset(methods.split()), frozenset(attributes.split()), able)


def _table() -> dict[type, _Lent]:
    every = "close fileno flush isatty readable readline readlines seek seekable tell truncate"
    every += " writable writelines read write"
    opened = ("iter", "next", "enter", "exit")
    raw = _lent(f"{every} readall readinto", "closed closefd mode name", *opened)
    binary = _lent(f"{every} peek read1 readinto readinto1", "closed mode name raw", *opened)
    text = _lent(
        f"{every} reconfigure",
        "buffer closed encoding errors line_buffering mode name newlines write_through",
        *opened,
    )
    lock = _lent("acquire release locked", "", "enter", "exit")
    match = _lent(
        "end expand group groupdict groups span start",
        "endpos lastgroup lastindex pos re regs string",
        "item",
    )
    view = _lent(
        "cast hex release tobytes tolist toreadonly",
        "c_contiguous contiguous f_contiguous format itemsize nbytes ndim readonly shape strides "
        "suboffsets",
        *("iter", "len", "item", "setitem", "enter", "exit"),
    )
    return {
        _io.FileIO: raw,
        _io.BufferedReader: binary,
        _io.BufferedWriter: binary,
        _io.BufferedRandom: binary,
        _io.TextIOWrapper: text,
        type(_thread.allocate_lock()): lock,
        _thread.RLock: lock,
        re.Match: match,
        memoryview: view,
    }


_TYPES = _table()
_SEEN: dict[str, Any] = {"bool": bool, "repr": repr, "str": str, "len": len, "iter": iter}
_PLAIN = frozenset([type(None), bool, int, float, str, bytes, bytearray, array.array])


def nature(value: Any) -> tuple[str, list[str]]:
    """How it is handed over, and what can be done with it."""
    lent = _TYPES.get(type(value))
    if lent is not None:
        return "object", list(lent.able)
    if isinstance(value, types.GeneratorType):
        return "generator", []
    if isinstance(value, types.AsyncGeneratorType):
        return "asyncgen", []
    if hasattr(type(value), "__next__") and hasattr(type(value), "__iter__"):
        return "iterator", []
    return ("call" if callable(value) else "opaque"), []


def use(held: Any, do: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Raises Stop for what may not be done."""
    lent = _TYPES.get(type(held))
    if lent is not None:
        return _checked(_use(lent, held, do, args, kwargs))
    kind, _ = nature(held)
    if kind == "call" and do == "call":
        return held(*args, **kwargs)
    if kind in ("iterator", "generator") and do in ("next", "send", "throw"):
        return step(held, do, args)
    raise Stop("infra_error", f"a {type(held).__name__} of the tests cannot be used from outside")


def _use(lent: _Lent, held: Any, do: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if do == "get":
        return _attribute(lent, held, *args)
    if do == "exit":
        held.__exit__(None, None, None)
        return False
    if not all(map(_plain, args)) or not all(map(_plain, kwargs.values())):
        raise Stop("infra_error", f"what a {type(held).__name__} of the tests is given is no value")
    if do == "method" and args and args[0] in lent.methods:
        return _call(held, args[0], args[1:], kwargs)
    if do in ("bool", "repr", "str"):
        return _SEEN[do](held)
    if do not in lent.able:
        raise Stop("infra_error", f"a {type(held).__name__} of the tests cannot be used like that")
    if do == "enter":
        return _call(held, "acquire", (), {}) if hasattr(held, "acquire") else held.__enter__()
    if do == "next":
        return step(held, do, ())
    if do == "setitem":
        held[args[0]] = args[1]
        return None
    return held[args[0]] if do == "item" else _SEEN[do](held)


def _attribute(lent: _Lent, held: Any, name: object) -> tuple[bool, Any]:
    """(whether it is a value, the value): methods are called by their name."""
    if name in lent.methods:
        return False, None
    if name in lent.attributes:
        return True, getattr(held, str(name))
    if type(name) is str and name in dir(type(held)):
        raise Stop("infra_error", f"{name} of a {type(held).__name__} stays with the tests")
    raise AttributeError(f"'{type(held).__name__}' object has no attribute '{name}'")


def _call(held: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if name != "acquire":
        return getattr(held, name)(*args, **kwargs)
    blocking, timeout = _how_long(*args, **kwargs)
    if not blocking:
        return held.acquire(False)
    waits = _WAIT if timeout < 0 else min(timeout, _WAIT)
    got = held.acquire(True, waits)
    if not got and waits != timeout:
        raise Stop("timeout", "waits for a lock that the tests hold")
    return got


def _how_long(blocking: Any = True, timeout: Any = -1) -> tuple[bool, float]:
    return bool(blocking), float(timeout)


def _plain(value: Any) -> bool:
    kind = type(value)
    if kind in (list, tuple, slice):
        parts = (value.start, value.stop, value.step) if kind is slice else value
        return all(type(part) in _PLAIN for part in parts)
    return kind in _PLAIN


def _checked(value: Any) -> Any:
    """What would cross as a copy, and be another object from then on."""
    inner = value[1] if type(value) is tuple and len(value) == 2 else value
    if type(inner) in (io.BytesIO, io.StringIO):
        raise Stop("infra_error", f"a {type(inner).__name__} inside of a file cannot cross")
    return value
