"""A report as Markdown: what goes into a paper's repository or an issue."""

from __future__ import annotations

import re

from synthd.daemon.bench.report.table import Table
from synthd.daemon.bench.report.values import Report

# What would be markup, or would end a cell.
_MARKUP = re.compile(r"([\\`*_\[\]<>|#~&])")


def markdown(report: Report, tables: tuple[Table, ...]) -> str:
    lines = [f"# {_plain(report.title)}", ""]
    lines += [f"- {_plain(line)}" for line in report.told]
    for table in tables:
        lines += ["", f"## {_plain(table.heading)}", "", *_table(table)]
        if table.note:
            lines += ["", _plain(table.note)]
    lines += ["", "## What was run", ""]
    lines += [f"- {_plain(what)}: {_plain(how)}" for what, how in report.settings.items()]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> list[str]:
    heads = [_plain(column.name) for column in table.columns]
    rules = ["---:" if column.number else "---" for column in table.columns]
    rows = [[_plain(cell) for cell in row] for row in table.rows]
    return [f"| {' | '.join(cells)} |" for cells in (heads, rules, *rows)]


def _plain(text: str) -> str:
    """Task ids, labels and errors are others' text."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
