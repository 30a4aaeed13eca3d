"""Plots of a report, drawn by matplotlib (the extra synthd[bench]).

Colours are those of Okabe and Ito (2008), which differ with any kind of colour vision; lines differ
in their dashes, too, and an oracle's are dotted.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synthd.daemon.bench.report.values import Axis, Curve, Figures, Report
from synthd.synth.metrics.curves import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HOW = "Plots are drawn by matplotlib: pip install 'synthd[bench]', and make the report again."
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")
_DASHES = ((), (6, 2), (2, 2), (8, 2, 2, 2), (4, 1, 1, 1, 1, 1))
_ORACLE = (1, 2)
# In the SVG it becomes currentColor, which follows the page from light to dark.
_INK = "#010203"
_UNITS = {
    Axis.ATTEMPTS: "attempts (programs judged) of a search, at most",
    Axis.TOKENS: "completion tokens of a search, at most",
    Axis.CALLS: "model calls of a search, at most",
    Axis.SECONDS: "seconds of a search, at most",
    Axis.MONEY: "US dollars of a search, at most",
}
_TITLES = {
    Axis.ATTEMPTS: "Solved against attempts",
    Axis.TOKENS: "Solved against tokens",
    Axis.CALLS: "Solved against model calls",
    Axis.SECONDS: "Solved against seconds",
    Axis.MONEY: "Solved against money",
}


@dataclass(frozen=True, slots=True)
class Plot:
    """name: for files. text: what it shows, for those who cannot see it."""

    name: str
    run: str
    suite: str
    title: str
    text: str
    draw: Callable[[Axes], None]
    height: float = 3.2


@dataclass(frozen=True, slots=True)
class Drawn:
    plot: Plot
    svg: str


def available() -> bool:
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def plots(report: Report) -> tuple[Plot, ...]:
    """Of every suite of every run, those that there is something to show in."""
    places = dict.fromkeys((one.arm.run, one.arm.suite) for one in report.figures)
    return tuple(
        plot for run, suite in places for plot in _of_suite(report.of(run, suite), run, suite)
    )


def svg(plot: Plot) -> str:
    """An element of its own, whose ink is the page's text colour."""
    text = io.StringIO()
    with _drawn(plot) as figure:
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    whole = text.getvalue()
    return whole[whole.index("<svg") :].replace(_INK, "currentColor")


def png(plot: Plot) -> bytes:
    held = io.BytesIO()
    with _drawn(plot) as figure:
        figure.savefig(held, format="png", dpi=200, facecolor="white")
    return held.getvalue()


def standing_svg(plot: Plot) -> str:
    """A file: black on white."""
    text = io.StringIO()
    with _drawn(plot) as figure:
        figure.savefig(text, format="svg", facecolor="white", metadata={"Date": None})
    return text.getvalue()


@contextmanager
def _drawn(plot: Plot) -> Iterator[Figure]:
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": plot.name,
        "text.parse_math": False,  # labels are users': a $ is a dollar
        "font.family": "sans-serif",
        "font.size": 9,
        **{f"{what}.color": _INK for what in ("text", "xtick", "ytick")},
        "axes.labelcolor": _INK,
        "axes.edgecolor": _INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "legend.frameon": False,
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # Of letters that the font lacks: in an SVG the reader's fonts have them.
        warnings.simplefilter("ignore", UserWarning)
        figure = Figure(figsize=(5.4, plot.height), layout="constrained")
        axes = figure.subplots()
        axes.grid(color=_INK, alpha=0.12, linewidth=0.6)
        plot.draw(axes)
        yield figure


def _of_suite(figures: Sequence[Figures], run: str, suite: str) -> list[Plot]:
    def made(name: str, title: str, text: str, draw: Callable[[Axes], None], height: float) -> Plot:
        whole = "-".join(part for part in (name, run, suite) if part)
        return Plot(whole, run, suite, title, text, draw, height)

    bars = 0.9 + 0.34 * len(figures)
    shown = "; ".join(f"{_name(one, figures)} {100 * one.solved.mean:.1f} %" for one in figures)
    found = [
        made("solved", "Tasks solved", shown, lambda axes: _solved(axes, figures), max(2.0, bars))
    ]
    if any(one.selector for one in figures):
        text = "Of results that the visible checks accept, the share that held-out tests pass"
        found.append(
            made(
                "selector", "Selector precision", text, lambda a: _selector(a, figures), bars + 0.4
            )
        )
    for axis in Axis:
        curves = [(one, curve) for one in figures for curve in one.curves if curve.axis is axis]
        if any(curve.points[-1].x for _, curve in curves):
            text = f"Share of tasks solved by searches that cost so much or less: {_UNITS[axis]}"
            found.append(made(axis.value, _TITLES[axis], text, _curves(figures, curves, axis), 3.4))
    if any(len(one.turns) > 1 for one in figures):
        text = "Share of tasks solved by the first so many turns"
        found.append(made("turns", "Solved by turn", text, lambda a: _turns(a, figures), 3.4))
    return found


