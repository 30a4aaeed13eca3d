"""What is encoded on one side is the same on the other: equal, and of the same type."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import json
import math
import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.sandbox.inside.cells import BadValue
from synthd.sandbox.inside.decode import Decoder
from synthd.sandbox.inside.encode import Encoder, TooLarge
from synthd.sandbox.inside.names import Names


def no_token(*_: Any) -> Any:
    raise AssertionError("a plain value needs no token")


def cross(value: Any, limit: int = 1 << 20) -> Any:
    names = Names([], strict=False)
    encoder = Encoder(names, no_token, limit)
    cell = encoder.root(value)
    wire = json.loads(json.dumps([cell, encoder.nodes]))
    return Decoder(names, no_token, no_token, wire[1]).roots([wire[0]])[0]


def same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return math.copysign(1, a) == math.copysign(1, b) if a == b else a != a and b != b
    if isinstance(a, list | tuple | collections.deque):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a), list(b)) and same(list(a.values()), list(b.values()))
    return bool(a == b)


numbers = st.integers() | st.floats() | st.booleans() | st.integers(-(10**5000), 10**5000)
texts = st.text(st.characters(exclude_categories=())) | st.binary() | st.none()
times = st.datetimes(timezones=st.none() | st.just(datetime.UTC)) | st.timedeltas() | st.dates()
others = st.decimals(allow_nan=False) | st.fractions() | st.uuids() | st.just(...)
hashable = numbers | texts | times | others
values = st.recursive(
    hashable | st.builds(bytearray, st.binary()) | st.builds(range, st.integers(-9, 9)),
    lambda inner: (
        st.lists(inner)
        | st.builds(tuple, st.lists(inner))
        | st.builds(collections.deque, st.lists(inner))
        | st.dictionaries(hashable, inner)
        | st.builds(collections.OrderedDict, st.dictionaries(st.text(), inner))
        | st.sets(st.integers())
        | st.frozensets(st.text())
    ),
    max_leaves=20,
)


@given(values)
def test_round_trip(value: Any) -> None:
    assert same(cross(value), value)


def test_named_kinds() -> None:
    for value in (
        complex(1, -0.0),
        slice(1, None, 2),
        collections.Counter("abca"),
        collections.defaultdict(list, {1: [2]}),
        uuid.UUID(int=3),
        PurePosixPath("/a/b"),
        decimal.Decimal("1.10"),
        fractions.Fraction(1, 3),
        datetime.time(1, 2, fold=1),
        NotImplemented,
        int,
        len,
    ):
        assert same(cross(value), value)


def test_aliases_and_cycles_stay() -> None:
    shared: list[Any] = [1]
    outer: list[Any] = [shared, shared, (shared,)]
    outer.append(outer)
    found = cross(outer)
    assert found[0] is found[1] is found[2][0]
    assert found[3] is found


def test_depth_does_not_matter() -> None:
    value: Any = ()
    for _ in range(50_000):
        value = (value,)
    found, depth = cross(value, 1 << 24), 0
    while found:
        found, depth = found[0], depth + 1
    assert depth == 50_000


def test_exceptions_keep_their_arguments() -> None:
    missing = cross(FileNotFoundError(2, "No such file", "x"))
    assert type(missing) is FileNotFoundError and missing.filename == "x"
    assert cross(StopIteration(3)).value == 3
    assert cross(KeyError("k")).args == ("k",)


def test_too_large() -> None:
    with pytest.raises(TooLarge):
        cross("x" * 2000, limit=1000)
    with pytest.raises(TooLarge):
        cross(list(range(2000)), limit=1000)


@dataclass(frozen=True)
class Local:
    x: int


@pytest.mark.parametrize(
    "nodes",
    [
        [["list", None, [7]]],
        [["list", None, [-1]]],
        [["tuple", None, [0]]],
        [["nonsense", None]],
        [["inst", ["int", 1], [1], "x"], ["named", ["builtins", "int"]]],
        [["ndarray", ["|O", [1], "AAAA"]]],
        ["list"],
        [["list", None, ["z"]]],
    ],
)
def test_forged_encodings_are_refused(nodes: Any) -> None:
    names = Names([], strict=False)
    with pytest.raises((BadValue, ImportError)):
        Decoder(names, no_token, no_token, nodes).roots([[0]])
