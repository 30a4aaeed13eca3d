from collections.abc import Callable
from textwrap import dedent, indent

import pytest

from synthd.synth.problem import Doctest, Example
from synthd.synth.source.arrows import Callee
from synthd.synth.source.contradictions import contradictions
from synthd.synth.source.errors import ExampleError
from synthd.synth.source.examples import Stated, callee, examples, parse_example
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText


def stated(docstring: str, signature: str = "def f(x, *y):", name: str = "f") -> Stated:
    head = "from enum import Enum\nclass Color(Enum):\n    RED = 1\n"
    text = f'{head}{signature}\n    r"""\n{indent(dedent(docstring), "    ")}\n    """\n'
    source = SourceText.from_text(text)
    return examples(source, find(source, name))


@pytest.mark.parametrize(
    ("line", "call", "expected", "exact"),
    [
        ("f(1) -> 2", "f(1)", "2", False),
        ("f(1) == 2", "f(1)", "2", True),
        ("f(1) => 2", "f(1)", "2", False),
        ("f(1) ==> 2", "f(1)", "2", False),
        ("f(1) → 2.", "f(1)", "2", False),
        ("f(1) ➞ 2", "f(1)", "2", False),
        ("f(1) = 2", "f(1)", "2", False),
        ("f('a -> b') -> '='", "f('a -> b')", "'='", False),
        ("- f(1) -> 2", "f(1)", "2", False),
        ("* `f(1) -> 2`", "f(1)", "2", False),
        ("* `f(1)` -> `2`", "f(1)", "2", False),
        ("1. f(1) -> 2", "f(1)", "2", False),
        ("Example: f(1) -> 2", "f(1)", "2", False),
        ("Example 1: f(1) -> 2", "f(1)", "2", False),
        ("e.g. f(1) -> 2", "f(1)", "2", False),
        ("assert f(1) == 2", "f(1)", "2", True),
        ("for f(1) == 2", "f(1)", "2", True),
        ("f(1)  # returns 'x'", "f(1)", "'x'", False),
        ("f(1) # => 'x' (because of y)", "f(1)", "'x'", False),
        ("f(1) should return -1", "f(1)", "-1", False),
        ("f(1) returns [1, 2]", "f(1)", "[1, 2]", False),
        ("f(1) -> 1 + 2 = 3", "f(1)", "1 + 2", False),
        ("f(1) -> 2  # a comment", "f(1)", "2", False),
        ("f(1) -> (1, 2), as a tuple", "f(1)", "(1, 2)", False),
        ("f(1) -> true", "f(1)", "True", False),
        ("f(1) -> Color.RED", "f(1)", "Color.RED", False),
        ("f(1) -> float('inf')", "f(1)", "float('inf')", False),
        ("f(f(1))[0] == 2", "f(f(1))[0]", "2", True),
        ("len(f(1)) == 2", "len(f(1))", "2", True),
        ("f([\n  1,\n  2\n]) == 2", "f([ 1, 2 ])", "2", True),
        (">>> f(1) == 2", "f(1)", "2", True),
        ("await f(1) == 2", "f(1)", "2", True),
        ("f(None) == None", "f(None)", "None", True),
    ],
)
def test_forms(line: str, call: str, expected: str, exact: bool) -> None:
    result = stated(line)
    assert result.unparsed == ()
    (check,) = result.checks
    assert isinstance(check, Example)
    assert (check.call, check.expected, check.exact) == (call, expected, exact)
    assert check.line == 6


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("f(a) -> 2", "a is not defined"),
        ("f(x: int) -> int", ""),
        ("f(x) -> None", "x is not defined"),
        ("f() -> None", "reads like a signature"),
        ("f(1) -> int", "int is not a value"),
        ("f(1) -> ValueError", "ValueError is not a value"),
        ("f(1) -> 1, 2", "parentheses"),
        ("f(1) -> (1, 2), not [1, 2]", "parentheses"),
        ("f(1) -> 2 or 3", "condition"),
        ("f(1) -> 2 apples", "does not parse"),
        ("f(1) -> ('a')", "comma"),
        ("f(1) == f(2)", "must not call f"),
        ("f(2) -> f(1) + 1", "must not call f"),
        ("f(1) -> ''a'", "does not parse"),
        ("g(1) -> 2", "calls g, not f"),
        ("f(1) > 2", ""),
        ("It is wrong that f(1) == 2", ""),
        ("See f(1) for more", ""),
        ("f(1) will not return 2", ""),
    ],
)
def test_what_is_unclear_is_no_check(line: str, why: str) -> None:
    result = stated(line)
    assert result.checks == ()
    if why:
        (unparsed,) = result.unparsed
        assert why in unparsed.why
        assert unparsed.line == 6
        assert unparsed.text == line


def test_several_on_a_line() -> None:
    for line in ("f(1) -> 2, f(2) -> 3", "f(1) -> 2; f(2) -> 3", "f(1) -> 2 and f(2) -> 3"):
        assert [(c.call, c.expected) for c in stated(line).checks if isinstance(c, Example)] == [
            ("f(1)", "2"),
            ("f(2)", "3"),
        ]


