from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

from synthd.synth.source.adopt import Adopted, adopt
from synthd.synth.source.errors import NotAdoptable
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText

FUNCTION = '''\
import math
from typing import List

def sibling(x):
    return x

LIMIT = 3

def f(a, b):
    """Doc."""
    ...
'''
METHOD = '''\
class A:
    def m(self, x):
        """Doc."""
        ...

    @classmethod
    def c(cls, x): ...

    @staticmethod
    def s(x): ...
'''


def adopted(program: str, file: str = FUNCTION, name: str = "f") -> Adopted:
    source = SourceText.from_text(file)
    return adopt(find(source, name), source, dedent(program))


def body(program: str, file: str = FUNCTION, name: str = "f") -> str:
    return adopted(program, file, name).body


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("def f(a, b):\n    return a + b", "return a + b"),
        ("def f(a: int, b: int) -> int: return a + b  # sum", "return a + b  # sum"),
        ('def f(a, b):\n    """Theirs."""\n    # why\n    return a', "# why\nreturn a"),
        ('def f(a, b): "Theirs"; c = 1; return c', "c = 1; return c"),
        ("@staticmethod\ndef f(a, b):\n  if a:\n    return b\n  return a",
         "if a:\n    return b\nreturn a"),
        ("def f(\n    a,  # x\n    b,\n):\n    # why\n    return a", "# why\nreturn a"),
        ("return a + b", "return a + b"),
        ("    x = a\n    return x", "x = a\nreturn x"),
        ("x = a\n    for y in b:\n        x += y\n    return x",
         "x = a\nfor y in b:\n    x += y\nreturn x"),
        ("f = lambda a, b: a + b", "return a + b"),
        ("f = lambda x, y: (x +\n    y)", "x, y = a, b\nreturn (x +\n    y)"),
        ("def f(x, y):\n    return x", "x, y = a, b\nreturn x"),
        ("def f(x, b):\n    return x", "x = a\nreturn x"),
        ("def f(b, a):\n    return a", "return a"),
        ("def f(*items):\n    return items", "items = (a, b)\nreturn items"),
        ("def f(x, *rest, **more):\n    return x",
         "x, rest, more = a, (b,), {}\nreturn x"),
        ("def f(a, b, depth=0):\n    return depth", "depth = 0\nreturn depth"),
        ('def f(a, b):\n\tif a:\n\t\treturn """\n\tx"""\n\treturn b',
         'if a:\n    return """\n\tx"""\nreturn b'),
        ("class Solution:\n    def f(self, a, b):\n        return a", "return a"),
    ],
)  # fmt: skip
def test_the_body_of_the_function(program: str, expected: str) -> None:
    assert body(program) == expected


def test_what_the_function_needs_moves_inside() -> None:
    assert body(
        """\
        from __future__ import annotations
        import math
        import re, os
        from typing import List, Dict
        from unused import nothing

        UNUSED = 1
        PATTERN = re.compile("f(a, b)")  # kept
        # What helper is for.
        @cached
        def helper(x: List[int]) -> Dict:
          return deeper(x)
        def deeper(x): return sibling(PATTERN.sub("", math.inf))
        def sibling(x):
            return x
        def never(): ...
        from functools import cache as cached

        def f(a, b):
            return helper(a) + LIMIT

        result = f(1, 2)
        assert result == 3
        print(f"{result}")
        if __name__ == "__main__":
            f(1, 2)
        """
    ) == dedent(
        """\
        import re, os
        from typing import List, Dict
        PATTERN = re.compile("f(a, b)")  # kept
        # What helper is for.
        @cached
        def helper(x: List[int]) -> Dict:
            return deeper(x)
        def deeper(x): return sibling(PATTERN.sub("", math.inf))
        from functools import cache as cached
        return helper(a) + LIMIT"""
    )


def test_a_table_is_built_inside() -> None:
    program = (
        "t = []\nfor i in range(9):\n    t.append(i)\nt.append(a)\ndef f(a, b):\n    return t[a]"
    )
    assert body(program).startswith("t = []\nfor i in range(9):\n    t.append(i)\n")


def test_names_for_annotations_of_helpers_are_imported() -> None:
    program = "def h(x: Optional[int]): return x\ndef f(a, b):\n    return h(a)"
    assert body(program).startswith("from typing import Optional\n")


def test_star_imports_become_names() -> None:
    program = "from itertools import *\ndef f(a, b):\n    y = 1\n    return list(chain(a, b))"
    assert body(program).startswith("from itertools import chain\n")


