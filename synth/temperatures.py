"""A schedule of temperatures for several outputs of one prompt (SEIDR)."""

from __future__ import annotations

from collections.abc import Iterator


def climbing(wanted: int, heat: float, batch: int) -> Iterator[float]:
    """For `wanted` outputs: never 0 for more than one, climbing to `heat`.

    One output starts at 0; for more, k = ⌊n/b⌋ + 1 steps of heat/k, the first at one step, b
    outputs at each.
    """
    if wanted <= 1:
        yield from [0.0] * wanted
        return
    step = heat / (wanted // batch + 1)
    for index in range(wanted):
        # A series that would pass `heat` starts over: it never gets hotter.
        steps = max(1, round(heat / step))
        yield min(heat, step * (index // batch % steps + 1))
