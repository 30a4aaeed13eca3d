"""Examples go into a docstring, in its style; whatever it said before it goes on saying."""

from __future__ import annotations

from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.problem import Check, Doctest, Example
from synthd.synth.source.errors import BrokenSignature, NoSuchFunction
from synthd.synth.source.examples import examples
from synthd.synth.source.mined import Kind, Suggestion, with_examples
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText


def suggestion(source: str, want: str) -> Suggestion:
    return Suggestion(f">>> {source}\n{want}", "tests/test_a.py:1", Kind.TEST)


ONE = suggestion("f(4)", "'IV'")


def inserted(text: str, *suggestions: Suggestion, name: str = "f") -> str:
    source = SourceText.from_text(text)
    edit = with_examples(text, find(source, name).head.start, suggestions or (ONE,))
    return text[: edit.start] + edit.new_text + text[edit.end :]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'def f(x):\n    """Do it."""\n    ...\n',
            'def f(x):\n    """Do it.\n\n    >>> f(4)\n    \'IV\'\n    """\n    ...\n',
        ),
        (
            "def f(x):\n    'Do \"it\".'\n    ...\n",
            "def f(x):\n    '''Do \"it\".\n\n    >>> f(4)\n    'IV'\n    '''\n    ...\n",
        ),
        (
            "def f(x):\n    ...\n",
            'def f(x):\n    """\n    >>> f(4)\n    \'IV\'\n    """\n    ...\n',
        ),
        (
            "def f(x):  # why\n    # so\n    ...\n",
            'def f(x):  # why\n    """\n    >>> f(4)\n    \'IV\'\n    """\n    # so\n    ...\n',
        ),
        ("def f(x): ...", 'def f(x):\n    """\n    >>> f(4)\n    \'IV\'\n    """\n    ...'),
        (
            "def f(x): 'Do it.'; return 1\n",
            "def f(x):\n    '''Do it.\n\n    >>> f(4)\n    'IV'\n    '''; return 1\n",
        ),
        (
            'class A:\n\tdef f(self):\n\t\tr"""Do \\d."""\n',
            'class A:\n\tdef f(self):\n\t\tr"""Do \\d.\n\n\t\t>>> f(4)\n\t\t\'IV\'\n\t\t"""\n',
        ),
        (
            'def f(x):\r\n  """Do.\r\n\r\n  It.\r\n  """\r\n',
            'def f(x):\r\n  """Do.\r\n\r\n  It.\r\n\r\n  >>> f(4)\r\n  \'IV\'\r\n  """\r\n',
        ),
        (
            'def f(x):\n    """Do.\n\n    Eg:\n        >>> f(1)\n        2\n\n    More.\n    """\n',
            'def f(x):\n    """Do.\n\n    Eg:\n        >>> f(1)\n        2\n        >>> f(4)\n'
            '        \'IV\'\n\n    More.\n    """\n',
        ),
        (
            'def f(x):\n    """Do.\n\n    >>> f(1)\n    2"""\n',
            'def f(x):\n    """Do.\n\n    >>> f(1)\n    2\n    >>> f(4)\n    \'IV\'\n    """\n',
        ),
        (
            "def f(x):\n    'Do ' \"it.\"\n",
            'def f(x):\n    """Do it.\n\n    >>> f(4)\n    \'IV\'\n    """\n',
        ),
        ('def f(x):\n    """"""\n', 'def f(x):\n    """\n    >>> f(4)\n    \'IV\'\n    """\n'),
    ],
)
def test_styles(before: str, after: str) -> None:
    assert inserted(before) == after


@pytest.mark.parametrize("docstring", ['"""Do."""', 'r"""Do \\d."""', "'Do.'", "'''Do.'''"])
@pytest.mark.parametrize("value", ["a\\b", "a\nb", 'a"""b', "a'''b", "\x00\x1b\ud800", '"', "\\"])
def test_quotes_and_escapes(docstring: str, value: str) -> None:
    text = f"def f(x):\n    {docstring}\n"
    source = f"f({value!r}, {value * 2!r})"
    new = inserted(text, suggestion(source, repr(value)))
    (check,) = checks(new)
    assert check == (f"{source}\n", f"{value!r}\n")
    assert documented(new).startswith(documented(text))


def test_nothing_to_insert_changes_nothing() -> None:
    text = "def f(x): ...\n"
    edit = with_examples(text, 0, ())
    assert text[: edit.start] + edit.new_text + text[edit.end :] == text


def test_where_nothing_can_be_inserted() -> None:
    with pytest.raises(NoSuchFunction):
        with_examples("x = 1\n", 0, (ONE,))
    with pytest.raises(BrokenSignature):
        with_examples("def f(x=1, y):\n    pass\n", 0, (ONE,))


