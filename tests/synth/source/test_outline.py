"""What is read piece by piece is what is read of the whole, and an error stays in its piece."""

import email
import importlib.util
import json
import unittest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.source.examples import examples
from synthd.synth.source.outline import Memory, Waiting
from synthd.synth.source.pieces import cut
from synthd.synth.source.syntax import parse
from synthd.synth.source.target import functions as functions_of
from synthd.synth.source.target import stubs
from synthd.synth.source.text import SourceText

LIBRARY = [
    path
    for package in (email, unittest, json, importlib)
    for path in sorted(Path(str(package.__file__)).parent.glob("*.py"))
]
HEADS = (
    "def f{n}(x):",
    "async def f{n}(x: int = (1)) -> int:",
    "def f{n}(\n    x,\n    y=')',\n):",
)
DECORATORS = ("", "@staticmethod\n", "@deco(\n    1,\n)\n@other\n", "@overload\n", "# a comment\n")
BODIES = (
    '"""Words.\n\n>>> f{n}(1)\n2\n"""\nreturn x',
    "# why\n\n'f{n}(1) -> 2'  # all\nx = '''y'''\nreturn x",
    'r"""\nf{n}(1) == f{n}(2)\nf{n}(3) -> 4\n"""; return 1',
    "pass", "...", "return x", "raise NotImplementedError", "raise ValueError", "x = 1\nreturn x",
    '"""Only words."""', '"""Words."""\npass  # later', "def inner():\n    pass\nreturn inner",
    '"""\n>>> f{n}(1)\n2\n>>> f{n}(helper)\n3\n"""', "'''f{n}(2) -> 4\nf{n}(other) -> 1\n'''\n...",
    '"""\ndef not_one():\n    pass\n"""\nreturn 2', "if x:\n    pass\nelse:\n    return 1",
)  # fmt: skip
OTHERS = (
    "import helper", "helper = 1", "from a import helper as b",
    "if 1:\n    helper = 2\nelse:\n    q = 1",
    'TEXT = """\ndef g():\n    pass\n"""', "x = [\n1,\n2]", "# def h(): pass",
    "for helper in x:\n    pass",
    "'''a'''", "y = '\\'' + \"#\"",
)  # fmt: skip


def indented(text: str, by: str = "    ") -> str:
    """Strings with them: their lines are not what these tests are about."""
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))


@st.composite
def functions(draw: st.DrawFn) -> str:
    number = draw(st.integers(0, 3))
    parts = (draw(st.sampled_from(p)) for p in (DECORATORS, HEADS, BODIES))
    decorators, head, body = (part.replace("{n}", str(number)) for part in parts)
    return f"{decorators}{head}\n{indented(body)}\n"


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> str:
    kind = draw(st.sampled_from(["function", "other", "class", "if"] if depth < 3 else ["other"]))
    if kind == "function":
        return draw(functions())
    if kind == "other":
        return draw(st.sampled_from(OTHERS)) + "\n"
    inner = "".join(draw(st.lists(blocks(depth + 1), max_size=4)))
    number = draw(st.integers(0, 2))
    heads = [f"class A{number}:", f"class A{number}(\n    Protocol,  # x\n):"]
    head = draw(st.sampled_from(heads)) if kind == "class" else "if TYPE_CHECKING:"
    return f"{head}\n{indented(inner + 'z = 0')}\n"


TEXTS = st.lists(blocks(), max_size=6).map("\n".join)


def stated(text: str) -> list[tuple[str, int, int]]:
    """The functions with a body and examples, read of the whole."""
    source = SourceText.from_text(text)
    every = [t for t in functions_of(source) if not (t.is_stub or t.declared_only)]
    found = [(t.qualname, t.line - 1, examples(source, t).calls) for t in every if t.parseable]
    return [one for one in found if one[2]]


def whole(text: str) -> list[Waiting]:
    source = SourceText.from_text(text)
    found = stubs(source)
    return [Waiting(t.qualname, t.line - 1, examples(source, t).calls) for t in found]


@given(TEXTS)
def test_pieces_say_what_the_whole_says(text: str) -> None:
    assert list(Memory().waiting(text)) == whole(text)


@given(TEXTS)
def test_functions_with_a_body_are_read_as_of_the_whole(text: str) -> None:
    found = [one for one in Memory().functions(text) if one.examples and not one.stub]
    assert [(one.name, one.line, one.examples) for one in found] == stated(text)


@given(TEXTS)
def test_every_line_of_a_function_is_around_it(text: str) -> None:
    memory = Memory()
    for one in memory.functions(text):
        for line in (one.first, one.line, one.last):
            found = memory.around(line)
            assert found is not None
            assert (found.name, found.line, found.first, found.last) == (
                one.name, one.line, one.first, one.last
            )  # fmt: skip


