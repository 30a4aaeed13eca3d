"""Examples out of tests and uses: what is found, and above all what is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.problem import Example
from synthd.synth.source.contradictions import contradictions
from synthd.synth.source.examples import Stated, examples
from synthd.synth.source.mined import Kind, Limits, Suggestion, mined, with_examples
from synthd.synth.source.target import at
from synthd.synth.source.text import SourceText

Mine = Callable[..., list[str]]
SHOP = 'def total(prices, tax=0):\n    """Sum up."""\n    ...\n'
RATE = f"RATE = 19\n{SHOP}"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))


def found(root: Path, text: str, name: str = "total", file: str = "shop.py", **more: Any) -> Any:
    """Also holds every find to what a suggestion has to be."""
    offset = text.index(f"def {name}(")
    suggestions = mined(text, offset, str(root / file), str(root), **more)
    if suggestions:
        acceptable(text, offset, suggestions)
    return suggestions


def acceptable(text: str, offset: int, suggestions: tuple[Suggestion, ...]) -> None:
    source = SourceText.from_text(text)
    before = examples(source, at(source, offset))
    edit = with_examples(text, offset, suggestions)
    changed = SourceText.from_text(text[: edit.start] + edit.new_text + text[edit.end :])
    after = examples(changed, at(changed, offset))
    assert after.unparsed == before.unparsed
    assert after.calls == before.calls + len(suggestions)
    assert lines(after) == lines(before)
    assert len(contradictions(after.checks)) == len(contradictions(before.checks))
    assert len(suggestions) <= 8


def lines(stated: Stated) -> list[tuple[str, str]]:
    """Examples that are no doctests."""
    return [(c.call, c.expected) for c in stated.checks if isinstance(c, Example)]


@pytest.fixture
def mine(tmp_path: Path) -> Mine:
    """The suggestions for `total` of shop.py from the body of one test file."""

    def mine(test: str, shop: str = SHOP, name: str = "total", **files: str) -> list[str]:
        head = "import pytest\nimport unittest\nfrom shop import *\nimport shop\n"
        write(tmp_path, {"tests/test_shop.py": head + dedent(test), **files})
        return [one.example for one in found(tmp_path, dedent(shop), name)]

    return mine


def in_test(body: str) -> str:
    return f"def test_it():\n    {body}\n"


@pytest.mark.parametrize(
    ("body", "example"),
    [
        ("assert total([1]) == 'a'", ">>> total([1])\n'a'"),
        ("assert 'a' == total([1])", ">>> total([1])\n'a'"),
        ("assert shop.total([1]) == 'a'", ">>> total([1])\n'a'"),
        ("assert total([1], tax=2) == ('a', 'b')", ">>> total([1], tax=2)\n('a', 'b')"),
        ("assert total([1]) == 0.5", ">>> total([1])\n0.5"),
        ("assert total([1]) is None", ">>> total([1]) is None\nTrue"),
        ("assert total([1]) is True", ">>> total([1])\nTrue"),
        ("assert total([1])", ">>> bool(total([1]))\nTrue"),
        ("assert not total([1])", ">>> bool(total([1]))\nFalse"),
        ("assert len(total([1])) == 3", ">>> len(total([1])) == 3\nTrue"),
        ("assert total([1])[0] == 'x'", ">>> total([1])[0]\n'x'"),
        ("got = total([1]); assert got == 'a'", ">>> total([1])\n'a'"),
        ("p = [1, 2]; assert total(p) == 'a'", ">>> total([1, 2])\n'a'"),
        ("self.assertEqual(total([1]), 'a')", ">>> total([1])\n'a'"),
        ("self.assertTrue(total([1]))", ">>> bool(total([1]))\nTrue"),
        ("self.assertFalse(total([1]))", ">>> bool(total([1]))\nFalse"),
        ("self.assertIsNone(total([1]))", ">>> total([1]) is None\nTrue"),
        ("self.assertAlmostEqual(total([1]), 0.3)", ">>> round(total([1]) - 0.3, 7) == 0\nTrue"),
        (
            "self.assertRaises(ValueError, total, [])",
            ">>> total([])  # doctest: +IGNORE_EXCEPTION_DETAIL\n"
            "Traceback (most recent call last):\nValueError",
        ),
        (
            "with pytest.raises(ValueError, match='empty'): total([])",
            ">>> total([])  # doctest: +IGNORE_EXCEPTION_DETAIL\n"
            "Traceback (most recent call last):\nValueError",
        ),
        (
            "assert total([1]) == pytest.approx(0.3, abs=0.01)",
            ">>> abs(total([1]) - 0.3) <= 0.01\nTrue",
        ),
        ("assert total([1]) == pytest.approx(3.0)", ">>> abs(total([1]) - 3.0) <= 3e-06\nTrue"),
        ("assert abs(total([1]) - 3) < 0.1", ">>> abs(total([1]) - 3) < 0.1\nTrue"),
        ("assert total([1]) == {1, 2}", ">>> total([1]) == {1, 2}\nTrue"),
        ("assert total([1]) == float('inf')", ">>> total([1]) == float('inf')\nTrue"),
        ("assert total([-1]) == -2 ** 3", ">>> total([-1]) == (-2 ** 3)\nTrue"),
        ("assert total(['\\\\'] ) == 'a\\n'", ">>> total(['\\\\'])\n'a\\n'"),
    ],
)
def test_forms(mine: Mine, body: str, example: str) -> None:
    assert mine(in_test(body)) == [example]


@pytest.mark.parametrize(
    ("annotation", "value", "plain"),
    [
        ("int", "3", True),
        ("'int'", "3", True),
        ("float", "3", False),
        ("float", "3.5", True),
        ("int | None", "3", True),
        ("Any", "3", False),
        ("list[int]", "[3]", True),
        ("Sequence[int]", "[3]", False),
        ("dict[str, int]", "{'a': 3}", True),
        ("dict[str, int]", "{'a': 3, 'b': 4}", False),
        ("bool", "True", True),
        ("int", "True", False),
        ("Color", "'red'", False),
    ],
)
def test_a_value_is_shown_where_nothing_else_would_print_so(
    mine: Mine, annotation: str, value: str, plain: bool
) -> None:
    """What equals 2 may be 2.0, which a doctest tells apart."""
    shop = SHOP.replace("):", f") -> {annotation}:")
    expected = f">>> total([1])\n{value}" if plain else f">>> total([1]) == {value}\nTrue"
    assert mine(in_test(f"assert total([1]) == {value}"), shop) == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "assert total(x) == 'a'",
        "assert total([open('a')]) == 'a'",
        "assert total([1]) == total([2])",
        "assert total([1]) != 'a'",
        "assert total([1]) == 'a' or False",
        "assert other([1]) == 'a'",
        "assert shop.other([1]) == 'a'",
        "assert total(*[1]) == 'a'",
        "assert total([i for i in 'ab']) == 'a'",
        "p = [1]; p.append(2); assert total(p) == 'a'",
        "p = [1]; total(p); assert p == [1]",
        "p = [2]; total(p); assert total(p) == 'a'",
        "p = input(); assert total(p) == 'a'",
        "if p: assert total([1]) == 'a'",
        "total = print; assert total([1]) == 'a'",
        "pytest.skip('no'); assert total([1]) == 'a'",
        "return; assert total([1]) == 'a'",
        "with pytest.raises(Exception): total([])",
        "with pytest.raises((ValueError, KeyError)): total([])",
        "with pytest.raises(ValueError): total([x])",
        "with patch('a'): assert total([1]) == 'a'",
        "assert total([1]) == pytest.approx([1, 2])",
        f"assert total({'x' * 3!r} * 2, {'y' * 200!r}) == 'a'",
    ],
)
def test_what_is_not_certain_is_left(mine: Mine, body: str) -> None:
    if body.startswith("if p"):
        body = body.replace(": ", ":\n        ")
    assert mine(in_test(body)) == []


@pytest.mark.parametrize(
    "head",
    [
        "@pytest.mark.skip\ndef test_it():",
        "@pytest.mark.xfail(reason='x')\ndef test_it():",
        "@unittest.expectedFailure\ndef test_it():",
        "@mock.patch('shop.x')\ndef test_it(x):",
        "def test_it(monkeypatch):",
        "def helper():",
        "@pytest.mark.skipif(True)\nclass TestIt:\n  def test_it(self):",
    ],
)
def test_what_does_not_count_in_the_tests(mine: Mine, head: str) -> None:
    assert mine(f"{head}\n        assert total([1]) == 'a'\n") == []


def test_tables_and_where_each_row_stands(tmp_path: Path) -> None:
    test = """\
    import pytest
    from shop import total

    TABLE = [([7], "g"), ([8], "h")]

    @pytest.mark.parametrize(
        "prices, want",
        [
            ([1], "a"),
            pytest.param([2], "b", id="two"),
            pytest.param([3], "c", marks=pytest.mark.xfail),
            (unknown(), "d"),
        ],
    )
    def test_rows(prices, want, other_fixture):
        assert total(prices) == want

        assert total([3]) == "always"

    @pytest.mark.parametrize("want", ["e"])
    @pytest.mark.parametrize(("n",), [(4,)])
    def test_product(n, want):
        assert total([n]) == want

    def test_loop():
        for prices, want in TABLE:
            assert total(prices) == want
    """
    write(tmp_path, {"tests/test_shop.py": test})
    seen = {one.example: one.origin for one in found(tmp_path, SHOP)}
    assert seen == {
        ">>> total([1])\n'a'": "tests/test_shop.py:9",
        ">>> total([2])\n'b'": "tests/test_shop.py:10",
        ">>> total([3])\n'always'": "tests/test_shop.py:18",
        ">>> total([4])\n'e'": "tests/test_shop.py:20",
        ">>> total([7])\n'g'": "tests/test_shop.py:27",
        ">>> total([8])\n'h'": "tests/test_shop.py:27",
    }


@pytest.mark.parametrize("head", ["", "import asyncio\n"])
def test_async_functions_run_as_a_doctest_can(mine: Mine, head: str) -> None:
    test = """\
    async def test_it():
        assert await total([1]) == 'a'

    def test_too():
        assert asyncio.run(total([2])) == 'b'
    """
    setup = "" if head else ">>> import asyncio\n"
    assert mine(dedent(test), f"{head}async {SHOP}") == [
        f"{setup}>>> asyncio.run(total([1]))\n'a'",
        f"{setup}>>> asyncio.run(total([2]))\n'b'",
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda part: st.lists(part, max_size=3) | st.tuples(part) | st.sets(st.integers(), max_size=2),
    max_leaves=4,
)
SHAPES = st.sampled_from(
    """assert total({}) == {}|assert {1} == total({0})|assert total({}) is {}|assert not total({})
