"""Suites that are loaded once, and searches by models that say what they are told to."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from synthd.daemon.bench.case import BenchSuite, Case, Found, Score, Sought, Tools
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.isolating import isolation
from synthd.daemon.settings import LimitSettings
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.synth.budget import Budget
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.strategies import registry

BESIDE = Path(__file__).parents[5] / "shared" / "datasets"


@pytest.fixture(scope="session")
def data() -> Path:
    """SYNTHD_DATASETS, or a folder beside the checkout; or a skip with the reason."""
    folder = Path(os.environ.get("SYNTHD_DATASETS") or BESIDE)
    if not (folder / "humaneval").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    return folder


@pytest.fixture(scope="session")
def suite(data: Path) -> Callable[[str], BenchSuite]:
    return cache(lambda name: catalogue.load(name, data, {}))


class InTurn(ScriptedModel):
    """Its searches do one thing at a time, as those of a benchmark do."""

    in_turn = True


@dataclass(slots=True)
class Bench:
    """What searches of one test share. asked: every prompt, as one text each."""

    tools: Tools
    asked: list[str] = field(default_factory=list)

    async def search(
        self,
        case: Case,
        answers: Sequence[str] | Callable[[str], str],
        strategy: str = "best-of-n",
        parameters: Mapping[str, str | int | float | bool] | None = None,
        programs: int = 3,
    ) -> Found:
        """answers: in turn, the last one again and again; or from the prompt."""

        def say(prompt: Prompt, _: Sampling, call: int) -> str:
            text = "\n".join(message.content for message in prompt)
            self.asked.append(text)
            if callable(answers):
                return answers(text)
            return answers[min(call, len(answers) - 1)]

        given = parameters or {}
        sought = Sought(
            model=InTurn(say, slots=1),
            strategy=registry.build(strategy, given),
            strategy_name=strategy,
            budget=Budget(programs, 600.0, 50_000, 5_000),
            seed=1,
            extraction=registry.extraction(strategy, given),
        )
        return await case.search(sought, self.tools)

    async def score(self, case: Case, program: str) -> Score:
        return await case.score(program, self.tools)


@pytest.fixture
def bench(tmp_path: Path) -> Callable[[], object]:
    """Opens what searches need, in a folder that is empty at first."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Bench]:
        detection = await isolation(unsafe=False)
        folder = tmp_path / "tools"
        folder.mkdir()
        async with JudgePool.open(None, detection, Limits(), workers=1) as pool:
            yield Bench(Tools(pool, detection, LimitSettings(), folder))

    return opened
