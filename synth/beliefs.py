"""What is known of choices that can be made again and again: Thompson sampling, each by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

FLAT = 0.25  # no belief is certain
Choice = TypeVar("Choice")


@dataclass(slots=True)
class Belief:
    """Whether a choice pays."""

    gains: float = 0.0
    losses: float = 0.0

    def draw(self, random: Random, prior: float = 0.5, weight: float = 2.0) -> float:
        """prior: what is expected at first; weight: as if so many had been tried with that."""
        gains, losses = weight * prior + self.gains, weight * (1 - prior) + self.losses
        return random.betavariate(FLAT + gains, FLAT + losses)


@dataclass(slots=True)
class Beliefs:
    """By choice: anything with a hash."""

    _known: dict[object, Belief] = field(default_factory=dict)

    def of(self, choice: object) -> Belief:
        return self._known.setdefault(choice, Belief())

    def likeliest(self, choices: Iterable[Choice], random: Random) -> Choice:
        """The one whose draw is the largest."""
        return max(choices, key=lambda choice: self.of(choice).draw(random))

    def learn(self, choices: Iterable[object], gain: float, loss: float) -> None:
        for belief in map(self.of, choices):
            belief.gains += gain
            belief.losses += loss