def _solved(axes: Axes, figures: Sequence[Figures]) -> None:
    _bars(axes, figures, [(one.solved.mean, one.solved.low, one.solved.high) for one in figures])
    axes.set_xlabel("tasks solved, % (bar: 95 % interval over tasks)")


def _selector(axes: Axes, figures: Sequence[Figures]) -> None:
    own = [one for one in figures if one.selector]
    shares = [(s.mean, s.low, s.high) for one in own if (s := one.selector)]
    _bars(axes, figures, shares, own)
    axes.set_xlabel("of results that visible checks accept, right ones, %\n(bar: Wilson's 95 %)")


def _bars(
    axes: Axes,
    figures: Sequence[Figures],
    shares: Sequence[tuple[float, float, float]],
    own: Sequence[Figures] | None = None,
) -> None:
    """The best on top is the first of the table: the order stays the experiment's."""
    own = figures if own is None else own
    for place, (one, (mean, low, high)) in enumerate(zip(own, shares, strict=True)):
        colour, _ = _style(one, figures)
        axes.barh(
            place,
            100 * mean,
            color=colour,
            alpha=0.35,
            height=0.62,
            linewidth=0,
            hatch="///" if one.oracle else None,
        )
        axes.errorbar(
            100 * mean,
            place,
            xerr=[[100 * (mean - low)], [100 * (high - mean)]],
            fmt="o",
            markersize=4,
            color=colour,
            ecolor=colour,
            capsize=3,
        )
        axes.annotate(
            f"{100 * mean:.1f}",
            (100 * high, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(own)), [_name(one, figures) for one in own])
    axes.invert_yaxis()
    axes.set_xlim(0, 108)
    axes.set_xticks(range(0, 101, 20))
    axes.grid(visible=False, axis="y")


def _curves(
    figures: Sequence[Figures], curves: Sequence[tuple[Figures, Curve]], axis: Axis
) -> Callable[[Axes], None]:
    def draw(axes: Axes) -> None:
        for one, curve in curves:
            _line(axes, one, figures, curve.points)
        axes.set_xlabel(_UNITS[axis])
        axes.set_xlim(left=0)
        _shares(axes)

    return draw


def _turns(axes: Axes, figures: Sequence[Figures]) -> None:
    from matplotlib.ticker import MaxNLocator

    longest = max(len(one.turns) for one in figures)
    for one in figures:
        if one.turns:
            last = one.turns[-1]
            rest = tuple(Point(x, last.solved) for x in range(len(one.turns) + 1, longest + 1))
            _line(axes, one, figures, (*one.turns, *rest))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("turn of the result, at most (1: a draft)")
    _shares(axes)


def _line(axes: Axes, one: Figures, figures: Sequence[Figures], points: Sequence[Point]) -> None:
    colour, dashes = _style(one, figures)
    # A step that rises at the very end is seen to go on.
    points = (*points, Point(1.03 * points[-1].x, points[-1].solved))
    xs = [point.x for point in points]
    low, mean, high = (
        [100 * value for value in values]
        for values in zip(
            *((p.solved.low, p.solved.mean, p.solved.high) for p in points), strict=True
        )
    )
    axes.step(
        xs,
        mean,
        where="post",
        color=colour,
        dashes=dashes,
        linewidth=1.8,
        label=_name(one, figures),
    )
    axes.fill_between(xs, low, high, step="post", color=colour, alpha=0.09, linewidth=0)


def _shares(axes: Axes) -> None:
    axes.set_ylabel("tasks solved, % (band: 95 %)")
    axes.set_ylim(0, None)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2), ncols=3, fontsize=8, handlelength=2.6)


def _style(one: Figures, figures: Sequence[Figures]) -> tuple[str, tuple[int, ...]]:
    place = [each.arm for each in figures].index(one.arm)
    dashes = _ORACLE if one.oracle else _DASHES[place // len(COLOURS) % len(_DASHES)]
    return COLOURS[place % len(COLOURS)], dashes


def _name(one: Figures, figures: Sequence[Figures]) -> str:
    several = len({each.arm.model for each in figures}) > 1
    return f"{one.label}, {one.arm.model}" if several else one.label
