"""Answers as doctests of a docstring, and bodies as a model would write them."""

from __future__ import annotations

import doctest

import pytest

from synthd.synth.problem import Doctest, Example
from synthd.synth.source.answered import with_answer
from synthd.synth.source.examples import examples
from synthd.synth.source.function import Target
from synthd.synth.source.splice import body_of, replacement
from synthd.synth.source.target import functions
from synthd.synth.source.text import SourceText
from synthd.synth.testing import replies

PLAIN = 'def f(x):\n    """Twice."""\n    return {}\n'
WITH = 'def f(x):\n    """Twice.\n\n    >>> f(1) == -1\n    False\n    """\n    return {}\n'
RAW = 'def f(x):\n    r"""Twice \\d.\n\n    And more.\n    """\n    return {}\n'
WINDOWS = PLAIN.replace("\n", "\r\n")
TABS = 'class A:\n\tdef f(self, x):\n\t\t"""Twice."""\n\t\treturn {}\n'


def only(source: SourceText) -> Target:
    return functions(source)[0]


@pytest.mark.parametrize("text", [PLAIN, WITH, RAW, WINDOWS, TABS])
@pytest.mark.parametrize(
    "value",
    ["7", "'a\\n\"b'", "[1, (2.5, True)]", "{3, 1, 2}", "{'b': 1, 'a': 2}", "None", "0.1 + 0.2"],
)
def test_python_itself_agrees_with_what_is_written(text: str, value: str) -> None:
    text = text.format(value)
    source = SourceText.from_text(text, "w.py")
    call = "A().f(2)" if text.startswith("class") else "f(2)"
    written = with_answer(source, only(source), replies.returns(call, value, 1))
    assert written is not None
    added = examples(written, only(written)).checks[-1]
    assert isinstance(added, Doctest) and added.source.startswith(call)
    scope: dict[str, object] = {}
    exec(written.code, scope)
    test = doctest.DocTestParser().get_doctest(
        only(written).docstring.value,
        scope,
        "f",
        None,
        None,  # type: ignore[union-attr]
    )
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
    assert text.count("\r\n") == 0 or written.text.count("\n") == written.text.count("\r\n")
    assert written.text.endswith(text[text.index("return") :])


def test_an_exception_is_written_as_python_shows_it() -> None:
    source = SourceText.from_text(PLAIN.format("1 / 0"), "w.py")
    written = with_answer(source, only(source), replies.raises("f(0)", "ZeroDivisionError", 1))
    assert written is not None and "ZeroDivisionError: ..." in written.text
    (check,) = examples(written, only(written)).checks
    assert isinstance(check, Doctest) and check.want.startswith("Traceback")


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return 1\n",
        'def f(x):\n    "Twice."\n    return 1\n',
        'def f(x): """Twice."""; return 1\n',
    ],
)
def test_where_no_line_can_be_added_none_is(text: str) -> None:
    source = SourceText.from_text(text, "w.py")
    check = Example("answer:1", "f(2)", "4")
    assert with_answer(source, only(source), check) is None


def test_a_value_that_would_end_the_docstring_is_left_out() -> None:
    source = SourceText.from_text(PLAIN.format("1"), "w.py")
    check = Example("answer:1", "f(2)", "'''\"\"\"'''")
    assert with_answer(source, only(source), check) is None


@pytest.mark.parametrize(
    "body",
    [
        "return x",
        "# why\n    y = '''a\n  b\n'''\n    if x:\n        pass\n\n    return (y +\n            x)",
        "for i in x:\n        yield i",
    ],
)
@pytest.mark.parametrize("head", ['def f(x):\n    """D."""\n    ', "def f(x):\n    "])
def test_a_body_goes_back_where_it_came_from(head: str, body: str) -> None:
    text = f"{head}{body}\n\n\nz = 1\n"
    source = SourceText.from_text(text, "w.py")
    start, end, put = replacement(source, only(source), body_of(source, only(source)))
    assert text[:start] + put + text[end:] == text
    assert not body_of(source, only(source)).startswith(" ")
