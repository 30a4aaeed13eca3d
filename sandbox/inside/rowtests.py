"""Calls with given arguments, and what each should give: by a rule, by a reference, or unjudged."""

from __future__ import annotations

from typing import Any

from synthd.sandbox.inside import rules
from synthd.sandbox.inside.decode import Decoder
from synthd.sandbox.inside.lines import Nowhere, asked, call_of, nothing
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.peer import Peer
from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.report import shown
from synthd.sandbox.inside.tally import Tally, outcome_of
from synthd.sandbox.inside.telling import describe
from synthd.sandbox.inside.wire import Frame, Op


class RowTests:
    def __init__(self, order: dict[str, Any], names: Names) -> None:
        """Raises ValueError for arguments that are not plain values."""
        self._names = names
        self._peer = Peer(Nowhere(), names, nothing)
        self._given = [self._value(cell) for cell in order["rows"]]
        self._calls = [call_of(order["entry"], False, args, {}) for args in self._given]
        self._rule: list[Any] = order["rule"]
        self.expected: list[Any] | None = None
        if order["expected"] is not None:
            self.expected = [self._value(cell) for cell in order["expected"]]

    @property
    def declared(self) -> int:
        return len(self._calls)

    def asked(self) -> bytes:
        return asked(self._calls)

    def learn(self, answers: list[Frame], ended: dict[str, Any]) -> str:
        """Take the reference's answers as what is expected; why that cannot be, if so."""
        found: list[Any] = []
        self._peer = Peer(Nowhere(), self._names, nothing)
        for index in range(len(self._calls)):
            try:
                found.append(self._answer(index, answers, ended))
            except Exception as error:
                found.append(error)
            except Stop as stop:
                return f"the reference does not answer row {index + 1}: {stop.detail}"
        self.expected = found
        return ""

    def judge(self, answers: list[Frame], ended: dict[str, Any]) -> Tally:
        assert self.expected is not None
        tally = Tally(self.declared)
        self._peer = Peer(Nowhere(), self._names, nothing)  # no program's objects are another's
        for index, expected in enumerate(self.expected):
            outcome, got, detail = "pass", None, ""
            try:
                got = self._answer(index, answers, ended)
            except Exception as error:
                outcome, detail = "runtime_error", describe(error)
                got = error
            except Stop as stop:
                outcome, detail = stop.outcome, stop.detail
            if isinstance(expected, Exception):
                outcome = "pass" if type(got) is type(expected) else "fail"
            elif outcome == "pass":
                outcome, detail = _decided(self._rule, got, expected)
            if outcome == "pass":
                tally.passes()
                continue
            told = "" if isinstance(got, Exception) or outcome != "fail" or detail else shown(got)
            name = f"row {index + 1}"
            executed = index < len(answers)
            tally.fails(
                name, outcome, *self._texts(index, expected), told, detail, executed=executed
            )
        return tally

    def values(self, answers: list[Frame]) -> list[str]:
        """As they came, for whoever judges them elsewhere."""
        return [a.payload.decode("ascii", "replace") for a in answers if a.op == Op.RESULT]

    def _answer(self, index: int, answers: list[Frame], ended: dict[str, Any]) -> Any:
        """Raises what the program raised, or Stop."""
        if index >= len(answers):
            outcome, detail = outcome_of(ended)
            raise Stop(outcome, detail if index == len(answers) else "not reached: " + detail)
        answer = answers[index]
        if answer.op != Op.RESULT or answer.number != index + 1:
            raise Stop("fail", "an answer that is none: it asks for something")
        return self._peer.accept(answer.payload, [])

    def _value(self, cell: Any) -> Any:
        decoder = Decoder(self._names, _no_token, _no_token, cell["nodes"])
        return decoder.roots([cell["root"]])[0]

    def _texts(self, index: int, expected: Any) -> tuple[str, str]:
        wanted = describe(expected) if isinstance(expected, Exception) else shown(expected)
        return shown(self._given[index]), wanted


def _no_token(_: Any) -> Any:
    raise ValueError("no such value in a row")


def _decided(rule: list[Any], got: Any, expected: Any) -> tuple[str, str]:
    """(outcome, detail); what stayed in the candidate's process can be compared with nothing."""
    name, absolute, relative = rule
    try:
        held = rules.holds(name, absolute, relative, got, expected)
        return ("pass", "") if held else ("fail", _unshowable(got))
    except Stop as stop:
        return stop.outcome, stop.detail


def _unshowable(got: Any) -> str:
    try:
        shown(got)
    except Stop:
        return "it holds an object that stayed in the candidate's process"
    return ""
