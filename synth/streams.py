"""One random stream for each (seed, problem, node, purpose): parallel runs repeat exactly."""

from __future__ import annotations

import hashlib
from random import Random


def derived_seed(seed: int, *names: str) -> int:
    """A 31-bit number that depends on every argument and on nothing else."""
    text = "\x1f".join([str(seed), *names])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def stream(seed: int, *names: str) -> Random:
    return Random(derived_seed(seed, *names))
