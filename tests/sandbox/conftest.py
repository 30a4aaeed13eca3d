"""A project with one module, judged under each level of isolation that this machine has."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from synthd.sandbox.checks import Checks, Comparison, File, JudgeReport, Outcome
from synthd.sandbox.context import ModuleContext
from synthd.sandbox.inside import landlock
from synthd.sandbox.judge import PythonJudge
from synthd.sandbox.level import Detection, Level, detect
from synthd.sandbox.limits import Limits

MODULE = '"""A module."""\n\n\ndef f(x):\n    ...\n'
TESTS = "def test_f():\n    assert f(1234) == 1522756\n"
SQUARES = Checks(
    comparisons=(Comparison("a", "f(2)", "4"), Comparison("b", "f(1234)", "1522756")),
    files=(File("test_m.py", "test_m.py", TESTS),),
)
QUICK = replace(
    Limits(),
    cpu_seconds=1.0,
    wall_seconds=1.5,
    total_seconds=12.0,
    hurried_cpu_seconds=0.3,
    hurried_wall_seconds=0.6,
    memory_bytes=320 << 20,
)

OpenJudge = Callable[..., AbstractAsyncContextManager[PythonJudge]]
Judge = Callable[[str], "asyncio.Future[JudgeReport]"]


def available(level: Level) -> bool:
    if level is Level.LANDLOCK:
        return sys.platform == "linux" and landlock.abi() >= 1
    return asyncio.run(detect()).level is Level.BUBBLEWRAP


@pytest.fixture(scope="session", autouse=True)
def nothing_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all that was judged: no process, no scratch folder."""
    place = tmp_path_factory.mktemp("scratch")
    before, tempfile.tempdir = tempfile.tempdir, str(place)
    yield
    tempfile.tempdir = before
    assert list(place.iterdir()) == []
    marker = str(tmp_path_factory.getbasetemp()).encode()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            text = entry.read_bytes()
            assert not (b"boot.py" in text and marker in text), text


@pytest.fixture(params=[Level.BUBBLEWRAP, Level.LANDLOCK], ids=str, scope="session")
def level(request: pytest.FixtureRequest) -> Level:
    found: Level = request.param
    if not available(found):
        pytest.skip(f"{found} does not work on this machine")
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "m.py").write_text(MODULE)
    (tmp_path / "test_m.py").write_text(TESTS)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "notes").write_text("f(1234) == 1522756")
    (tmp_path / "data.txt").write_text("readable")
    return tmp_path


@pytest.fixture
def open_judge(level: Level, project: Path) -> OpenJudge:
    @asynccontextmanager
    async def judge(
        source: str = MODULE,
        checks: Checks = SQUARES,
        limits: Limits = QUICK,
        qualname: str = "f",
        module: str = "m",
    ) -> AsyncIterator[PythonJudge]:
        path = project / (module.replace(".", "/") + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
        context = ModuleContext(
            Path(sys.executable), module, path, (project,), project, (project / "test_m.py",)
        )
        opened = PythonJudge.open(context, source, qualname, checks, limits, Detection(level))
        async with opened as found:
            yield found

    return judge


@pytest.fixture
def body() -> Callable[[str], str]:
    """A candidate's module from the body of its f."""

    def module(text: str) -> str:
        return "def f(x):\n" + textwrap.indent(textwrap.dedent(text).strip(), "    ") + "\n"

    return module


@pytest.fixture
def outcomes() -> Callable[[JudgeReport], list[str]]:
    def found(report: JudgeReport) -> list[str]:
        return [case.outcome.value for case in report.cases]

    return found


@pytest.fixture
def passed() -> Callable[[JudgeReport], bool]:
    def found(report: JudgeReport) -> bool:
        every = all(case.outcome is Outcome.PASS for case in report.cases)
        return bool(report.cases) and every and report.complete and not report.error

    return found
