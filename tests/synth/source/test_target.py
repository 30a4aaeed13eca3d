from collections.abc import Callable
from textwrap import dedent

import pytest

from synthd.synth.source import target
from synthd.synth.source.errors import (
    AmbiguousName,
    BrokenSignature,
    NoSuchFunction,
    NotAddressable,
)
from synthd.synth.source.text import SourceText

FILE = dedent(
    '''\
    import abc
    from typing import Protocol, overload

    @overload
    def pick(x: int) -> int: ...
    @overload
    def pick(x: str) -> str: ...
    def pick(x):
        """Pick."""
        # TODO

    def done(x):
        return x

    class Outer:
        """Outer."""

        @property
        def size(self) -> int:
            """Size."""
            raise NotImplementedError("later")

        @size.setter
        def size(self, value: int) -> None: ...

        @staticmethod
        async def fetch(
            url: str,  # where
            *rest: int,
            key=None, **more,
        ) -> bytes:  # noqa
            pass

        @abc.abstractmethod
        def shape(self): ...

        class Inner:
            def m(self, *, a=1):
                \'\'\'Nested.\'\'\'
                ...

    class Shape(Protocol):
        def area(self) -> float: ...

    def outer():
        def inner(): ...
        return inner

    def one(): ...
    def two(): pass
    '''
)


def test_stubs_are_what_waits_to_be_written() -> None:
    names = [t.qualname for t in target.stubs(SourceText.from_text(FILE))]
    assert names == ["pick", "Outer.size", "Outer.fetch", "Outer.Inner.m", "one", "two"]


def test_what_is_known_about_a_method() -> None:
    found = target.find(SourceText.from_text(FILE), "fetch")
    assert (found.qualname, found.kind, found.is_async) == (
        "Outer.fetch",
        target.Kind.STATICMETHOD,
        True,
    )
    assert found.parameters == ("url", "rest", "key", "more")
    assert found.signature.startswith("async def fetch(\n")
    assert found.signature.endswith(") -> bytes:")
    assert found.decorators == ("@staticmethod",)
    assert found.body_indent == " " * 8


@pytest.mark.parametrize(
    ("name", "line"),
    [("m", 38), ("Outer.Inner.m", 38), ("pick", 8), ("Outer.size", 19), ("done", 12)],
)
def test_names(name: str, line: int) -> None:
    assert target.find(SourceText.from_text(FILE), name).line == line


def test_unknown_names_suggest_close_ones() -> None:
    with pytest.raises(NoSuchFunction, match=r"did you mean Outer\.fetch") as caught:
        target.find(SourceText.from_text(FILE), "Outer.fetc")
    assert caught.value.close[0] == "Outer.fetch"


def test_functions_inside_functions_are_refused() -> None:
    with pytest.raises(NotAddressable, match="inner on line 46"):
        target.find(SourceText.from_text(FILE), "inner")


def test_ambiguous_names_list_their_lines() -> None:
    text = (
        "def f(): ...\ndef f(): ...\nclass A:\n  def m(self): ...\nclass B:\n  def m(self): ...\n"
    )
    for name, lines in (("f", (1, 2)), ("m", (4, 6))):
        with pytest.raises(AmbiguousName, match=str(lines[1])) as caught:
            target.find(SourceText.from_text(text), name)
        assert caught.value.lines == lines


@pytest.mark.parametrize(
    ("body", "stub"),
    [
        ('    """Doc."""', True),
        ("    ...", True),
        ("    pass  # TODO", True),
        ('    """Doc."""\n    # TODO: write\n', True),
        ("    # TODO", True),
        ("    raise NotImplementedError", True),
        ('    """Doc."""\n    ...\n    raise NotImplementedError("x")', True),
        ("    raise ValueError", False),
        ("    return None", False),
        ('    """Doc."""\n    x = 1', False),
        ('    f"""no docstring {1}"""', False),
    ],
)
def test_stub_or_body(body: str, stub: bool) -> None:
    source = SourceText.from_text(f"def f(x):\n{body}\n\ndef g(): return 1\n")
    assert target.find(source, "f").is_stub is stub


@pytest.mark.parametrize(
    "broken",
    [
        "x = (1,\n",
        "def other(:\n    return\n",
        "class Broken(\n    def m(self):\n        return [\n",
        'def other():\n    """unclosed\n    return 1\n\n',
        "import (\n@foo(\n",
        "if x\n    y\n",
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_errors_elsewhere_do_not_hide_a_function(broken: str, after: bool) -> None:
    function = 'def f(x):\n    """Doc."""\n    ...\n\n'
    text = f"import os\n{function}{broken}" if after else f"import os\n{broken}{function}y = 1\n"
    found = target.find(SourceText.from_text(text), "f")
    assert found.is_stub and found.parseable and not found.contains_error
    assert text[found.body.start : found.body.end] == "\n    ..."


def test_a_method_next_to_a_broken_one() -> None:
    text = "class A(B):\n    def bad(self:\n        return (\n\n    def good(self): ...\n\nz = 1\n"
    found = target.find(SourceText.from_text(text), "A.good")
    assert found.is_stub and found.line == 5


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        ("@overload\ndef pick(x: int)", "pick"),
        ("# TODO", "pick"),
        ("# where", "Outer.fetch"),
        ("@staticmethod", "Outer.fetch"),
        ("'''Nested", "Outer.Inner.m"),
        ("def two", "two"),
        ("return inner", "outer"),
        ("def inner", "outer"),
    ],
)
def test_the_function_at_a_position(mark: str, name: str) -> None:
    source = SourceText.from_text(FILE)
    assert target.at(source, FILE.index(mark)).qualname == name


def test_the_blank_line_after_a_body_belongs_to_it() -> None:
    source = SourceText.from_text("def f(): ...\n\n\nx = 1\n")
    assert target.at(source, 13).name == "f"
    with pytest.raises(NoSuchFunction, match=":3 is in no function"):
        target.at(source, 14)


def test_a_function_that_does_not_parse_says_where() -> None:
    text = 'def f(x):\n    """Doc."""\n    return (\n\ndef g(): return 1\n'
    with pytest.raises(BrokenSignature, match="f on line 1 does not parse"):
        target.find(SourceText.from_text(text), "f")


def test_docstrings_are_evaluated(opened: Callable) -> None:  # type: ignore[type-arg]
    function = opened(
        r'''
        def f():
            r"""Raw \d.

                more
            """
        def g(): 'plain\n\ttab'
        def h():
            """joined """ "text"
        ''',
        "f",
    )
    texts = [t.docstring.text for t in target.functions(function.source) if t.docstring]
    assert texts == ["Raw \\d.\n\nmore", "plain\ntab", "joined text"]


def test_two_stubs_on_adjacent_lines_have_their_own_regions() -> None:
    source = SourceText.from_text(FILE)
    one, two = target.find(source, "one"), target.find(source, "two")
    assert FILE[one.body.start : one.body.end] == " ..."
    assert one.body.end < two.span.start
