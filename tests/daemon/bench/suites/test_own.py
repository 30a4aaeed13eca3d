"""Suites of a user's own: folders of stubs, and jobs that were exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.suites import catalogue
from synthd.daemon.exits import BadInput, Missing

STUBS = '''def double(x):
    """Twice x.

    >>> double(2)
    4
    """


def triple(x):
    """Thrice x."""


def done(x):
    return x
'''
LONELY = 'def half(x):\n    """Half of x.\n\n    >>> half(4)\n    2\n    """\n    ...\n'
TESTS = (
    "from work import double, triple\n\n\ndef test_double():\n    assert double(31337) == 62674\n"
)
TRIPLE = "\n\ndef test_triple():\n    assert triple(3) == 9\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "mine"
    (place / "tests").mkdir(parents=True)
    (place / "work.py").write_text(STUBS)
    (place / "lonely.py").write_text(LONELY)
    (place / "silent.py").write_text('def nothing():\n    """Nobody knows."""\n')
    (place / "tests" / "test_work.py").write_text(TESTS + TRIPLE)
    return place


def test_every_stub_is_a_task(folder: Path) -> None:
    suite = catalogue.load(f"files:{folder}", None, {})
    assert [case.id for case in suite.cases] == [
        "lonely.py::half",
        "work.py::double",
        "work.py::triple",
    ]
    assert [each.id for each in suite.left_out] == ["silent.py::nothing"]
    assert "1 of 3 have none: one greedy draft" in suite.split.visible
    assert "1 of 3 have none: the visible examples score" in suite.split.held_out
    before = suite.sha256
    (folder / "tests" / "test_work.py").write_text(TESTS)
    assert catalogue.load(f"files:{folder}", None, {}).sha256 != before


async def test_tests_beside_a_file_score_and_are_not_seen(
    folder: Path, bench: Callable[[], Any]
) -> None:
    suite = catalogue.load(f"files:{folder}", None, {})
    half, double, triple = suite.cases
    async with bench() as at:
        wrong = await at.search(double, ["```\ndef double(x):\n    return x * x\n```"])
        assert (wrong.visible, (await at.score(double, wrong.program)).passed) == (True, False)
        right = await at.search(double, ["```\ndef double(x):\n    return x + x\n```"])
        assert (await at.score(double, right.program)).passed is True
        unsteered = await at.search(triple, ["```\ndef triple(x):\n    return 3 * x\n```"])
        assert (unsteered.visible, (await at.score(triple, unsteered.program)).passed) == (
            None,
            True,
        )
        found = await at.search(half, ["```\ndef half(x):\n    return x // 2\n```"])
        assert (await at.score(half, found.program)).passed is True
        assert not any("62674" in text or "test_" in text for text in at.asked)
    assert (folder / "work.py").read_text() == STUBS


async def test_broken_tests_are_no_verdict(folder: Path, bench: Callable[[], Any]) -> None:
    suite = catalogue.load(f"files:{folder}", None, {})
    broken = TESTS.replace("62674", "nothing_like_it()")
    (folder / "tests" / "test_work.py").write_text(
        broken.replace("def test", "import a_b_c\n\n\ndef test")
    )
    async with bench() as at:
        found = await at.search(suite.cases[1], ["```\ndef double(x):\n    return x + x\n```"])
        with pytest.raises(Missing, match="cannot score anything"):
            await at.score(suite.cases[1], found.program)


def test_a_folder_without_stubs_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="waits to be written"):
        catalogue.load(f"files:{tmp_path}", None, {})
    with pytest.raises(BadInput, match="is not a folder"):
        catalogue.load(f"files:{tmp_path / 'absent'}", None, {})


def exported(**changes: object) -> str:
    job = {"schema": 1, "job": "b3k", "kind": "synthesize", "path": "work.py", "text": STUBS}
    options = {"examples": ["double(5) == 10"], "tests": [], "replace": False}
    return json.dumps({**job, "function": "double", "options": options, "events": [], **changes})


async def test_exported_jobs_are_searched_again(tmp_path: Path, bench: Callable[[], Any]) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "a.json").write_text(exported())
    (tmp_path / "jobs" / "b.json").write_text(exported(job="c4m", path="proof.rs"))
    suite = catalogue.load(f"exported:{tmp_path / 'jobs'}", None, {})
    (case,) = suite.cases
    assert case.id == "b3k::double"
    assert [(each.id, each.why) for each in suite.left_out] == [
        ("c4m::double", "proof.rs is no Python file")
    ]
    async with bench() as at:
        squared = "```\ndef double(x):\n    return x * x\n```"
        found = await at.search(case, [squared, "```\ndef double(x):\n    return x + x\n```"])
        assert (found.visible, found.usage.programs) == (True, 2)
        assert (await at.score(case, found.program)).passed is True
        assert "double(5) == 10" in at.asked[0]


def test_what_is_no_export_says_so(tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    with pytest.raises(BadInput, match="No such file"):
        catalogue.load(f"exported:{file}", None, {})
    file.write_text("{}")
    with pytest.raises(BadInput, match="is no exported job"):
        catalogue.load(f"exported:{file}", None, {})
    file.write_text(exported(options={"tests": ["test_work.py"]}))
    with pytest.raises(BadInput, match="not beside the export"):
        catalogue.load(f"exported:{file}", None, {})
