"""The tools of a process that searches, and scripted searches of one question."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.case import BenchSuite, Found, Sought, Tools
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.settings import LimitSettings
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.synth.budget import Budget
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.strategies import registry

BESIDE = Path(__file__).parents[6] / "shared" / "datasets"


@pytest.fixture(scope="session")
def data() -> Path:
    """SYNTHD_DATASETS, or a folder beside the checkout; or a skip with the reason."""
    folder = Path(os.environ.get("SYNTHD_DATASETS") or BESIDE)
    if not (folder / "gsm8k").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    return folder


@pytest.fixture(scope="session")
def suite(data: Path) -> Callable[[str], BenchSuite]:
    return lambda name: catalogue.load(name, data, {})


@pytest.fixture
async def tools(tmp_path: Path) -> AsyncIterator[Tools]:
    detection = await detect()
    if detection.level is Level.NONE:
        pytest.skip(f"no isolation here: {detection.reasons}")
    async with JudgePool.open(None, detection, Limits(), workers=1) as pool:
        one = Tools(pool, detection, LimitSettings(), tmp_path)
        yield one
        await one.opened.aclose()


@pytest.fixture
def searched(tools: Tools) -> Callable[..., Any]:
    """A search whose model says these texts in turn, one at a time."""

    async def search(
        case: Any, texts: list[str], name: str, tokens: int = 4000, **parameters: Any
    ) -> Found:
        model = ScriptedModel(lambda prompt, sampling, call: texts[call % len(texts)], slots=1)
        strategy = registry.build(name, parameters)
        budget = Budget(programs=30, seconds=60, tokens=tokens, tokens_per_call=500)
        return await case.search(Sought(model, strategy, name, budget, seed=0), tools)

    return search
