"""Fixtures of pytest-style files: made for each test, given back after it."""

from __future__ import annotations

import pytest

from synthd.sandbox.checks import Checks, File

TESTS = """
import pytest

made = []

@pytest.fixture
def four():
    return 4

@pytest.fixture(params=[1, 2], name="number")
def _number(request):
    return request.param

@pytest.fixture
def listed(four, tmp_path):
    path = tmp_path / "numbers"
    path.write_text(str(four))
    made.append(path)
    yield [int(path.read_text())]
    assert path.exists()
    path.unlink()

@pytest.fixture(autouse=True)
def always():
    made.append("always")

def test_plain(four):
    assert f(four) == 8

def test_each(number):
    assert f(number) == number + number

@pytest.mark.parametrize("more", [10, 20])
def test_both(listed, more):
    assert "always" in made and not any(p.exists() for p in made[:-1] if p != "always")
    assert [f(listed[0] + more)] == [8 + 2 * more]

class TestMethods:
    def test_method(self, four):
        assert f(four) == 8
"""


@pytest.fixture(params=["with pytest", "without"])
def text(request: pytest.FixtureRequest) -> str:
    """The sandbox's interpreter has pytest here; a module of that name in the file is none."""
    if request.param == "with pytest":
        return TESTS
    return "import sys\nsys.modules.pop('pytest', None)\n" + TESTS.replace(
        "import pytest",
        "from synthd.sandbox.inside.standin import pytest_standin\npytest = pytest_standin()",
    )


async def test_what_the_file_defines_is_made(open_judge, passed, text: str) -> None:
    checks = Checks(files=(File("t.py", "t.py", text),))
    async with open_judge(checks=checks) as judge:
        spec = await judge.preflight()
        assert not spec.errors
        units = [unit.id for unit in spec.units]
        assert len(units) == len(set(units)) == 6
        assert passed(await judge.judge("def f(x):\n    return x * 2\n"))
        wrong = await judge.judge("def f(x):\n    return x * 2 if x != 2 else 5\n")
    failing = [case.id for case in wrong.cases if case.outcome.value != "pass"]
    assert len(failing) == 1 and failing[0].startswith("t.py::test_each[2]")


@pytest.mark.parametrize(
    ("tests", "says"),
    [
        ("def test(capfd):\n    assert f(1)\n", "capfd, which this file does not define"),
        (
            "import pytest\n@pytest.fixture\ndef a(b): ...\n@pytest.fixture\ndef b(a): ...\n"
            "def test(a):\n    assert f(1)\n",
            "which needs itself",
        ),
        (
            "import pytest\n@pytest.fixture\ndef a(): raise OSError('no')\n"
            "def test(a):\n    assert f(1)\n",
            "OSError: no",
        ),
    ],
)
async def test_others_are_told(open_judge, tests: str, says: str) -> None:
    checks = Checks(files=(File("t.py", "t.py", tests),))
    async with open_judge(checks=checks) as judge:
        spec = await judge.preflight()
    assert not spec.units
    assert says in spec.errors[0].message
