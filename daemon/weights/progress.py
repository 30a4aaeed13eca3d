"""What a pull tells while it goes on, and where it may go."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Phase(StrEnum):
    WAITING = "waiting"  # for another pull of the same weights
    HUB = "hub"
    MIRROR = "mirror"
    VERIFYING = "verifying"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PullProgress:
    """note is a sentence when something is worth telling, else empty."""

    phase: Phase
    done: int
    total: int
    note: str = ""


Tell = Callable[[PullProgress], None]


def free_space(directory: Path) -> int:
    return shutil.disk_usage(directory).free


@dataclass(frozen=True, slots=True)
class Sources:
    """hub: its address, or None for the one that huggingface_hub is set to.

    pip: variables set for pip in addition to ours (which name the user's own index).
    """

    hub: str | None = None
    pip: Mapping[str, str] = field(default_factory=dict)
    free: Callable[[Path], int] = free_space
