"""`synthd verify` as a user runs it: files with bodies, in the real sandbox, and no model."""

from __future__ import annotations

import pytest

SHOP = '''import contextlib
from types import MappingProxyType


def double(x):
    """Twice x.

    >>> double(2)
    4

    double(-3) -> -6
    """
    # a comment in the body
    return x * 2


def half(x):
    """
    half(4) -> 2
    half(3) -> 1.5
    """
    return x // 2


def later(x):
    """
    >>> later(1)
    1
    """
    ...


def plain(x):
    return x


class Basket:
    def __init__(self, *items):
        self.items = items

    def total(self) -> int:
        """
        >>> Basket(1, 2).total()
        3
        """
        return sum(self.items)

    @property
    def size(self):
        """
        >>> Basket(1, 2).size
        2
        """
        return len(self.items)


async def counted(n):
    """
    >>> import asyncio
    >>> async def collected(): return [x async for x in counted(2)]
    >>> asyncio.run(collected())
    [0, 1]
    """
    for i in range(n):
        yield i


@contextlib.contextmanager
def held(x):
    """
    >>> with held(3) as y: print(y)
    3
    """
    yield x


def one(x): "one(1) -> 2"; return x + 1


def opened():
    """
    >>> opened() | {"b": 2}
    {'a': 1, 'b': 2}
    """
    return MappingProxyType({"a": 1})
'''


def test_every_function_with_examples_is_judged_as_it_stands(shell) -> None:
    path = shell.file(SHOP)
    ended = shell.run("verify", "work.py", "--json")
    found = {row["function"]: row["status"] for row in ended.objects}
    assert found == {
        "double": "verified",
        "half": "refuted",
        "later": "stub",
        "Basket.total": "verified",
        "Basket.size": "verified",
        "counted": "verified",
        "held": "verified",
        "one": "verified",
        "opened": "undecided",
    }
    assert ended.code == 1, "one is refuted, which comes before undecided"
    assert path.read_text() == SHOP and shell.model.prompts == []


def test_a_verified_function_says_how_far_that_goes(shell) -> None:
    shell.file(SHOP)
    ended = shell.run("verify", "work.py::double")
    assert ended.code == 0, ended.err
    assert "verified (grade: examples) work.py:5 double" in ended.out
    assert "double(-3)  gives  -6" in ended.out
    assert "judged in bubblewrap" in ended.out or "judged in landlock" in ended.out
    (row,) = shell.run("verify", "work.py::double", "--json").objects
    assert (row["schema"], row["grade"], row["line"]) == (1, "examples", 5)
    assert [check["outcome"] for check in row["checks"]] == ["pass", "pass"]
    proof = row["proof"]
    assert {len(proof[key]) for key in proof if key.endswith("sha256")} == {64}
    assert proof["judge"]["isolation"] in ("bubblewrap", "landlock")


def test_a_refuted_function_shows_what_came(shell) -> None:
    shell.file(SHOP)
    ended = shell.run("verify", "work.py::half")
    assert ended.code == 1
    assert "half(3)  must give  1.5  but gives  1" in ended.out
    (row,) = shell.run("verify", "work.py::half", "--json").objects
    assert (row["status"], row["grade"]) == ("refuted", "partial")
    failed = [check for check in row["checks"] if check["outcome"] != "pass"]
    assert [(c["input"], c["expected"], c["got"]) for c in failed] == [("half(3)", "1.5", "1")]


def test_what_cannot_cross_is_undecided(shell) -> None:
    shell.file(SHOP)
    ended = shell.run("verify", "work.py::opened")
    assert ended.code == 4
    assert "undecided" in ended.out


