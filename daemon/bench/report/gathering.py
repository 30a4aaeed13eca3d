"""Reads records once, one after the other, into columns for each arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.report.columns import Arm, Columns, Words

_LONGEST = 200


@dataclass(slots=True)
class Gathered:
    """excluded: of each suite the tasks that were met and left out as asked."""

    arms: dict[Arm, Columns] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    excluded: dict[str, set[str]] = field(default_factory=dict)
    _tasks: dict[str, Words] = field(default_factory=dict)
    _outcomes: Words = field(default_factory=Words)
    _stops: Words = field(default_factory=Words)

    def add(
        self,
        run: str,
        records: Iterable[Record],
        exclude: Mapping[str, Container[str]] | None = None,
    ) -> None:
        """records: of each key at most one sample, as the run's folder gives them, and every
        `infra` line. exclude: of each suite the tasks that count for nothing here."""
        left_out = exclude or {}
        last: tuple[str, str, str] | None = None
        columns: Columns | None = None
        for record in records:
            suite = record.suite
            if record.task in left_out.get(suite, ()):
                self.excluded.setdefault(suite, set()).add(record.task)
                continue
            place = (suite, record.strategy, record.model)
            if columns is None or place != last:
                columns, last = self._columns(Arm(run, *place)), place
            if record.kind is Kind.INFRA or record.passed is None:
                columns.infra += 1
                self.errors[record.error[:_LONGEST]] += 1
            else:
                columns.add(record)

    def _columns(self, arm: Arm) -> Columns:
        found = self.arms.get(arm)
        if found is None:
            tasks = self._tasks.setdefault(arm.suite, Words())
            found = Columns(arm, tasks, self._outcomes, self._stops)
            self.arms[arm] = found
        return found
