"""The engine of `hf/…` with a tiny model whose weights are drawn by chance."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.engine import EngineSettings, Program

Engines = Callable[[], list[psutil.Process]]


@pytest.fixture(scope="session")
def settings(tiny_directory: Path) -> EngineSettings:
    pytest.importorskip("transformers", reason="the extra `train` is not installed")
    return EngineSettings(
        tiny_directory,
        str(tiny_directory),
        context=512,
        threads=1,
        program=Program.TRANSFORMERS,
        device="cpu",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model(settings: EngineSettings) -> AsyncIterator[EmbeddedModel]:
    """One for all tests of a file: to start it takes seconds of imports."""
    made = EmbeddedModel(settings)
    yield made
    await made.aclose()


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The engine processes that are ours."""

    def found() -> list[psutil.Process]:
        return [
            child
            for child in psutil.Process().children(recursive=True)
            if any("models.hf.child" in word for word in child.cmdline())
        ]

    return found
