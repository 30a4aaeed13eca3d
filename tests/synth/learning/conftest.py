"""Tests of what has weights: one thread each, as a small matrix gains nothing from more."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)
