"""Which standard types cross as values, and how each is taken apart and put together.

Exact types only: a subclass is an instance (instances.py) or cannot cross.
"""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import io
import pathlib
import re
import types
import uuid
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from synthd.sandbox.inside.cells import BadValue, pack64, unpack64

Parts = Any  # (data for JSON, children)
Children = Any


class Kind(NamedTuple):
    """describe takes apart. An immutable kind has build; a mutable one new and fill."""

    describe: Callable[[Any], Parts]
    build: Callable[[Any, Children], Any] | None = None
    new: Callable[[Any], Any] | None = None
    fill: Callable[[Any, Any, Children], None] | None = None


def _pairs(items: Iterable[Any]) -> list[Any]:
    return [part for pair in items for part in pair]


def _fill_list(target: Any, data: Any, children: Children) -> None:
    target[:] = children


def _fill_dict(target: Any, data: Any, children: Children) -> None:
    target.clear()
    for key, value in zip(children[::2], children[1::2]):
        target[key] = value


def _fill_counter(target: Any, data: Any, children: Children) -> None:
    target.clear()
    for key, value in zip(children[::2], children[1::2]):
        dict.__setitem__(target, key, value)


def _fill_defaultdict(target: Any, data: Any, children: Children) -> None:
    target.default_factory = children[0]
    _fill_dict(target, data, children[1:])


def _fill_set(target: Any, data: Any, children: Children) -> None:
    target.clear()
    target.update(children)


def _fill_deque(target: Any, data: Any, children: Children) -> None:
    target.clear()
    target.extend(children)


def _fill_bytearray(target: Any, data: Any, children: Children) -> None:
    target[:] = unpack64(data)


def _fill_array(target: Any, data: Any, children: Children) -> None:
    del target[:]
    target.frombytes(unpack64(data[1]))


def _fill_stream(target: Any, data: Any, children: Children) -> None:
    target.seek(0)
    target.truncate()
    target.write(children[0])
    target.seek(children[1])


def _fill_namespace(target: Any, data: Any, children: Children) -> None:
    target.__dict__.clear()
    target.__dict__.update(zip(children[::2], children[1::2]))


def _timezone(data: Any, children: Children) -> Any:
    offset = datetime.timedelta(*children[:3])
    return datetime.timezone(offset) if data is None else datetime.timezone(offset, data)


def _describe_timezone(zone: Any) -> Parts:
    offset = zone.utcoffset(None)
    name = zone.tzname(None)
    default = datetime.timezone(offset).tzname(None)
    return (None if name == default else name), [offset.days, offset.seconds, offset.microseconds]


