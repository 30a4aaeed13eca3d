"""A report as JSON: what `bench report --json` and `bench compare --json` print."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from synthd.daemon.bench.record import SCHEMA
from synthd.daemon.bench.report.comparing import Compared
from synthd.daemon.bench.report.values import Figures, Report


def report_json(report: Report, compared: Compared | None = None, **other: Any) -> str:
    return json.dumps(
        {
            "schema": SCHEMA,
            "title": report.title,
            "told": list(report.told),
            "figures": [_figures(one) for one in report.figures],
            "pairs": [
                {**asdict(pair), "tasks": pair.found.tasks, "clear": pair.found.clear}
                for pair in report.pairs
            ],
            "suites": [asdict(one) for one in report.suites],
            "errors": [asdict(one) for one in report.errors],
            "settings": dict(report.settings),
            **({"compared": compared_facts(compared)} if compared else {}),
            **other,
        }
    )


def compared_facts(compared: Compared) -> dict[str, Any]:
    facts = asdict(compared)
    for name, changes in (("regressions", compared.regressions), ("gains", compared.gains)):
        facts[name] = [{**asdict(one), "gap": one.gap} for one in changes]
    return facts


def _figures(one: Figures) -> dict[str, Any]:
    """Curves are in curves.csv."""
    facts = asdict(one)
    del facts["curves"]
    return {**facts, "label": one.label, "turns": [asdict(point) for point in one.turns]}
