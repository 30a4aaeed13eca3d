import ast
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthd.synth.source.errors import BrokenSignature
from synthd.synth.source.module_text import LineRange, runnable
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText


def test_a_file_that_parses_is_left_alone() -> None:
    text = "import os\r\n\r\ndef f(): ...\r\n"
    result = runnable(SourceText.from_text("\ufeff" + text))
    assert (result.text, result.left_out) == (text.replace("\r\n", "\n"), ())


def test_broken_statements_leave_blank_lines() -> None:
    source = SourceText.from_text(
        dedent(
            '''\
            import os
            x = (1,

            def f(x):
                """Doc."""
                ...

            class Broken:
                def m(self:
                    pass

            y = os.getcwd()
            return 3
            '''
        )
    )
    result = runnable(source, find(source, "f"))
    assert result.left_out == (LineRange(2, 2), LineRange(8, 10), LineRange(13, 13))
    names = {getattr(n, "name", ""): n.lineno for n in ast.parse(result.text).body}
    assert names["f"] == 4
    assert result.text.split("\n")[11] == "y = os.getcwd()"


@pytest.mark.parametrize(
    "text", ["def f(x, 1):\n    ...\n", "class A:\n    def f(self): ...\n    x = (\n"]
)
def test_the_target_is_never_left_out(text: str) -> None:
    source = SourceText.from_text(text)
    with pytest.raises(BrokenSignature, match="do not parse; correct them first"):
        runnable(source, find(source, "f"))


pieces = st.sampled_from(
    ["x = 1\n", "x = (\n", "def f():\n    pass\n", "def f(:\n    return\n", "else:\n    pass\n",
     "    y = 2\n", '"""\n', "class A:\n", "@d\n", "from __future__ import division\n", "\n", "\\"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(pieces, max_size=8).map("".join))
def test_whatever_the_file_the_rest_parses_on_its_own_lines(text: str) -> None:
    source = SourceText.from_text(text)
    result = runnable(source)
    ast.parse(result.text)
    for own, kept in zip(source.code.split("\n"), result.text.split("\n"), strict=False):
        assert kept in (own, "")
