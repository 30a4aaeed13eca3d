"""The best score so far over what was spent, and what lessons did, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

_WIDTH, _HEIGHT = 380, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 16, 22, 38

Point = tuple[float, float]  # spent, the best score by then


def curve_svg(name: str, unit: str, points: Sequence[Point], total: float) -> str:
    """total: spent in all, which may be more than when the last program was judged."""
    most = _round(max([total, *(x for x, _ in points)], default=0.0))
    end = points[-1][1] if points else 0.0
    told = f"{name}: {end:.2f} at the end"
    return _drawn(name, told, unit, most, 1.0, _steps(points, total, most))


def line_svg(name: str, unit: str, points: Sequence[Point]) -> str:
    """From 0 up to the highest, whatever that is; what is no number is left out."""
    points = [(x, y) for x, y in points if math.isfinite(y)]
    if not points:
        return ""
    most = _round(max(x for x, _ in points))
    top = _round(max(y for _, y in points))
    places = [f"{_x(x, most):.1f} {_y(y / top):.1f}" for x, y in points]
    dots = "".join(f"M{place}h0" for place in places)
    told = f"{name}: {points[0][1]:.3g} first, {points[-1][1]:.3g} last"
    return _drawn(name, told, unit, most, top, f"M{'L'.join(places)}{dots}")


def _drawn(name: str, told: str, unit: str, most: float, top: float, path: str) -> str:
    """most, top: at the ends of the axes. told: the same for who does not see it."""
    frame = f"M{_LEFT} {_TOP}V{_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}"
    ticks = [_x_tick(most * part / 4, most) for part in range(5)]
    ticks += [_y_tick(part / 4, top) for part in range(5)]
    return (
        f'<svg class="curve" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{told}">\n'
        f'<text x="{_LEFT}" y="13">{name}</text>\n{"".join(ticks)}'
        f'<path class="axis" d="{frame}"/>\n'
        f'<path class="line" d="{path}"/>\n'
        f'<text class="tick" x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 4}" '
        f'text-anchor="middle">{unit}</text>\n</svg>'
    )


def _steps(points: Sequence[Point], total: float, most: float) -> str:
    """The curve keeps its height until a better program is judged."""
    if not points:
        return ""
    (x, y), *rest = points
    path = f"M{_x(x, most):.1f} {_y(y):.1f}"
    for x, y in rest:
        path += f"H{_x(x, most):.1f}V{_y(y):.1f}"
    return path + f"H{_x(total, most):.1f}"


def _x_tick(value: float, most: float) -> str:
    x = _x(value, most)
    return (
        f'<path class="grid" d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
        f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 14}" text-anchor="middle">'
        f"{value:g}</text>\n"
    )


def _y_tick(part: float, top: float) -> str:
    y = _y(part)
    value = f"{part:.2f}" if top == 1.0 else f"{part * top:.3g}".replace("e-0", "e-")
    return (
        f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
        f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>\n'
    )


def _x(value: float, most: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value / most if most else 0.0)


def _y(score: float) -> float:
    part = min(1.0, max(0.0, score)) if math.isfinite(score) else 0.0
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * part


def _round(most: float) -> float:
    """The next number that four ticks divide into round ones."""
    if not 0 < most < math.inf:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(most))
    return next(scale * step for step in (1, 2, 4, 6, 8, 10) if scale * step >= most)
