"""Does a value, as written, fit an annotation? Against values that are made of the annotation."""

from __future__ import annotations

import ast
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.inputs.annotations import draw
from synthd.synth.testing.types import expression, fits

PLAIN = st.sampled_from(["int", "float", "bool", "str", "bytes", "None"])
HASHABLE = st.sampled_from(["int", "str", "bool", "bytes"])
ANNOTATIONS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        inner.map(lambda each: f"list[{each}]"),
        inner.map(lambda each: f"typing.Sequence[{each}]"),
        inner.map(lambda each: f"tuple[{each}, ...]"),
        inner.map(lambda each: f"Optional[{each}]"),
        st.tuples(inner, inner).map(lambda pair: f"tuple[{pair[0]}, {pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]} | {pair[1]}"),
        st.tuples(HASHABLE, inner).map(lambda pair: f"dict[{pair[0]}, {pair[1]}]"),
        HASHABLE.map(lambda each: f"set[{each}]"),
        st.just("Literal['a', 3]"),
        inner.map(repr),  # as a string
    ),
    max_leaves=6,
)


def told(annotation: str, value: str) -> bool | None:
    wanted, held = expression(annotation), expression(value)
    assert wanted is not None and held is not None
    return fits(wanted, held)


@given(ANNOTATIONS, st.integers(0, 2**16), st.integers(0, 9))
def test_what_is_made_of_a_type_is_of_it(annotation: str, seed: int, size: int) -> None:
    node = ast.parse(annotation, mode="eval").body
    assert told(annotation, repr(draw(node, Random(seed), size))) is True


@given(ANNOTATIONS, st.integers(0, 2**16))
def test_no_built_in_value_is_of_a_type_that_nobody_knows(annotation: str, seed: int) -> None:
    value = repr(draw(ast.parse(annotation, mode="eval").body, Random(seed), 5))
    assert told("Matrix", value) is None
    assert told(f"Matrix | {annotation}", value) is True
    assert told("Any", value) is told("object", value) is True


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        ("int", "'3'", False),
        ("int", "3.0", False),
        ("int", "-3", True),
        ("int", "True", True),
        ("bool", "1", False),
        ("float", "3", True),
        ("float", "nan", True),
        ("float", "-inf", True),
        ("complex", "(1+2j)", True),
        ("str", "None", False),
        ("list[int]", "[1, 'a']", False),
        ("list[int]", "(1, 2)", False),
        ("List[List[int]]", "[[1], [2.5]]", False),
        ("tuple[int, int]", "(1, 2, 3)", False),
        ("tuple[int, str]", "(1, 2)", False),
        ("dict[str, int]", "{'a': 'b'}", False),
        ("dict[str, int]", "Counter({'a': 2})", True),
        ("dict[str, list[int]]", "defaultdict(<class 'list'>, {})", None),
        ("set[int]", "set()", True),
        ("set[int]", "{'a'}", False),
        ("frozenset[int]", "frozenset({1})", True),
        ("Iterable[str]", "['a']", True),
        ("Literal['a']", "'b'", False),
        ("Optional[int]", "'a'", False),
        ("Point", "Point(x=1)", True),
        ("Shape", "Point(x=1)", None),
        ("T", "3", None),
        ("int", "Fraction(1, 2)", None),
    ],
)
def test_words_that_could_go_wrong(annotation: str, value: str, expected: bool | None) -> None:
    node = expression(value)
    if node is None:
        assert expected is None
    else:
        assert told(annotation, value) is expected
