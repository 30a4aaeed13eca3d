import ast
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthd.synth.source.errors import BrokenSignature, Unencodable
from synthd.synth.source.splice import diff, render, replacement, splice
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText

BODY = 'if x:\n    return """\n  y"""\n\n# done\nreturn (x +\n        1)'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"def f(x):\n    ...\ny = 1\n", b"def f(x):\n    return x\ny = 1\n"),
        (b"def f(x): ...", b"def f(x):\n    return x"),
        (b"def f(x): ...  # TODO\r\ny = 1\r\n", b"def f(x):\r\n    return x\r\ny = 1\r\n"),
        (b"def f(x):\r\t'd'\r\tpass\r", b"def f(x):\r\t'd'\r\treturn x\r"),
        (b"def f(x):  # type: ignore\n  pass\n\n  # TODO\n\n# next\n",
         b"def f(x):  # type: ignore\n  return x\n\n# next\n"),
        (b"def f(x): 'd'\ndef g(): ...\n", b"def f(x):\n    'd'\n    return x\ndef g(): ...\n"),
        (b"def f(x):\n    'd'; pass\n", b"def f(x):\n    'd'\n    return x\n"),
        (b"def f(x):\n    'd'  # e\n    # TODO\n    ...\n\n\n",
         b"def f(x):\n    'd'  # e\n    return x\n\n\n"),
        (b"def f(x):\n    # TODO\n\ndef g(): ...\n",
         b"def f(x):\n    return x\n\ndef g(): ...\n"),
        (b"def f(x):", b"def f(x):\n    return x"),
        (b"\xef\xbb\xbfdef f(x):\n    ...\n", b"\xef\xbb\xbfdef f(x):\n    return x\n"),
        (b"# coding: latin-1\nk = '\xe9'\ndef f(x):\n    '\xe8'\n    ...\nz = '\xe9'",
         b"# coding: latin-1\nk = '\xe9'\ndef f(x):\n    '\xe8'\n    return x\nz = '\xe9'"),
        (b"\x0c\nclass A:\n\t@d\n\tasync def f(x):\n\t\t...\n\x0c\n",
         b"\x0c\nclass A:\n\t@d\n\tasync def f(x):\n\t\treturn x\n\x0c\n"),
        (b"def f(x): \\\n    pass\ny = (\n", b"def f(x):\n    return x\ny = (\n"),
        (b"if 1:\n  def f(x):\n     '''d\n'''\n     pass\nelse: pass\n",
         b"if 1:\n  def f(x):\n     '''d\n'''\n     return x\nelse: pass\n"),
    ],
)  # fmt: skip
def test_files(before: bytes, after: bytes, opened: Callable[..., Any]) -> None:
    assert opened(before, "f").spliced("return x") == after


def test_indentation_follows_the_file(opened: Callable[..., Any]) -> None:
    function = opened(b"class A:\n\tdef f(self, x):\n\t\t...\n", "f")
    assert function.spliced(BODY, "partial: 2 of 3") == (
        b'class A:\n\tdef f(self, x):\n\t\t# partial: 2 of 3\n\t\tif x:\n\t\t\treturn """\n  y"""\n'
        b"\n\t\t# done\n\t\treturn (x +\n\t\t        1)\n"
    )


def test_a_body_that_the_encoding_lacks(opened: Callable[..., Any]) -> None:
    function = opened(b"# coding: latin-1\ndef f(x): ...\n", "f")
    with pytest.raises(Unencodable, match=r"'→'.*iso-8859-1"):
        function.spliced("return '→'")


def test_nothing_goes_under_a_broken_head(opened: Callable[..., Any]) -> None:
    function = opened(b"def f(x, 1):\n    ...\n", "f")
    with pytest.raises(BrokenSignature, match="line 1"):
        function.spliced("return 1")


def test_render_and_diff(opened: Callable[..., Any]) -> None:
    function = opened(b"class A:\r\n  @d\r\n  def f(x):\r\n    '''a\r\n    b'''\r\n    ...", "f")
    assert render(function.source, function.target) == "@d\ndef f(x):\n  '''a\n    b'''\n  ..."
    text = render(function.source, function.target, "return x")
    assert text == "@d\ndef f(x):\n  '''a\n    b'''\n  return x"
    assert diff(function.source, function.spliced("return x"), "a.py") == (
        "--- a/a.py\n+++ b/a.py\n@@ -3,4 +3,4 @@\n   def f(x):\n     '''a\n     b'''\n"
        "-    ...\n\\ No newline at end of file\n+    return x\n\\ No newline at end of file\n"
    )


newlines = st.sampled_from(["\n", "\r\n", "\r"])
units = st.sampled_from(["    ", "  ", "\t"])
docstrings = st.sampled_from(
    [None, '"""Doc."""', "'''é\n\n  more\n    '''", 'r"""\\d"""', '"a" "b"']
)
stub_bodies = st.sampled_from(
    ["...", "pass", "raise NotImplementedError('x')", "# TODO", "pass\n# TODO", "...  # é"]
)
others = st.sampled_from(
    [
        "",
        "x = 1  # é\n",
        "def g():\n    ...\n",
        "\x0c\n# note\n\n",
        "class B:\n  def f(self): pass\n",
    ]
)
bodies = st.sampled_from(
    [BODY, "return 1", "import math\nreturn math.inf", "for y in x:\n    yield y",
     "def h(\n    a):\n    # c\n    return a\n\nreturn h(x)", 'return f"""\n{x}\n"""']
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, str]:
    unit, newline, method = draw(units), draw(newlines), draw(st.booleans())
    doc, stub = draw(docstrings), draw(stub_bodies)
    head = draw(st.sampled_from(["def f(x):", "async def f(x,  # c\n  y=1) -> int:  # d"]))
    decorator = draw(st.sampled_from(["", "@d\n", "@d(1,\n   2)\n"]))
    lines = [*(decorator + head).split("\n")]
    if "\n" not in head and not stub.startswith("#") and draw(st.booleans()):
        lines[-1] += " " + (f"{doc}; " if doc and "\n" not in doc else "") + stub.split("\n")[0]
    else:
        lines += [f"{unit}{doc}"] if doc else []
        lines += [unit + row for row in stub.split("\n")]
    if method:
        lines = ["class A(object):", *(unit + row if row else row for row in lines)]
    text = draw(others) + "\n".join(lines)
    text += draw(st.sampled_from(["", "\n", "\n\n\n" + draw(others)]))
    return text.replace("\n", newline).encode(), "A.f" if method else "f"


@settings(deadline=None)
@given(files(), bodies)
def test_only_the_body_changes(file: tuple[bytes, str], body: str) -> None:
    raw, name = file
    source = SourceText.from_bytes(raw)
    target = find(source, name)
    assert target.is_stub
    new = splice(source, target, body)
    start, end = source.byte(target.body.start), source.byte(target.body.end)
    assert new[:start] == raw[:start]
    assert new.endswith(raw[end:])
    again = SourceText.from_bytes(new)
    found = find(again, name)
    assert not found.is_stub
    assert (found.signature, found.decorators) == (target.signature, target.decorators)
    assert (found.docstring and found.docstring.value) == (
        target.docstring and target.docstring.value
    )
    assert found.indent == target.indent
    ast.parse(again.code)
    assert splice(again, found, body) == new
    assert render(again, found) == render(source, target, body)
    first, last, text = replacement(source, target, body)
    assert (source.text[:first] + text + source.text[last:]).encode() == new
