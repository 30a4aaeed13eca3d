"""The record of one candidate's checks, complete or cut short."""

from __future__ import annotations

import json

from synthd.sandbox.checks import CaseReport, Outcome, Unit
from synthd.sandbox.inside.wire import Frame, Op


class Trial:
    def __init__(self, units: tuple[Unit, ...]) -> None:
        self._units = units
        self._cases: dict[str, dict[str, CaseReport]] = {unit.id: {} for unit in units}
        self._ended: set[str] = set()
        self._abandoned: tuple[Outcome, str] | None = None

    def note(self, frame: Frame) -> None:
        body = json.loads(frame.payload)
        if frame.op == Op.UNIT and "calls" not in body:
            self._ended.add(body["unit"])
        elif frame.op == Op.CASE:
            unit, name, outcome, given, expected, got, detail = body
            case = CaseReport(name, Outcome(outcome), given, expected, got, detail)
            cases = self._cases.setdefault(unit, {})
            cases[_free(name, cases)] = case

    def abandon(self, outcome: Outcome, detail: str) -> None:
        """The checks that have not ended come to nothing else any more."""
        self._abandoned = (outcome, detail)

    @property
    def complete(self) -> bool:
        return all(unit.id in self._ended for unit in self._units)

    @property
    def error(self) -> str:
        """Why this is no verdict, if it is none."""
        if self._abandoned is not None:
            outcome, detail = self._abandoned
            return detail if outcome is Outcome.INFRA_ERROR else ""
        return "" if self.complete else "not every check was run"

    def cases(self) -> tuple[CaseReport, ...]:
        """In the order of the checks; a check without a result gets the reason as its case."""
        outcome, detail = self._abandoned or (Outcome.INFRA_ERROR, "it was not run")
        found: list[CaseReport] = []
        for unit in self._units:
            found += self._cases[unit.id].values()
            if unit.id not in self._ended:
                found.append(CaseReport(unit.id, outcome, unit.input.strip(), detail=detail))
        return tuple(found)


def _free(name: str, taken: dict[str, CaseReport]) -> str:
    """Two asserts on one line are two cases."""
    number, free = 1, name
    while free in taken:
        number, free = number + 1, f"{name}#{number + 1}"
    return free
