"""Offsets of a text as lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """starts: the offset of each line's first character. A line ends with its "\\n"."""

    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Lines:
        return cls((0, *(found.end() for found in re.finditer("\n", text))))

    def line(self, offset: int) -> int:
        """1-based."""
        return bisect_right(self.starts, offset)

    def column(self, offset: int) -> int:
        """0-based, in characters."""
        return offset - self.starts[self.line(offset) - 1]