|assert total({}) == pytest.approx({})|with pytest.raises(ValueError): total({})
|total({})  # -> {}|print(total({}))  # {}|assert len(total({})) == {}
|got = total({}); assert got == {}|assert sorted(total({}))[0] == {}
|assert total(tax={}, prices=1) == {}""".replace("\n", "").split("|")
)


@given(st.lists(st.tuples(SHAPES, VALUES, VALUES), max_size=12), st.data())
def test_whatever_is_found_is_an_example_and_contradicts_none(
    lines: list[tuple[str, object, object]], data: st.DataObject
) -> None:
    """`found` checks it."""
    written = [shape.format(repr(one), repr(two)) for shape, one, two in lines]
    stated = data.draw(st.lists(st.sampled_from(lines), max_size=3) if lines else st.just([]))
    doctests = "".join(f"    >>> total({one!r})\n    {two!r}\n" for _, one, two in stated)
    signature = data.draw(st.sampled_from(["", " -> int", " -> list[int]", " -> 'str | None'"]))
    shop = f'def total(prices, tax=0){signature}:\n    r"""Sum.\n\n{doctests}    """\n'
    test = "from shop import total\nimport pytest\ndef test_it():\n    "
    with TemporaryDirectory() as folder:
        write(Path(folder), {"test_a.py": test + "\n    ".join([*written, "pass"]) + "\n"})
        found(Path(folder), shop)


CART = """\
class Cart:
    def __init__(self, rate):
        self.rate = rate

    def total(self, prices):
        ...

    @property
    def size(self):
        ...

    @classmethod
    def parse(cls, text):
        ...
