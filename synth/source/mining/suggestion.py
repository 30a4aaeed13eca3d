"""What is offered to the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    TEST = "test"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """example: a doctest, `>>> roman(4)` and on the next line `'IV'`. origin: file and line, such
    as `tests/test_shop.py:12`, from the workspace."""

    example: str
    origin: str
    kind: Kind
