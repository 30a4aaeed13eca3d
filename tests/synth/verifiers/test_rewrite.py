"""What a candidate may see of its module."""

import ast

import pytest

from synthd.synth.verifiers.rewrite import candidate_module

TEXT = '''"""Module. f(2) == 41"""
import math  # f(2) == 42


class A:
    """
    >>> A().g(2)
    43
    """

    def g(self, x):
        """Doc of é g.

        >>> A().g(2)
        44
        """
        return helper(x)  # 45


def helper(x):
    """Keeps: "a b"."""
    return "# no comment"


def test_g():
    """Doc."""
    assert A().g(2) == 46


if __name__ == "__main__":
    print(A().g(2) == 47)
'''


def test_nothing_tells_the_answer() -> None:
    found = candidate_module(TEXT, "A.g")
    for number in range(42, 48):
        assert str(number) not in found
    assert "# no comment" in found
    assert 'Keeps: "a b".' in found


def test_lines_stay() -> None:
    found = candidate_module(TEXT, "A.g")
    assert found.count("\n") == TEXT.count("\n")
    lines = {n.name: n.lineno for n in ast.walk(ast.parse(found)) if isinstance(n, ast.FunctionDef)}
    assert lines["helper"] == TEXT[: TEXT.index("def helper")].count("\n") + 1


@pytest.mark.parametrize("text", ["def f(x:\n", "x = 1\n", "\0"])
def test_what_cannot_be_read_stays(text: str) -> None:
    assert candidate_module(text, "f") == text


@pytest.mark.parametrize(
    "text",
    ['def f(x): """>>> f(1)"""; return 1\n', 'def f(x):\n    """a\n    b"""; return 1\n'],
)
def test_code_beside_a_docstring_stays(text: str) -> None:
    space: dict[str, object] = {}
    exec(candidate_module(text, "f"), space)
    assert space["f"](0) == 1  # type: ignore[operator]
