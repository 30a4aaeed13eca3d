"""What tests of every layer share: the real model's environment, and how often to repeat."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
import pytest
from hypothesis import settings

from synthd.daemon.weights import Store, find

SMALL = "qwen2.5-coder:0.5b"
SOAK = os.environ.get("SYNTHD_SOAK") == "1"

# Properties that name no number of their own try this many examples.
settings.register_profile("short", max_examples=60, deadline=None)
settings.register_profile("soak", max_examples=3000, deadline=None)
settings.load_profile("soak" if SOAK else "short")


@pytest.fixture(scope="session")
def weights() -> Mapping[str, str]:
    """The environment in which synthd finds the 0.5B weights, or a skip with the reason."""
    folder = Path(
        os.environ.get("SYNTHD_TEST_WEIGHTS_DIR")
        or platformdirs.user_data_path("synthd") / "models"
    )
    if not Store(folder).has(find(SMALL)):
        pytest.skip(f"no {SMALL} weights in {folder}: run `synthd models pull {SMALL}`")
    return {"SYNTHD_MODELS_DIR": str(folder), "SYNTHD_MODEL": f"local/{SMALL}"}


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether the repeating tests run with their full counts."""
    return SOAK


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every property is worth repeating: `make soak` runs them all with full counts."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.soak)