@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_what_is_remembered_is_what_is_read_anew(texts: list[str]) -> None:
    memory = Memory()
    for text in texts:
        assert memory.waiting(text) == Memory().waiting(text)


@given(TEXTS, st.data())
def test_what_is_typed_breaks_nothing(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    typed = data.draw(
        st.sampled_from(['"""', "'''", '"', "(", "def ", "\\", "\r", "\x0c", "@", ":"])
    )
    after = text[:at] + typed + text[at:]
    lines = after.count("\n") + after.count("\r") + 1
    assert all(0 <= one.line < lines for one in Memory().waiting(after))


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_files(path: Path) -> None:
    text = path.read_text("utf-8")
    assert list(Memory().waiting(text)) == whole(text)
    found = [one for one in Memory().functions(text) if one.examples and not one.stub]
    assert [(one.name, one.line, one.examples) for one in found] == stated(text)


@pytest.mark.parametrize("typed", ['"""', "'''", "(", "def g(", "x = [", "class B("])
def test_an_error_stays_in_its_piece(typed: str) -> None:
    stub = 'def f{}(x):\n    """Twice.\n\n    >>> f{}(2)\n    4\n    """\n    pass\n\n\n'
    text = "".join(stub.replace("{}", str(number)) for number in range(9))
    at = text.index("def f4")
    broken = text[:at] + typed + "\n" + text[at:]
    assert parse(SourceText.from_text(broken).view).has_error
    shown = {one.name for one in Memory().waiting(broken)}
    assert shown >= {f"f{number}" for number in (0, 1, 2, 5, 6, 7, 8)}


def test_names_of_the_file_count_in_examples() -> None:
    stub = 'def f(x):\n    """\n    f(helper) -> 1\n    """\n'
    memory = Memory()
    assert memory.waiting(stub)[0].examples == 0
    assert memory.waiting(stub + "import helper\n")[0].examples == 1
    assert memory.waiting(stub + "import other\n")[0].examples == 0


def test_statements_and_definitions() -> None:
    outline = cut("x = 1\n@a\ndef f():\n    pass\nclass C(B):\n    def m(self):\n        pass\n")
    assert outline.statements == ("x = 1", "@a\ndef f():\n    pass",
                                  "class C(B):\n    def m(self):\n        pass")  # fmt: skip
    assert [(d.line, d.heads) for d in outline.definitions] == [(1, ()), (5, ("class C(B):",))]


def test_what_is_wrong_with_examples_is_told_by_line() -> None:
    text = """import os


@deco
def f(x):
    '''Twice.

    >>> f(1)
    2
    >>> f(1)
    3
    >>> f(2
    4
    '''
    return x
"""
    (one,) = Memory().functions(text)
    assert (one.first, one.line, one.last) == (3, 4, 14)
    assert [(flaw.kind.value, one.first + flaw.line) for flaw in one.flaws] == [
        ("contradictory-examples", 9), ("unreadable-example", 11)
    ]  # fmt: skip
    clash, unread = one.flaws
    assert clash.other is not None and one.first + clash.other == 7
    assert "f(1) is 3 here, 2 above" in clash.message
    assert "is not used" in unread.message


CALLS = """import os
TABLE = {1: 2}


def helper(x):
    return TABLE[x]


def other(x):
    return x


class A:
    size = 1

    def m(self):
        '''
        >>> A().m()
        1
        '''
        return self.size


def f(x):
    '''
    >>> f(1)
    2
    '''
    return helper(x)
"""


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("{1: 2}", "{1: 3}", {"f"}),
        ("return TABLE[x]", "return TABLE[x + 0]", {"f"}),
        ("size = 1", "size = 2", {"A.m"}),
        ("return x\n", "return -x\n", set()),
        ("import os\n", "import os\nimport sys\n\n", set()),
        ("class A", "def helper(x):\n    return 3\n\n\nclass A", {"f"}),
    ],
)
def test_what_a_function_rests_on(old: str, new: str, changed: set[str]) -> None:
    memory = Memory()

    def rests(text: str) -> dict[str, int]:
        found = memory.functions(text)
        return dict(zip([one.name for one in found], memory.rests(found), strict=True))

    before, after = rests(CALLS), rests(CALLS.replace(old, new, 1))
    assert set(before) == {"A.m", "f"}
    assert {name for name in before if before[name] != after[name]} == changed
    assert rests(CALLS) == before


def test_functions_that_are_wanted_by_name_have_what_the_others_have() -> None:
    memory = Memory()
    plain = [one for one in memory.functions(CALLS, frozenset({"other"})) if not one.examples]
    assert [(one.name, one.line, one.last, one.stub) for one in plain] == [("other", 8, 9, False)]
    assert memory.around(9) == plain[0]
    assert memory.around(2) is None
