"""Weights of embedded models: which there are, where they lie, how to get them."""

from __future__ import annotations

from pathlib import Path

from synthd.daemon.weights.catalogue import CATALOGUE, Weights, find
from synthd.daemon.weights.errors import PullError
from synthd.daemon.weights.progress import Phase, PullProgress, Sources, Tell
from synthd.daemon.weights.pulling import pull
from synthd.daemon.weights.store import Store

__all__ = [
    "CATALOGUE",
    "Phase",
    "PullError",
    "PullProgress",
    "Sources",
    "Store",
    "Tell",
    "Weights",
    "find",
    "installed",
    "pull",
]


def installed(directory: Path) -> list[Weights]:
    """The preferred ones first."""
    return Store(directory).installed()