def checks(text: str) -> list[tuple[str, ...]]:
    source = SourceText.from_text(text)
    found = examples(source, find(source, "f")).checks
    # Doctests and lines apart: of those on one line of the file either may come first.
    return sorted(map(_plain, found), key=len)


def _plain(check: Check) -> tuple[str, ...]:
    if isinstance(check, Doctest):
        return check.source, check.want
    assert isinstance(check, Example)
    return check.call, check.expected, str(check.exact)


def documented(text: str) -> str:
    source = SourceText.from_text(text)
    doc = find(source, "f").docstring
    return doc.value.rstrip() if doc else ""


LINES = st.sampled_from(
    """Do it.||  |    |>>> f(1)|2|>>> x = 3|>>> f(x) == 9|True|f(5) -> 25|Examples:|    >>> f(6)
|    36|>>> f("\\\\n")|'\\\\'|say "it"|it's|>>> for i in [1]:|...     f(i)|- f(7) = 8|>>>f(8)
|Returns:|    The value.|>>> f(|\\t|a\fb|f(2) -> [1,|  2]|Traceback""".replace("\n", "").split("|")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def functions(draw: st.DrawFn) -> str:
    """A function as people may write it, with a docstring or without."""
    unit = draw(st.sampled_from(["    ", "  ", "\t"]))
    inside = draw(st.booleans())
    outer = unit if inside else ""
    lines = draw(st.lists(LINES, max_size=8))
    quotes = draw(st.sampled_from(['"""', "'''", '"', "'", ""]))
    raw = draw(st.sampled_from(["", "r", "u"]))
    after = draw(st.sampled_from(["", " ", "\n" + outer + unit]))
    body = f"\n{outer}{unit}".join(lines).replace(quotes or "\0", "") + after
    if len(quotes) == 1:
        body = body.replace("\n", " " if raw == "r" else "\\n")
    if body.endswith(("\\", quotes[:1] or "\\")):
        body += "."
    doc = f"{raw}{quotes}{body}{quotes}" if quotes else "# no docstring"
    one_line = draw(st.booleans()) and "\n" not in doc and bool(quotes)
    head = "class A:\n" + outer if inside else ""
    start = " " if one_line else draw(st.sampled_from(["\n", "  # why\n"])) + outer + unit
    rest = "; pass\n" if one_line else f"\n{outer}{unit}pass\n"
    tail = draw(st.sampled_from(["", "\nx = 1\n"]))
    text = f"{head}def f(x):{start}{doc}{rest}{tail}"
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))


SUGGESTIONS = st.lists(
    st.tuples(VALUES, VALUES).map(lambda two: suggestion(f"f({two[0]!r})", repr(two[1]))),
    min_size=1,
    max_size=3,
)


@given(functions(), SUGGESTIONS)
def test_all_old_examples_and_the_new_ones_are_found(
    text: str, suggestions: list[Suggestion]
) -> None:
    old, old_unparsed = checks(text), unparsed(text)
    new_text = inserted(text, *suggestions)
    new = [(f"{source[4:]}\n", f"{want}\n") for source, want in map(_lines, suggestions)]
    found = checks(new_text)
    assert _without(found, new) == old
    assert unparsed(new_text) == old_unparsed
    source = SourceText.from_text(new_text)
    compile(source.code, "new", "exec")
    ends = {end for end in ("\r\n", "\r", "\n") if end in new_text.replace("\r\n", "\0")}
    assert len(ends) <= 1
    rows = iter(documented(new_text).split("\n"))
    for row in documented(text).split("\n"):
        assert any(row.rstrip() == other.rstrip() for other in rows), "every line is still there"


def _lines(one: Suggestion) -> tuple[str, str]:
    source, _, want = one.example.partition("\n")
    return source, want


def _without(found: list[tuple[str, ...]], new: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    left = list(found)
    for one in new:
        left.reverse()
        left.remove(one)
        left.reverse()
    return left


def unparsed(text: str) -> list[tuple[str, str]]:
    source = SourceText.from_text(text)
    return sorted((u.text, u.why) for u in examples(source, find(source, "f")).unparsed)


@given(st.text(alphabet="\\\"' \n\tnrx0'", max_size=20), SUGGESTIONS)
def test_any_docstring_keeps_its_value(value: str, suggestions: list[Suggestion]) -> None:
    text = f"def f(x):\n{indent(repr(value), '    ')}\n"
    new = inserted(text, *suggestions)
    assert documented(new).startswith(value.rstrip())
