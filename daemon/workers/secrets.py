"""Keeps the values of a job's secret variables out of what is kept of its search."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

from synthd.synth.models.scrub import HIDDEN, SECRET_NAME, SHORTEST


def _values() -> tuple[str, ...]:
    """As they are written in JSON, the longest first."""
    named = (value for name, value in os.environ.items() if SECRET_NAME.search(name))
    found = {json.dumps(value)[1:-1] for value in named if len(value) >= SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Secrets:
    values: tuple[str, ...] = field(default_factory=_values, repr=False)

    def hidden(self, line: str) -> str:
        """A line of JSON without them. A prompt has one in it where the user's file has."""
        for value in self.values:
            line = line.replace(value, HIDDEN)
        return line
