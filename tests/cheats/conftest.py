"""One pool of judges for all the programs of this folder, under each level of isolation."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import pytest_asyncio

from synthd.sandbox.inside import landlock
from synthd.sandbox.level import Detection, Level, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool

HERE = Path(__file__).parent
QUICK = replace(
    Limits(),
    cpu_seconds=0.8,
    wall_seconds=1.2,
    total_seconds=5.0,
    hurried_cpu_seconds=0.3,
    hurried_wall_seconds=0.6,
    load_seconds=2.0,
    memory_bytes=320 << 20,
)
PLANTED = ("/tmp", os.path.expanduser("~"))
LOOKED_AT = ("/tmp", "/var/tmp", "/dev/shm", "/etc", "/usr", os.path.expanduser("~"), ".", "..")
DROPS = ("synthd-cheat-*", "synthd-cheat.pth")


def module(name: str) -> ModuleType:
    """A module of this folder: pytest does not import those that hold no tests."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


catalogue = module("catalogue")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "cheat" in metafunc.fixturenames:
        every = catalogue.catalogue()
        metafunc.parametrize("cheat", every, ids=[cheat.name for cheat in every])


@pytest.fixture(params=[Level.BUBBLEWRAP, Level.LANDLOCK], ids=str, scope="module")
def level(request: pytest.FixtureRequest) -> Level:
    found: Level = request.param
    if found is Level.LANDLOCK and not (sys.platform == "linux" and landlock.abi() >= 1):
        pytest.skip("no Landlock here")
    return found


@pytest.fixture(scope="module")
def answers() -> Iterator[None]:
    """What the tests expect, in the places where programs that cheat look for it."""
    calls = catalogue.load_task("digit_sum").calls()
    text = json.dumps({arguments[0]: value for arguments, value in calls})
    places = [Path(folder, "synthd-cheat-answers") for folder in PLANTED]
    for place in places:
        place.write_text(text)
    os.environ["SYNTHD_CHEAT_ANSWERS"] = text
    yield
    del os.environ["SYNTHD_CHEAT_ANSWERS"]
    for place in places:
        place.unlink()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool(level: Level, answers: None) -> AsyncIterator[JudgePool]:
    if level is Level.BUBBLEWRAP and (await detect()).level is not level:
        pytest.skip("bubblewrap does not work on this machine")
    async with JudgePool.open(None, Detection(level), QUICK) as opened:
        yield opened
    assert left_running() == []


def left_running() -> list[str]:
    """Descendants of ours that are still there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text().rpartition(")")
        except OSError:
            continue
        if rest.split()[1] == str(os.getpid()) and rest.split()[0] != "Z":
            found.append(name)
    return found


@pytest.fixture
def no_file_left() -> Iterator[None]:
    def dropped() -> set[Path]:
        return {
            path
            for folder in LOOKED_AT
            for drop in DROPS
            for path in Path(folder).glob(drop)
            if path.name != "synthd-cheat-answers"
        }

    before = dropped()
    yield
    assert dropped() == before
