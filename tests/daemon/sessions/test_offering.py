"""Before a search: what it would run with, what there is to pick, and what was picked."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.jobs.states import State
from synthd.daemon.picked import Picked, keep, load
from synthd.daemon.service.calls import Caller
from synthd.daemon.sessions.engine import JobEngine
from synthd.lsp.engine import Request

WORK = 'def f(x):\n    """\n    >>> f(1)\n    2\n    """\n    ...\n'


@pytest.fixture
def engine(jobs: Any, model: Any, tmp_path: Path) -> JobEngine:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "OLLAMA_HOST": model.url,
        "SYNTHD_MODEL": "ollama/coder",
    }
    return JobEngine(jobs, Caller(id="c", environment=environment))


def request(tmp_path: Path, **more: Any) -> Request:
    return Request(str(tmp_path / "work.py"), WORK, 0, str(tmp_path), **more)


async def test_a_forecast_says_what_runs_where_and_how_long_it_took(
    engine: JobEngine, jobs: Any, model: Any, tmp_path: Path
) -> None:
    jobs.seconds = [4.0, 30.0, 11.0]
    told = await engine.forecast(request(tmp_path, settings={"max_programs": 5}))
    assert told is not None
    assert (told.model, told.endpoint) == ("ollama/coder", f"Ollama at {model.url}")
    assert (told.strategy, told.programs) == ("auto", 5)
    assert (told.expected, told.jobs) == (11.0, 3)
    assert told.sandbox and told.problem == ""
    assert model.prompts == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"model": "qwen2.5-coder:0.5b"},
            "is not on this machine: run `synthd models pull qwen2.5-coder:0.5b`",
        ),
        ({"strategy": "magic"}, "no strategy 'magic'"),
        ({"settings": {"max_programms": 1}}, "unknown key 'max_programms'"),
    ],
)
async def test_a_forecast_says_why_none_can_start(
    engine: JobEngine, tmp_path: Path, asked: dict[str, Any], words: str
) -> None:
    told = await engine.forecast(request(tmp_path, **asked))
    assert told is not None and words in told.problem


async def test_there_is_something_to_pick(engine: JobEngine, tmp_path: Path) -> None:
    found = await engine.options(request(tmp_path))
    assert found.model == "ollama/coder" and found.strategy == "auto"
    by_name = {option.name: option for option in found.models}
    assert by_name["ollama/coder"].ready
    missing = by_name["local/qwen2.5-coder:0.5b"]
    assert not missing.ready and "synthd models pull" in missing.note
    strategies = {option.name: option.note for option in found.strategies}
    assert "seidr" in strategies and all(strategies.values())


async def test_what_is_picked_counts_where_nothing_else_is_named(
    engine: JobEngine, jobs: Any, tmp_path: Path
) -> None:
    await engine.choose("ollama/other", "")
    await engine.choose("", "rex")
    told = await engine.forecast(request(tmp_path))
    assert told is not None and (told.model, told.strategy) == ("ollama/other", "rex")
    said: list[Any] = []

    async def submitted(**more: Any) -> Any:
        number = len(jobs.told) + 1
        task = asyncio.create_task(engine.synthesize(request(tmp_path, **more), said.append))
        job = await jobs.some(number)
        job.change(state=State.CANCELLED)
        await task
        return job.spec.settings

    assert await submitted() == {"model": "ollama/other", "strategy": "rex"}
    settings = {"strategy": "seidr"}
    assert (await submitted(settings=settings))["strategy"] == "seidr"
    named = await submitted(settings=settings, strategy="mbr", model="openai/gpt-4o")
    assert named == {"model": "openai/gpt-4o", "strategy": "mbr"}


def test_a_file_that_is_none_of_ours_picks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state" / "picked.json"
    assert load(path) == Picked()
    keep(path, Picked("m", "s"))
    assert load(path) == Picked("m", "s")
    for text in ("", "[1]", '{"model": 7}', "\x00"):
        path.write_text(text)
        assert load(path) == Picked()