def test_a_body_that_stops_the_process_is_refuted(shell) -> None:
    bodies = {
        "leaves": "import os; os._exit(0)",
        "dies": "import os; os.kill(os.getpid(), 11)",
        "loops": "while True: pass",
        "raises": "raise KeyError(x)",
    }
    shell.file(
        "".join(
            f'def {name}(x):\n    """\n    {name}(1) -> 1\n    """\n    {body}\n\n\n'
            for name, body in bodies.items()
        )
    )
    shell.file("[limits]\ncpu_seconds = 0.5\nwall_seconds = 2.0\n", "synthd.toml")
    ended = shell.run("verify", "work.py", "--json")
    outcomes = {row["function"]: row["checks"][0]["outcome"] for row in ended.objects}
    assert outcomes == {
        "leaves": "runtime_error",
        "dies": "killed",
        "loops": "timeout",
        "raises": "runtime_error",
    }
    assert ended.code == 1


def test_a_test_file_counts_for_the_functions_it_calls(shell) -> None:
    shell.file(SHOP)
    shell.file(
        "from work import double, plain\n\n\ndef test_plain():\n"
        "    assert plain(3) == 3  # half is not called here\n    assert double(1) == 3\n",
        "test_work.py",
    )
    rows = {
        row["function"]: row
        for row in shell.run("verify", "work.py", "--tests", "test_work.py", "--json").objects
    }
    assert rows["plain"]["status"] == "refuted", "its test ends with an assert that fails"
    assert [c["outcome"] for c in rows["double"]["checks"]] == ["pass", "pass", "pass", "fail"]
    assert len(rows["half"]["checks"]) == 2, "its own examples only"
    shell.file("def test_half():\n    assert nonsense(half)\n", "test_bad.py")
    ended = shell.run("verify", "work.py", "--tests", "test_bad.py", "--json")
    rows = {row["function"]: row for row in ended.objects}
    assert "nonsense" in rows["half"]["message"] and rows["half"]["status"] == "error"
    assert rows["double"]["status"] == "verified"


def test_a_table_of_the_examples_is_labelled(shell) -> None:
    shell.file(
        'def f(x):\n    """\n    f(1) -> 2\n    f(5) -> 9\n    """\n    return {1: 2, 5: 9}[x]\n'
    )
    ended = shell.run("verify", "work.py")
    assert ended.code == 0 and "only lists the answers" in ended.out


def test_an_example_that_cannot_be_read_is_told(shell) -> None:
    shell.file('def f(x):\n    """\n    f(1) -> 2\n    f(2) -> 3 +\n    """\n    return x + 1\n')
    ended = shell.run("verify", "work.py")
    assert ended.code == 0 and "line 4" in ended.out and "f(2) -> 3 +" in ended.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["none.py"], 2, "none.py: No such file"),
        (["work.py::dubble"], 2, "double"),
        (["bare.py"], 2, ">>> double(2)"),
        (["bare.py::bare"], 2, ">>> double(2)"),
        (["work.py::later"], 2, "later is a stub"),
        (["torn.py"], 2, "torn(1) is 1 on line"),
        (["faulty.py"], 2, "nonsense"),
        (["needs.py"], 3, "not_a_module"),
        (["work.py::double", "--tests", "none.py"], 2, "none.py"),
        (["work.py::double", "--python", "no-such-python"], 2, "no-such-python"),
    ],
)
def test_wrong_usage_is_explained(shell, arguments, code, says) -> None:
    shell.file(SHOP)
    shell.file("def bare(x):\n    return x\n", "bare.py")
    shell.file(
        'def torn(x):\n    """\n    torn(1) -> 1\n    torn(1) -> 2\n    """\n    x\n', "torn.py"
    )
    shell.file(
        'def faulty(x):\n    """\n    >>> faulty(nonsense)\n    1\n    """\n    x\n', "faulty.py"
    )
    shell.file('import not_a_module\n\n\ndef f():\n    "f() -> 1"\n    return 1\n', "needs.py")
    ended = shell.run("verify", *arguments)
    assert ended.code == code, ended.err
    assert says in ended.err + ended.out
    assert "Traceback" not in ended.err
    rows = shell.run("verify", *arguments, "--json").objects
    assert [row["status"] for row in rows] in (["error"], ["stub"])