def test_a_formula_is_no_example() -> None:
    assert stated("f(1) = 3\nf(n) = f(n - 1) + 1\n").checks == ()


def test_doctests_and_lines_in_order() -> None:
    result = stated(
        """\
        Do it.

        >>> a = 3
        >>> f(a)
        4
        >>> f(
        ...     'x')
        Traceback (most recent call last):
            ...
        ValueError: x
        >>> f(1) == 2
        True

        Examples:
            f(2) -> 3
        >>> f(9)  # doctest: +SKIP
        0
        """
    )
    shown = [(c.line, c.want if isinstance(c, Doctest) else c.expected) for c in result.checks]
    assert shown == [
        (8, ""),
        (9, "4\n"),
        (11, "Traceback (most recent call last):\n    ...\nValueError: x\n"),
        (16, "True\n"),
        (20, "3"),
    ]
    assert result.checks[0].id == "doctest:8"
    assert result.calls == 4


def test_a_bad_doctest_spoils_only_itself() -> None:
    result = stated('>>> f(1)\n2\n>>> f("a\nb")\n3\n>>>f(2)\n3\n>>> f(\n4\n')
    assert [(c.line, c.want) for c in result.checks if isinstance(c, Doctest)] == [
        (6, "2\n"),
        (11, "3\n"),
    ]
    assert [u.line for u in result.unparsed] == [8, 13]


def test_lines_count_in_the_file_also_after_escapes() -> None:
    source = SourceText.from_text('x = 1\ndef f(x):\n    "a\\nb\\\n    c\\n\\nf(1) -> 2"\n')
    (check,) = examples(source, find(source, "f")).checks
    assert check.line == 4


@pytest.mark.parametrize(
    ("line", "ok"),
    [
        ("A(1).m(2) -> 3", True),
        ("A.m(2) -> 3", True),
        ("m(2) -> 3", False),
        ("self.m(2) -> 3", False),
        ("B(1).m(2) -> 3", False),
    ],
)
def test_methods_are_called_on_an_object(line: str, ok: bool, opened: Callable) -> None:  # type: ignore[type-arg]
    function = opened(f'class A:\n    def m(self, x):\n        """{line}"""\n', "A.m")
    result = examples(function.source, function.target)
    assert bool(result.checks) is ok
    if "self" in line:
        assert "A(…).m(…)" in result.unparsed[0].why


def test_example_of_the_command_line() -> None:
    example = parse_example("f(2) == 4", Callee("f"))
    assert (example.call, example.expected, example.line, example.exact) == (
        "f(2)",
        "4",
        None,
        True,
    )


@pytest.mark.parametrize(
    "text", ["f(2)", "f(2) == ", "g(2) == 4", "f(a) == 4", "f(1 == 2", "", "2"]
)
def test_wrong_examples_of_the_command_line_say_the_form(text: str) -> None:
    with pytest.raises(ExampleError, match=r"write it as 'f\(…\) == value'"):
        parse_example(text, Callee("f"))


@pytest.mark.parametrize(
    ("docstring", "lines"),
    [
        (">>> f(1)\n2\n>>> f(1)\n3\n", (6, 8)),
        (">>> f(1)\n2\n\nf( 1 ) -> 3\n", (6, 9)),
        (">>> f(2) == 4\nTrue\n>>> f(2)\n5\n", (6, 8)),
        (">>> x = 1\n>>> f(x)\n2\n>>> f(1)\n3\n", (7, 9)),
        ("f(1) -> 2\nf(1) == 3\n", (6, 7)),
        (">>> f(1)\n2\n>>> f(1)\nTraceback (most recent call last):\nValueError: no\n", (6, 8)),
        (">>> f(1)\n2\n>>> f(1)\n2\n", None),
        (">>> f('a')\n'b'\n>>> f(\"a\")\n\"b\"\n", None),
        ("f(1) -> 1.0\nf(1) -> 1.00\n", None),
        ("f(1) -> 2 * 3\nf(1) -> 6\n", None),
        (">>> f([])\n2\n>>> reset()\n>>> f([])\n3\n", None),
        (">>> x = [1]\n>>> f(x)\n2\n>>> f(x)\n3\n", None),
        (">>> x = 1\n>>> f(x)\n2\n>>> x = 2\n>>> f(x)\n3\n", None),
        (">>> f()\n2\n>>> f()\n3\n", None),
    ],
)
def test_contradictions(docstring: str, lines: tuple[int, int] | None) -> None:
    found = contradictions(stated(docstring).checks)
    assert [(c.first_line, c.second_line) for c in found] == ([lines] if lines else [])


def test_a_contradiction_names_both_lines() -> None:
    (found,) = contradictions(stated(">>> f(1)\n2\n>>> f(1)\n3\n").checks)
    assert str(found) == "f(1) is 2 on line 6, but 3 on line 8"


def test_the_callee_knows_the_names_of_the_file(opened: Callable) -> None:  # type: ignore[type-arg]
    function = opened("import math\nLIMIT = 3\nx = (\ndef f(x): ...\n", "f")
    known = callee(function.source, function.target).known
    assert {"math", "LIMIT", "f", "len"} <= known