def _exact(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise BadValue(f"{kind.__name__} expected")
    return value


def standard_kinds() -> dict[str, tuple[type, Kind]]:
    """By tag; tags are part of the wire format."""
    dt = datetime
    table: dict[str, tuple[type, Kind]] = {
        "list": (list, Kind(lambda v: (None, v), new=lambda d: [], fill=_fill_list)),
        "dict": (dict, Kind(lambda v: (None, _pairs(v.items())), None, lambda d: {}, _fill_dict)),
        "set": (set, Kind(lambda v: (None, v), new=lambda d: set(), fill=_fill_set)),
        "tuple": (tuple, Kind(lambda v: (None, v), lambda d, c: tuple(c))),
        "frozenset": (frozenset, Kind(lambda v: (None, v), lambda d, c: frozenset(c))),
        "bytearray": (
            bytearray,
            Kind(lambda v: (pack64(bytes(v)), ()), None, lambda d: bytearray(), _fill_bytearray),
        ),
        "range": (
            range,
            Kind(lambda v: (None, (v.start, v.stop, v.step)), lambda d, c: range(*c)),
        ),
        "slice": (
            slice,
            Kind(lambda v: (None, (v.start, v.stop, v.step)), lambda d, c: slice(*c)),
        ),
        "decimal": (
            decimal.Decimal,
            Kind(lambda v: (str(v), ()), lambda d, c: decimal.Decimal(_exact(str, d))),
        ),
        "fraction": (
            fractions.Fraction,
            Kind(
                lambda v: (None, (v.numerator, v.denominator)),
                lambda d, c: fractions.Fraction(_exact(int, c[0]), _exact(int, c[1])),
            ),
        ),
        "date": (
            dt.date,
            Kind(lambda v: (v.isoformat(), ()), lambda d, c: dt.date.fromisoformat(d)),
        ),
        "time": (
            dt.time,
            Kind(
                lambda v: (
                    [v.hour, v.minute, v.second, v.microsecond, v.fold],
                    [v.tzinfo],
                ),
                lambda d, c: dt.time(d[0], d[1], d[2], d[3], c[0], fold=d[4]),
            ),
        ),
        "datetime": (
            dt.datetime,
            Kind(
                lambda v: (
                    [
                        v.year,
                        v.month,
                        v.day,
                        v.hour,
                        v.minute,
                        v.second,
                        v.microsecond,
                        v.fold,
                    ],
                    [v.tzinfo],
                ),
                lambda d, c: dt.datetime(*d[:7]).replace(tzinfo=c[0], fold=d[7]),
            ),
        ),
        "timedelta": (
            dt.timedelta,
            Kind(
                lambda v: (None, (v.days, v.seconds, v.microseconds)),
                lambda d, c: dt.timedelta(*c),
            ),
        ),
        "timezone": (dt.timezone, Kind(_describe_timezone, _timezone)),
        "uuid": (uuid.UUID, Kind(lambda v: (v.hex, ()), lambda d, c: uuid.UUID(d))),
        "pattern": (
            re.Pattern,
            Kind(
                lambda v: (int(v.flags), (v.pattern,)),
                lambda d, c: re.compile(c[0], d),
            ),
        ),
        "ordereddict": (
            collections.OrderedDict,
            Kind(
                lambda v: (None, _pairs(v.items())),
                None,
                lambda d: collections.OrderedDict(),
                _fill_dict,
            ),
        ),
        "defaultdict": (
            collections.defaultdict,
            Kind(
                lambda v: (None, [v.default_factory, *_pairs(v.items())]),
                None,
                lambda d: collections.defaultdict(None),
                _fill_defaultdict,
            ),
        ),
        "counter": (
            collections.Counter,
            Kind(
                lambda v: (None, _pairs(v.items())),
                None,
                lambda d: collections.Counter(),
                _fill_counter,
            ),
        ),
        "deque": (
            collections.deque,
            Kind(
                lambda v: (v.maxlen, v),
                None,
                lambda d: collections.deque(maxlen=d),
                _fill_deque,
            ),
        ),
        "namespace": (
            types.SimpleNamespace,
            Kind(
                lambda v: (None, _pairs(vars(v).items())),
                None,
                lambda d: types.SimpleNamespace(),
                _fill_namespace,
            ),
        ),
        "array": (
            array.array,
            Kind(
                lambda v: ([v.typecode, pack64(v.tobytes())], ()),
                None,
                lambda d: array.array(d[0]),
                _fill_array,
            ),
        ),
        "stringio": (
            io.StringIO,
            Kind(
                lambda v: (None, (v.getvalue(), v.tell())),
                None,
                lambda d: io.StringIO(newline=""),
                _fill_stream,
            ),
        ),
        "bytesio": (
            io.BytesIO,
            Kind(
                lambda v: (None, (v.getvalue(), v.tell())),
                None,
                lambda d: io.BytesIO(),
                _fill_stream,
            ),
        ),
    }
    for name in (
        "PurePosixPath",
        "PureWindowsPath",
        "PosixPath",
    ):
        cls = getattr(pathlib, name)
        table["path" + name] = (cls, _path(cls))
    return table


def _path(cls: Any) -> Kind:
    return Kind(lambda v: (None, (str(v),)), lambda d, c: cls(_exact(str, c[0])))
