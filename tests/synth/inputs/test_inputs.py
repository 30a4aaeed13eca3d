"""Calls that nobody gave: of the right types, none twice, none of the examples', the same again."""

from __future__ import annotations

import ast
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth import problem as problems
from synthd.synth.inputs.annotations import Unknown, draw
from synthd.synth.inputs.answers import calls_in
from synthd.synth.inputs.generate import generate
from synthd.synth.inputs.mutations import mutants
from synthd.synth.problem import Check, Doctest, Example, Problem, Spec


def problem(head: str, *calls: str, entry: str = "f", checks: tuple[Check, ...] = ()) -> Problem:
    given = tuple(Example(str(i), call, "0") for i, call in enumerate(calls))
    return Problem(
        "p", "", start=f'{head}\n    """Does."""', head=head, entry_point=entry,
        spec=Spec(visible=(*given, *checks)),
    )  # fmt: skip


def arguments(call: str) -> list[Any]:
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    return [ast.literal_eval(argument) for argument in node.args]


def test_they_have_the_types_of_the_parameters() -> None:
    asked = problem("def f(xs: list[int], name: str, by: dict[str, float] | None = None) -> int:")
    made = generate(asked, 60)
    assert len(made) == 60
    for xs, name, by in map(arguments, made):
        assert all(type(x) is int for x in xs) and isinstance(name, str)
        assert by is None or all(type(v) is float for v in by.values())
    assert any(len(arguments(call)[0]) > 3 for call in made)


def test_without_annotations_they_are_like_the_examples() -> None:
    made = generate(problem("def f(xs, n):", "f([3, 1, 2], n=2)"), 40)
    assert "f([], n=2)" in made and "f([3, 1, 2], n=3)" in made and "f([2, 1, 3], n=2)" in made
    for call in made:
        node = ast.parse(call, mode="eval").body
        assert isinstance(node, ast.Call) and [word.arg for word in node.keywords] == ["n"]


def test_what_is_around_a_call_stays_and_a_comparison_does_not() -> None:
    checks: tuple[Check, ...] = (
        Doctest("d", "sorted(f([1, 2]))\n", "[1]\n", 1),
        problems.TestFile(
            "t", "t.py", "def test_f():\n    assert f([7, 7]) == [7] and not f([])\n"
        ),
    )
    made = generate(problem("def f(xs):", checks=checks), 99)
    assert "sorted(f([1]))" in made and "f([7, 7, 7])" in made
    assert all(call.startswith(("f(", "sorted(f(")) for call in made)


def test_an_object_is_left_as_it_is() -> None:
    made = generate(problem("def f(self, x):", "A(1).f(B(), 3)", entry="A.f"), 20)
    assert "A(1).f(B(), 4)" in made and all(call.startswith("A(1).f(B(), ") for call in made)


def test_a_function_of_nothing_has_no_inputs() -> None:
    assert generate(problem("def f():", "f()"), 9) == ()
    assert generate(problem("def f(x: Widget):"), 9) == ()
    assert generate(problem("not a head at all"), 9) == ()


@given(st.integers(1, 50), st.integers(0, 99))
def test_as_many_as_asked_shortest_first_none_of_the_examples(number: int, seed: int) -> None:
    asked = problem("def f(x: int, y: list[str]):", "f(1, ['a'])", "f(0, [])")
    made = generate(asked, number, seed)
    assert made == generate(asked, number, seed)
    assert len(made) == len(set(made)) == number
    assert [len(call) for call in made] == sorted(len(call) for call in made)
    assert not {"f(1, ['a'])", "f(0, [])"} & set(made)


KINDS = [
    "int", "float", "bool", "str", "bytes", "None", "list", "List[int]", "typing.Sequence[str]",
    "tuple[int, str]", "tuple[int, ...]", "set[int]", "dict[str, list[bool]]", "Optional[float]",
    "Union[int, None]", "int | str", "'list[int]'", "Literal['a', 2]", "Annotated[int, 'metres']",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_can_be_written_down(kind: str) -> None:
    node = ast.parse(kind, mode="eval").body
    for size in range(13):
        value = draw(node, Random(size), size)
        assert ast.literal_eval(repr(value)) == value if value != set() else True


@pytest.mark.parametrize("kind", ["Widget", "Callable[[int], int]", "set[list[int]]", "'('"])
def test_what_cannot_be_made_is_unknown(kind: str) -> None:
    with pytest.raises(Unknown):
        for size in range(3, 13):
            draw(ast.parse(kind, mode="eval").body, Random(size), size)


VALUES = st.recursive(
    st.booleans() | st.integers() | st.text() | st.binary() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(VALUES, st.integers(0, 99))
def test_mutants_keep_the_type(value: Any, seed: int) -> None:
    made = list(mutants(value, Random(seed)))
    assert made and all(type(mutant) is type(value) for mutant in made)
    if value not in ([], {}, b""):  # what could be in them is not known
        assert any(repr(mutant) != repr(value) for mutant in made)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Sure:\n```python\nassert f(1) == 2\nprint(f([2], 3))  # as\n```", ["f(1)", "f([2], 3)"]),
        ("1. `f(3)`\n2. f(4) -> 5\n- f(5)\nno more", ["f(3)", "f(4)", "f(5)"]),
        ("```\nf(1)\nf(1)\nthis is not code\nf(2)\n```\n```\ng(3)\n```", ["f(1)", "f(2)"]),
        ("I cannot think of any.", []),
        ("", []),
    ],
)  # fmt: skip
def test_calls_are_found_in_answers(answer: str, found: list[str]) -> None:
    assert list(calls_in(answer, problem("def f(x):"))) == found
    assert list(calls_in(answer, problem("def f(x):"), 1)) == found[:1]
