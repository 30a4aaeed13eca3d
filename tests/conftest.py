"""What tests of every layer share: the real model's environment, and how often to repeat."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
import pytest

from synthd.daemon.weights import Store, find

SMALL = "qwen2.5-coder:0.5b"


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
    return os.environ.get("SYNTHD_SOAK") == "1"
