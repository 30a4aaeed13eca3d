"""What lessons did to the weights: loss and KL after so many of them, of all searches of runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

from matplotlib import rc_context
from matplotlib.figure import Figure

from synthd.daemon.bench.report.plots import COLOURS
from synthd.daemon.traces.finding import SUFFIX, load
from synthd.synth.trace.records import Recorded
from synthd.synth.trace.tree import tree
from synthd.synth.tuning import Learned

Steps = Mapping[str, Sequence[Sequence[Learned]]]


def steps(runs: Iterable[Path]) -> Steps:
    """By method and learning rate, those of each search in their order."""
    found: dict[str, list[Sequence[Learned]]] = defaultdict(list)
    for run in runs:
        for path in sorted((run / "traces").rglob(f"*{SUFFIX}")):
            recorded = load(path)
            learned = [step for node in tree(recorded).nodes for step in node.fresh]
            if learned:
                found[_label(recorded)].append(learned)
    return dict(sorted(found.items()))


def drawn(found: Steps, path: Path) -> None:
    """Two panels: a line a method, its mean over the searches, and a band of all of them."""
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "lessons", "font.size": 9}):
        _figure(found).savefig(path, format="svg", facecolor="white", metadata={"Date": None})


def _figure(found: Steps) -> Figure:
    figure = Figure(figsize=(8.6, 3.2), layout="constrained")
    panels = figure.subplots(1, 2)
    for colour, (label, searches) in zip(COLOURS, found.items(), strict=False):
        for panel, name in zip(panels, ("loss", "kl"), strict=True):
            columns = _columns([[getattr(step, name) for step in one] for one in searches])
            places = range(1, len(columns) + 1)
            panel.plot(places, [fmean(one) for one in columns], color=colour, label=label)
            low, high = ([pick(one) for one in columns] for pick in (min, max))
            panel.fill_between(places, low, high, color=colour, alpha=0.15, linewidth=0)
    panels[0].set(xlabel="lesson", ylabel="loss of the lesson, nats a token", ylim=(0, None))
    panels[1].set(xlabel="lesson", ylabel="KL to the model's own, nats a token", yscale="log")
    panels[0].legend(frameon=False, fontsize=8)
    for panel in panels:
        panel.grid(alpha=0.2)
        panel.spines[["top", "right"]].set_visible(False)
    return figure


def _columns(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    """By lesson, of those searches that had so many."""
    longest = max(map(len, rows))
    return [[row[place] for row in rows if place < len(row)] for place in range(longest)]


def _label(recorded: Recorded) -> str:
    header = recorded.header
    rate = dict(header.parameters).get("lr")
    return f"{header.strategy}, lr {float(rate):g}" if rate else header.strategy
