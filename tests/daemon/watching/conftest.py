"""Files in a workspace, certificates about them, and what is watched: as the daemon has it."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.certificate import text_sha256
from synthd.daemon.jobs.store.store import open_store
from synthd.daemon.watching.watching import Watching, open_watching
from synthd.synth.source.context import stub_text
from synthd.synth.source.splice import render
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText

SOON = 20.0


async def soon(true: Callable[[], object]) -> None:
    """Until it holds; what is watched is seen when it is seen."""
    async with asyncio.timeout(SOON):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class House:
    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config" / "config.toml"

    def write(self, name: str, text: str) -> Path:
        """As editors save: another file takes its place."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(text)
        os.replace(fresh, path)
        return path

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root / "home"),
            "XDG_STATE_HOME": str(self.root / "state"),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "XDG_CONFIG_HOME": str(self.root / "config-home"),
            "XDG_DATA_HOME": str(self.root / "data"),
            "SYNTHD_MODELS_DIR": str(self.root / "weights"),
            **more,
        }

    def watching(self, **more: str) -> AbstractAsyncContextManager[Watching]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Watching]:
            async with (
                open_store(self.root / "jobs") as store,
                open_watching(store, self.environment(**more), self.config) as watching,
            ):
                yield watching

        return opened()


def report_of(path: Path, function: str, python: str = "") -> dict[str, Any]:
    """As a search says it of what stands in the file."""
    source = SourceText.load(path)
    target = find(source, function)
    return {
        "status": "verified",
        "function": function,
        "certificate": {
            "schema": 1,
            "function": function,
            "code_sha256": text_sha256(render(source, target)),
            "spec_sha256": text_sha256(stub_text(source, target)),
            "checks_sha256": "0",
            "file_sha256": hashlib.sha256(source.raw).hexdigest(),
            "grade": "examples",
            "judge": {"synthd": "", "python": python},
        },
    }


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(name="soon")
def _soon() -> Callable[..., Any]:
    return soon


@pytest.fixture(name="report_of")
def _report_of() -> Callable[..., dict[str, Any]]:
    return report_of
