"""A table as CSV (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
import io

from synthd.daemon.bench.report.table import Table


def separated(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(table.rows)
    return text.getvalue()