"""
METHODS = """
@pytest.fixture
def cart():
    return Cart(3)

class TestCart(unittest.TestCase):
    def setUp(self):
        self.cart = Cart(4)

    def test_self(self):
        self.assertEqual(self.cart.total([1]), "a")
        self.assertEqual(self.cart.total([2]), "b")  # by then it may have changed

def test_plain():
    assert Cart(2).total([1]) == "c"
    assert Cart.parse("x").total([1]) == "d"

def test_fixture(cart):
    assert cart.total([5]) == "e"

def test_local():
    cart = Cart(7)
    assert cart.size == "f"
    cart.add(1)
    assert cart.size == "g"

def test_class():
    assert Cart.parse("x") is None
"""


def test_methods(mine: Mine) -> None:
    assert mine(METHODS, CART, "total") == [
        ">>> Cart(4).total([1])\n'a'",
        ">>> Cart(2).total([1])\n'c'",
        ">>> Cart.parse('x').total([1])\n'd'",
        ">>> Cart(3).total([5])\n'e'",
    ]
    assert mine(METHODS, CART, "size") == [">>> Cart(7).size\n'f'"]
    assert mine(METHODS, CART, "parse") == [
        ">>> Cart.parse('x') is None\nTrue",
        ">>> Cart.parse('x').total([1])\n'd'",
    ]


def test_constants_of_the_file_may_be_named(mine: Mine) -> None:
    test = in_test("assert total([1], RATE) == 'a'; assert total([2], shop.RATE) == 'b'")
    assert mine(test, RATE) == [">>> total([1], RATE)\n'a'", ">>> total([2], RATE)\n'b'"]


def test_two_tests_that_differ_give_nothing(mine: Mine) -> None:
    assert mine(in_test("assert total([1]) == 'a'; assert total([1]) == 'b'")) == []


def test_what_is_stated_is_left_out(mine: Mine) -> None:
    shop = SHOP.replace(
        "up.", "up.\n\n    >>> total([1], tax=2)\n    'a'\n\n    total([3]) -> 4\n    "
    )
    test = "assert total([1], 2) == 'b'; assert total([3]) == 4; assert total([5]) == 'c'"
    assert mine(in_test(test), shop) == [">>> total([5])\n'c'"]


def test_uses_that_say_what_comes_out(tmp_path: Path) -> None:
    shop = (
        SHOP
        + '''
    def other():
        """Another.

        >>> total([1])
        'doc'
        """

    # total([2]) -> 'comment'
    x = total([3])  # -> 'arrow'
    print(total([4]))  # 'printed'
    total([5])  # 0.333
    total([6])  # sums it all up
    total(x)  # -> 'open'
    if __name__ == "__main__":
        total([7])  # returns 'main'
    '''.replace("\n    ", "\n")
    )
    assert {one.example: (one.origin, one.kind) for one in found(tmp_path, shop)} == {
        ">>> total([1])\n'doc'": ("shop.py:8", Kind.USAGE),
        ">>> total([2])\n'comment'": ("shop.py:12", Kind.USAGE),
        ">>> total([3])\n'arrow'": ("shop.py:13", Kind.USAGE),
        ">>> total([4])\n'printed'": ("shop.py:14", Kind.USAGE),
        ">>> round(total([5]), 3)\n0.333": ("shop.py:15", Kind.USAGE),
        ">>> total([7])\n'main'": ("shop.py:19", Kind.USAGE),
    }


README = """\
# Shop

