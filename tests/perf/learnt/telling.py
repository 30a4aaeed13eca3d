"""A report's figures as a Markdown page with its plots beside, for docs."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Figures = Mapping[str, Any]
PLOTS = ("solved", "programs", "completion_tokens")


def page(told: Figures, report: Path, folder: Path, name: str, notes: Iterable[str] = ()) -> Path:
    """told: what `bench report --json` printed. report: its folder. Gives the page."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*notes, "", *_solved(told["figures"]), "", *_pairs(told), ""]
    for plot in PLOTS:
        for path in sorted(report.glob(f"{plot}-*.svg")):
            kept = folder / f"{name}-{plot}.svg"
            shutil.copyfile(path, kept)
            lines += [f"![{_TEXTS[plot]}]({kept.name})", ""]
    lines += _attempts(report)
    made = folder / f"{name}.md"
    made.write_text("\n".join(lines).strip() + "\n", "utf-8")
    return made


_TEXTS = {
    "solved": "Tasks solved, with 95 % intervals",
    "programs": "Tasks solved against attempts",
    "completion_tokens": "Tasks solved against completion tokens",
}


def _solved(figures: Sequence[Figures]) -> list[str]:
    rows = [
        (
            one["label"],
            str(len(one["tasks"])),
            str(one["searches"]),
            *_share(one["solved"]),
            *(f"{one['cost'][what] / one['searches']:.1f}" for what in _COSTS),
        )
        for one in figures
    ]
    head = ("", "tasks", "searches", "solved %", "95 %", "attempts", "calls", "tokens", "seconds")
    return _table(head, rows)


_COSTS = ("programs", "model_calls", "completion_tokens", "seconds")


def _pairs(told: Figures) -> list[str]:
    labels = {tuple(one["arm"].values()): one["label"] for one in told["figures"]}
    rows = [
        (
            labels[tuple(one["first"].values())],
            labels[tuple(one["second"].values())],
            str(one["found"]["tasks"] if "tasks" in one["found"] else one["tasks"]),
            f"{100 * one['found']['difference']['mean']:+.1f}",
            f"{100 * one['found']['difference']['low']:+.1f} to "
            f"{100 * one['found']['difference']['high']:+.1f}",
            "yes" if one["clear"] else "no",
        )
        for one in told["pairs"]
    ]
    return _table(("first", "second", "tasks", "first less second, points", "95 %", "clear"), rows)


def _attempts(report: Path) -> list[str]:
    """The table that the report has."""
    lines: list[str] = []
    for path in sorted(report.glob("attempts-*.csv")):
        rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
        lines += [*_table(rows[0], rows[1:]), ""]
    return lines


def _share(interval: Figures) -> tuple[str, str]:
    mean, low, high = (100 * interval[name] for name in ("mean", "low", "high"))
    return f"{mean:.1f}", f"{low:.1f} to {high:.1f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    align = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, align, *rows)]
