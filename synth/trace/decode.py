"""From lines of JSON to a search. What a newer synthd adds is left out, not refused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    ProofCounts,
    Verdict,
)
from synthd.synth.budget import Budget, Usage
from synthd.synth.events import Answered, Asked, Observed, Pruned, Tried
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Message
from synthd.synth.trace.choice import choice
from synthd.synth.trace.fields import Damaged, Fields
from synthd.synth.trace.records import (
    SCHEMA,
    End,
    Entry,
    Header,
    Record,
    Recorded,
    Scalar,
    Told,
    VisibleCheck,
)
from synthd.synth.trace.tuned import tuned

KINDS = ("run", "asked", "tuned", "answered", "tried", "observed", "chose", "pruned", "end")


class NotATrace(Exception):
    """The text holds no trace that this synthd reads. str() is for the user."""


def decode(lines: Iterable[str]) -> Recorded:
    """A whole trace; a last line that was cut is as if it had never begun. Raises NotATrace."""
    reader = Decoder()
    header: Header | None = None
    entries: list[Entry] = []
    end: End | None = None
    damaged = 0
    for text in lines:
        if not text.endswith("\n"):
            break  # torn: whoever wrote it was stopped
        try:
            match reader.record(text):
                case Header() as found:
                    header = header or found
                case Entry() as entry:
                    entries.append(entry)
                case End() as found_end:
                    end = found_end
        except Damaged:
            damaged += 1
        if header is None:
            raise NotATrace("it does not begin with the line of a run")
    if header is None:
        raise NotATrace("it holds no whole line")
    return Recorded(header, tuple(entries), end, damaged)


@dataclass(slots=True)
class Decoder:
    """Reads line by line; programs know the parents that stand above them."""

    _tried: dict[str, Attempt] = field(default_factory=dict)

    def record(self, line: str) -> Record | None:
        """None for a kind that this version does not know. Raises Damaged and NotATrace."""
        try:
            fields = Fields.of(json.loads(line))
        except (ValueError, RecursionError):
            raise Damaged("not JSON") from None
        kind = fields.text("kind")
        if kind == "run":
            return _header(fields)
        if kind == "end":
            return _end(fields)
        if kind not in KINDS:
            return None
        return Entry(fields.number("at"), self._event(kind, fields))

    def _event(self, kind: str, fields: Fields) -> Told:
        if kind == "asked":
            return _asked(fields)
        if kind == "answered":
            return _answered(fields)
        if kind == "tuned":
            return tuned(fields)
        if kind == "observed":
            seen = tuple(_observation(row) for row in fields.objects("observations"))
            return Observed(fields.text("node"), seen)
        if kind == "chose":
            return choice(fields)
        if kind == "pruned":
            return Pruned(fields.text("node"))
        candidate = self._candidate(fields.below("candidate"))
        attempt = Attempt(candidate, _evaluation(fields.below("evaluation")))
        self._tried[candidate.node] = attempt
        return Tried(attempt, fields.integer("programs"))

    def _candidate(self, fields: Fields) -> Candidate:
        return Candidate(
            code=fields.text("code"),
            parent=self._tried.get(fields.text("parent")) if fields.has("parent") else None,
            node=fields.text("node"),
            completion=fields.text("completion"),
            temperature=fields.number("temperature"),
            seed=fields.integer("seed"),
            extraction=fields.member("extraction", Extraction),
            note=fields.text("note"),
            logprobs=fields.numbers("logprobs") if fields.has("logprobs") else None,
            pieces=fields.texts("pieces"),
            program=fields.text("program") if fields.has("program") else "",
        )


def _header(fields: Fields) -> Header:
    schema = fields.integer("schema")
    if schema != SCHEMA:
        raise NotATrace(f"its schema is {schema}, and this synthd reads {SCHEMA}: update synthd")
    return Header(
        run=fields.text("run"),
        started=fields.text("started"),
        target=fields.text("target"),
        problem=fields.text("problem"),
        statement_sha256=fields.text("statement_sha256"),
        checks=tuple(
            VisibleCheck(row.text("id"), row.text("given"), row.text("expected"))
            for row in fields.objects("checks")
        ),
        strategy=fields.text("strategy"),
        parameters=tuple(
            (name, _scalar(value)) for name, value in fields.below("parameters").row.items()
        ),
        model=fields.text("model"),
        endpoint=fields.text("endpoint"),
        identity=fields.text("identity"),
        seed=fields.integer("seed"),
        budget=_budget(fields.below("budget")),
        synthd=fields.text("synthd"),
    )


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise Damaged("a parameter is no single value")


def _budget(fields: Fields) -> Budget:
    return Budget(
        programs=fields.integer("programs"),
        seconds=fields.number("seconds"),
        tokens=fields.integer("tokens"),
        tokens_per_call=fields.integer("tokens_per_call"),
    )


def _end(fields: Fields) -> End:
    spent = fields.below("usage")
    return End(
        at=fields.number("at"),
        stop=fields.text("stop"),
        best=fields.text("best"),
        chosen=fields.flag("chosen"),
        accepted=fields.flag("accepted"),
        usage=Usage(
            model_calls=spent.integer("model_calls"),
            prompt_tokens=spent.integer("prompt_tokens"),
            completion_tokens=spent.integer("completion_tokens"),
            programs=spent.integer("programs"),
            judge_seconds=spent.number("judge_seconds"),
            estimated=spent.flag("estimated"),
        ),
        message=fields.text("message"),
        number=fields.integer("number") if fields.has("number") else 0,
        oracle=fields.flag("oracle") if fields.has("oracle") else False,
    )


def _asked(fields: Fields) -> Asked:
    return Asked(
        call=fields.integer("call"),
        purpose=fields.text("purpose"),
        temperature=fields.number("temperature"),
        node=fields.text("node"),
        parent=fields.text("parent"),
        prompt=tuple(_message(row) for row in fields.objects("prompt")),
        seed=fields.integer("seed"),
        max_tokens=fields.integer("max_tokens"),
        top_p=fields.number("top_p") if fields.has("top_p") else None,
    )


def _message(fields: Fields) -> Message:
    match fields.text("role"):
        case ("system" | "user" | "assistant") as role:
            return Message(role, fields.text("content"))
        case _:
            raise Damaged("role is none of a chat's")


def _answered(fields: Fields) -> Answered:
    return Answered(
        call=fields.integer("call"),
        completion=fields.text("completion"),
        prompt_tokens=fields.integer("prompt_tokens"),
        completion_tokens=fields.integer("completion_tokens"),
        cut=fields.flag("cut"),
        counted=fields.flag("counted"),
        fingerprint=fields.text("fingerprint") if fields.has("fingerprint") else "",
    )


def _evaluation(fields: Fields) -> Evaluation:
    return Evaluation(
        verdict=fields.member("verdict", Verdict),
        score=fields.number("score"),
        cases=tuple(_case(row) for row in fields.objects("cases")),
        report=fields.text("report"),
        labels=fields.texts("labels"),
        isolation=fields.text("isolation"),
        seconds=fields.number("seconds"),
        proof=_proof(fields.below("proof")) if fields.has("proof") else None,
    )


def _proof(fields: Fields) -> ProofCounts:
    return ProofCounts(
        verified=fields.integer("verified"),
        errors=fields.integer("errors"),
        diagnostics=fields.integer("diagnostics"),
        notes=fields.integer("notes"),
    )


def _case(fields: Fields) -> Case:
    return Case(
        id=fields.text("id"),
        outcome=fields.member("outcome", CaseOutcome),
        input=fields.text("input"),
        expected=fields.text("expected"),
        got=fields.text("got"),
        detail=fields.text("detail"),
    )


def _observation(fields: Fields) -> Observation:
    return Observation(
        call=fields.text("call"),
        happened=fields.member("happened", Happened),
        text=fields.text("text"),
        shown=fields.text("shown"),
        seconds=fields.number("seconds"),
    )
