"""How a strategy declares a hyperparameter: a field with a default and what it means."""

from __future__ import annotations

from dataclasses import field
from typing import TypeVar

T = TypeVar("T")


def parameter(default: T, meaning: str, *, most: float | None = None) -> T:
    """A dataclass' field. most: the greatest value that users may give."""
    limits = {} if most is None else {"most": most}
    return field(default=default, metadata={"meaning": meaning, **limits})
