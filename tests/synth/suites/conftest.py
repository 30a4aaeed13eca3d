"""Where the data sets are, and suites that are loaded once."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from synthd.synth.suites.catalog import load
from synthd.synth.suites.task import Suite

BESIDE = Path(__file__).parents[4] / "shared" / "datasets"


@pytest.fixture(scope="session")
def data() -> Path:
    """SYNTHD_DATASETS, or a folder beside the checkout; or a skip with the reason."""
    folder = Path(os.environ.get("SYNTHD_DATASETS") or BESIDE)
    if not (folder / "humaneval").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    return folder


@pytest.fixture(scope="session")
def suite(data: Path) -> Callable[[str], Suite]:
    return cache(lambda name: load(name, data))
