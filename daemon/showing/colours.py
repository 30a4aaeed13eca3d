"""A score as a colour. Dark blue to light yellow, as in the map cividis: it reads the same with
any kind of colour vision, and in grey. A colour never stands alone: the number is beside it."""

from __future__ import annotations

import math

_STOPS = ("#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838")


def score_colour(score: float) -> str:
    """The nearest of the stops on both sides, mixed."""
    place = (min(1.0, max(0.0, score)) if math.isfinite(score) else 0.0) * (len(_STOPS) - 1)
    low = min(int(place), len(_STOPS) - 2)
    share = place - low
    pairs = zip(_parts(_STOPS[low]), _parts(_STOPS[low + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
