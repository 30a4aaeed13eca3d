import ast
from textwrap import dedent

from synthd.synth.source.context import relevant, stub_text
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText

FILE = dedent(
    '''\
    """The module."""
    from dataclasses import dataclass
    LIMIT = 3
    TABLE = [
        %s
    ]

    @dataclass
    class Point:
        """A point.

        At length.
        """
        x: int
        y: int = 0

        def norm(self,
                 p: float) -> float:
            """Norm."""
            secret = 1
            return secret

    class Unused:
        pass

    def helper(p: Point) -> int:
        """Help.

        At length."""
        secret = 2
        return secret

    class Box:
        size: int

        def __init__(self, size):
            self.size = size

        def area(self) -> int:
            secret = 3
            return secret

        @app.route("/")
        @classmethod
        async def grow(cls, by: Point) -> None:
            r"""Grow with `helper`, up to LIMIT.

            >>> Box.grow("\\n")
            """
            raise NotImplementedError
    broken = (
    '''
) % ("1,\n" * 200)
SOURCE = SourceText.from_text(FILE)


def test_the_stub_as_the_model_sees_it() -> None:
    text = stub_text(SOURCE, find(SOURCE, "grow"))
    assert text == (
        "class Box:\n    @classmethod\n    async def grow(cls, by: Point) -> None:\n"
        '        r"""Grow with `helper`, up to LIMIT.\n\n        >>> Box.grow("\\n")\n        """'
    )
    ast.parse(text)


def test_what_the_stub_names_is_shown_without_bodies() -> None:
    text = relevant(SOURCE, find(SOURCE, "grow"))
    for part in (
        "from dataclasses import dataclass",
        "LIMIT = 3",
        "@dataclass\nclass Point:",
        "y: int = 0",
        "p: float) -> float:",
        "def helper(p: Point) -> int:",
        '"""Help."""',
        "self.size = size",
        "def area(self) -> int:",
    ):
        assert part in text
    for part in ("secret", "Unused", "At length", "TABLE", "def grow", "broken"):
        assert part not in text
    ast.parse(text)


def test_the_size_is_bounded() -> None:
    target = find(SOURCE, "grow")
    for limit in (0, 50, 200, 400):
        assert len(relevant(SOURCE, target, limit)) <= limit


def test_in_a_small_file_the_siblings_are_shown() -> None:
    source = SourceText.from_text("def g(x):\n    y = x\n    return y\n\ndef f(x): ...\n")
    assert relevant(source, find(source, "f")) == "def g(x):\n    ..."


def test_docstrings_with_quotes_stay_python() -> None:
    for text in ('a """ b', 'ends in "', "back\\\\slash\\\\", "'''\n\"\"\"", 'x\ny"'):
        source = SourceText.from_text(f"def f(x):\n    {text!r}\n")
        (node,) = ast.parse(stub_text(source, find(source, "f"))).body
        assert isinstance(node, ast.FunctionDef)
        assert (ast.get_docstring(node) or "").strip() == text