`total([1])` -> `'a'`

```python
from shop import total
total([2])  # -> 'b'
```

```pycon
>>> import shop
>>> shop.total([3])
'c'
>>> total([4])
Traceback (most recent call last):
    ...
ValueError: no
```

```sh
total([5])  # -> 'e'
```
"""


def test_a_readme(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": README})
    assert [(one.example, one.origin) for one in found(tmp_path, SHOP)] == [
        (">>> total([3])\n'c'", "README.md:12"),
        (">>> total([2])\n'b'", "README.md:7"),
        (">>> total([1])\n'a'", "README.md:3"),
        (
            ">>> total([4])  # doctest: +IGNORE_EXCEPTION_DETAIL\n"
            "Traceback (most recent call last):\nValueError",
            "README.md:14",
        ),
    ]


def test_a_readme_about_another_function_of_that_name(tmp_path: Path) -> None:
    readme = README.replace("from shop", "from elsewhere").replace("shop.total", "elsewhere.total")
    write(tmp_path, {"README.md": readme})
    assert found(tmp_path, SHOP) == ()


@pytest.mark.parametrize(
    ("imported", "call"),
    [
        ("from pkg.shop import total", "total"),
        ("from pkg.shop import total as t", "t"),
        ("from pkg import total", "total"),
        ("from pkg import shop", "shop.total"),
        ("import pkg.shop", "pkg.shop.total"),
        ("import pkg.shop as s", "s.total"),
        ("from pkg.shop import *", "total"),
        ("from .shop import total", "total"),
        ("from . import shop", "shop.total"),
    ],
)
def test_imports_of_this_file(tmp_path: Path, imported: str, call: str) -> None:
    test = f"{imported}\ndef test_it():\n    assert {call}([1]) == 'a'\n"
    near = imported.startswith("from .")
    files = {
        "src/pkg/__init__.py": "from pkg.shop import total\n",
        "src/pkg/test_it.py" if near else "tests/test_it.py": test,
    }
    write(tmp_path, files)
    assert len(found(tmp_path, SHOP, file="src/pkg/shop.py")) == 1


@pytest.mark.parametrize(
    "imported",
    ["from shop import total", "from pkg.other import total", "import total", "from x import *"],
)
def test_imports_of_another_file(tmp_path: Path, imported: str) -> None:
    test = f"{imported}\ndef test_it():\n    assert total([1]) == 'a'\n"
    write(tmp_path, {"tests/test_it.py": test, "tests/shop.py": SHOP})
    assert found(tmp_path, SHOP, file="src/pkg/shop.py") == ()


TEST = "from shop import total\ndef test_it():\n    assert total([1]) == 'a'\n"


@pytest.mark.parametrize(
    "name",
    [
        ".hidden/test_a.py",
        ".test_a.py",
        "node_modules/test_a.py",
        "venv/test_a.py",
        "mine/test_a.py",  # by its pyvenv.cfg
        "generated/deep/test_a.py",  # by .gitignore
        "sub/out/test_a.py",  # by the .gitignore of a folder
        "a.txt",
    ],
)
def test_files_that_are_not_read(tmp_path: Path, name: str) -> None:
    files = {".gitignore": "generated/\n!nothing\n", "sub/.gitignore": "/out\n"}
    write(tmp_path, {**files, "mine/pyvenv.cfg": "", name: TEST, "shop.py": SHOP})
    assert found(tmp_path, SHOP) == ()
    write(tmp_path, {"sub/generated_not/test_a.py": TEST})
    assert len(found(tmp_path, SHOP)) == 1


def test_no_way_out_of_the_workspace(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    write(outside, {"test_a.py": TEST})
    write(inside, {"shop.py": SHOP})
    (inside / "test_a.py").symlink_to(outside / "test_a.py")
    (inside / "tests").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "test_pipe.py")
    assert found(inside, SHOP) == ()


def test_without_a_workspace_only_the_files_beside_it(tmp_path: Path) -> None:
    write(tmp_path, {"deep/test_a.py": TEST, "shop.py": SHOP})
    offset = SHOP.index("total")
    assert mined(SHOP, offset, str(tmp_path / "shop.py"), None) == ()
    write(tmp_path, {"test_a.py": TEST})
    assert len(mined(SHOP, offset, str(tmp_path / "shop.py"), None)) == 1


def test_limits(tmp_path: Path) -> None:
    write(tmp_path, {f"test_{i}.py": TEST.replace("[1]", f"[{i}]") for i in range(9)})
    assert len(found(tmp_path, SHOP)) == 8
    assert len(found(tmp_path, SHOP, limits=Limits(files=3))) == 3
    assert len(found(tmp_path, SHOP, limits=Limits(bytes=200))) == 200 // len(TEST)
    assert found(tmp_path, SHOP, limits=Limits(seconds=0)) == ()


def test_the_nearest_files_are_read_first(tmp_path: Path) -> None:
    far = {f"a{i}/test_a.py": TEST.replace("[1]", f"[{i}]") for i in range(2, 5)}
    test = TEST.replace("from shop", "from z.y.shop")
    write(tmp_path, {**far, "z/y/tests/test_a.py": test, "z/x/test_a.py": TEST})
    (one,) = found(tmp_path, SHOP, file="z/y/shop.py", limits=Limits(files=1))
    assert one.origin == "z/y/tests/test_a.py:3"


def test_a_file_that_would_take_for_ever(tmp_path: Path) -> None:
    loop = "".join(f"{'    ' * i}for x{i} in {[*range(60)]}:\n" for i in range(1, 9))
    body = f"def test_it():\n{loop}{'    ' * 9}assert total([x1]) == 'a'\n"
    table = f"TABLE = {[[i] * 100 for i in range(64)]}\n"
    rows = "@pytest.mark.parametrize('p', TABLE)\ndef test_rows(p):\n    " + (
        "x = p\n    " * 2000 + "assert total([p]) == 'a'\n"
    )
    imports = "import pytest\nfrom shop import total\n" + "import(" * 20_000 + "\n"
    bomb = "x = [1]\n    " + "x = [x, x]\n    " * 200 + "assert total(x) == 'a'\n"
    deep = f"assert total({'-' * 1200}1) == 'a'\n"
    tests = "from shop import total\ndef test_bomb():\n    " + bomb + "    " + deep
    write(tmp_path, {"test_c.py": tests, ".gitignore": "*a" * 30 + "b\n", "a" * 200: ""})
    files = {
        "test_b.py": imports,
        "README.md": "total(" * 40 + "\n" + "- total([1, 2, 3 = \n" * 9000,
    }
    write(tmp_path, {**files, "test_a.py": f"import pytest\n{TEST}{body}{table}{rows}"})
    assert len(found(tmp_path, SHOP, limits=Limits(seconds=0.3))) <= 8


def test_files_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"test_z.py": TEST, "test_b.py": f"total(((\n{TEST}"})
    (tmp_path / "test_a.py").write_bytes(b"total \xff\xfe\x00")
    (tmp_path / "test_c.py").write_text("total\nx = " + "-" * 50_000 + "1\n")
    (tmp_path / "test_d.py").write_text(TEST.replace("[1]", "(" * 150 + "1" + ")" * 150))
    assert found(tmp_path, SHOP)[-1].origin == "test_z.py:3"


def test_a_buffer_that_does_not_parse(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": TEST})
    assert len(found(tmp_path, f"x = (\n\n{SHOP}")) == 1
    assert mined("x = 1\n", 0, str(tmp_path / "shop.py"), str(tmp_path)) == ()
    assert mined("\ud800", 0, str(tmp_path / "shop.py"), str(tmp_path)) == ()


def test_tests_come_before_uses(tmp_path: Path) -> None:
    shop = SHOP + "total([1])  # -> 'b'\ntotal([2])  # -> 'c'\n"
    write(tmp_path, {"test_a.py": TEST})
    assert [one.example[-3:] for one in found(tmp_path, shop)] == ["'a'", "'c'"]
    assert [one.example[-3:] for one in found(tmp_path, shop, kind=Kind.TEST)] == ["'a'"]
    assert [one.example[-3:] for one in found(tmp_path, shop, kind=Kind.USAGE)] == ["'c'"]
