"""What a look at a text says of one of its functions. Light: imported where nothing is read yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthd.synth.source.flaws import Flaw

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outlined:
    """Lines count from 0: line is that of its `def` or `fn`, first that of its decorators; those of
    flaws count from first. examples: checks that it states (Rust: 1 where it promises something).
    text: all of it."""

    name: str
    line: int
    first: int
    last: int
    examples: int
    stub: bool
    text: str
    flaws: tuple[Flaw, ...] = ()

    @property
    def key(self) -> Key:
        """As long as this is the same, so is the function."""
        return self.name, self.text

    def holds(self, line: int) -> bool:
        return self.first <= line <= self.last