def test_test_code_that_reuses_a_local_name_stays_out() -> None:
    program = "def f(a, b):\n    out = 0\n    return out\nout = f(1, 2)\nprint(out)"
    assert body(program) == "out = 0\nreturn out"


def test_a_cache_that_the_recursion_relies_on_is_kept() -> None:
    program = "import functools\n@functools.lru_cache(None)\ndef f(x, y):\n    return f(x - 1, y)"
    assert body(program) == (
        "import functools\n@functools.lru_cache(None)\ndef f(x, y):\n    return f(x - 1, y)\n"
        "return f(a, b)"
    )


def test_an_object_that_the_function_needs_is_kept() -> None:
    program = (
        "class C:\n    def f(self, a, b):\n        return self.g(a)\n    def g(self, x): return x"
    )
    assert body(program).endswith("return C().f(a, b)")


def test_another_name_is_taken_with_its_recursion() -> None:
    program = 'def g(a, b):\n    if a:  # g(\n        return g(a - 1, b) + "g(1)"\n    return a.g'
    result = adopted(program)
    assert result.renamed_from == "g"
    assert result.body == 'if a:  # g(\n    return f(a - 1, b) + "g(1)"\nreturn a.g'


def test_the_entry_of_several_is_taken() -> None:
    program = "def help(x):\n    return x\ndef solve(a, b):\n    return help(a)"
    result = adopted(program)
    assert result.renamed_from == "solve"
    assert result.body == "def help(x):\n    return x\nreturn help(a)"


@pytest.mark.parametrize(
    ("name", "program", "expected"),
    [
        ("m", "class A:\n    def n(self): ...\n    def m(self, x):\n        return self.m(x)",
         "return self.m(x)"),
        ("m", "def m(self, x):\n    return self.m(x)", "return self.m(x)"),
        ("m", "def m(x):\n    return m(x - 1)", "return self.m(x - 1)"),
        ("m", "class B:\n    def other(this, y):\n        return this.other(y)",
         "this, y = self, x\nreturn this.m(y)"),
        ("m", "    def m(self, x):\n        return x", "return x"),
        ("c", "class A:\n    @classmethod\n    def c(cls, x):\n        return x", "return x"),
        ("s", "class A:\n    @staticmethod\n    def s(y):\n        return y", "y = x\nreturn y"),
        ("s", "def s(x):\n    return s(x)", "return A.s(x)"),
    ],
)  # fmt: skip
def test_methods(name: str, program: str, expected: str) -> None:
    assert body(program, METHOD, name) == expected


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("", "empty"),
        ("def f(a, b):\n    ...", "stub"),
        ('def f(a, b):\n    """Doc."""\n    raise NotImplementedError', "stub"),
        ("pass", "stub"),
        ("x = [", r"SyntaxError on line 1.*\(x = \[\)"),
        ("def f(a, b):\n    if a:\n        return 1\n    x = (2,", "SyntaxError on line 4"),
        ("def f(a):\n    return a[0]\ndef g(): ...", None),
        ("def f(a, b, c):\n    return c", "3 parameters"),
        ("async def f(a, b):\n    return await a", "await"),
        ("n = 0\ndef f(a, b):\n    global n\n    n += 1\n    return n", "global variable n"),
        ("def g(a, b): return a\ndef h(a, b): return b", "defines g, h, but not f"),
        ("print('hello')", "does not define f"),
        ("The function adds two numbers.", "SyntaxError"),
        ("def f(a, b):\n    return a\x00", "null"),
        ("x = " + "(" * 500 + ")" * 500, "SyntaxError|nested"),
        ("def f(a, b):\n    continue", "continue"),
    ],
)
def test_what_cannot_be_adopted_says_why(program: str, why: str | None) -> None:
    if why is None:
        assert body(program) == "return a[0]"
        return
    with pytest.raises(NotAdoptable, match=why):
        body(program)


@pytest.mark.parametrize("rest", ["def test():\n    print('a", "print(f(1,", "x = [1,\n  2,"])
def test_a_text_that_was_cut_off_after_the_function(rest: str) -> None:
    result = adopted(f"def f(a, b):\n    if a:\n        return 1\n    return 2\n\n{rest}")
    assert result.body == "if a:\n    return 1\nreturn 2"
    assert "truncated" in result.note


def test_every_adopted_body_fits_under_the_signature(opened: Callable[..., Any]) -> None:
    function = opened(METHOD, "m")
    result = adopt(
        function.target, function.source, 'def m(self, x):\n  s = """\n y"""\n  return s'
    )
    assert b'        s = """\n y"""\n        return s\n' in function.spliced(result.body)
