"""From records to lines of JSON, one a record. All ASCII: any text goes in, lone surrogates too."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, assert_never

from synthd.synth.attempt import Candidate, Case, Evaluation
from synthd.synth.events import Answered, Asked, Chose, Group, Observed, Pruned, Tried, Tuned
from synthd.synth.observation import Observation
from synthd.synth.trace import tuned
from synthd.synth.trace.fields import number
from synthd.synth.trace.records import SCHEMA, End, Entry, Header, Record, Told

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = dict[str, Any]


def line(record: Record) -> str:
    """One line, with its newline."""
    return json.dumps(_row(record), ensure_ascii=True, separators=(",", ":"), default=repr) + "\n"


def _row(record: Record) -> Row:
    match record:
        case Header():
            return {"kind": "run", "schema": SCHEMA, **_header(record)}
        case Entry():
            kind, row = _event(record.event)
            return {"kind": kind, "at": number(record.at), **row}
        case End():
            return {"kind": "end", **_end(record)}
        case _:
            assert_never(record)


def _header(header: Header) -> Row:
    return {
        **_flat(header),
        "checks": [_flat(check) for check in header.checks],
        "parameters": {name: _scalar(value) for name, value in header.parameters},
        "budget": {name: _scalar(value) for name, value in _flat(header.budget).items()},
    }


def _end(end: End) -> Row:
    usage = {name: _scalar(value) for name, value in _flat(end.usage).items()}
    return {**_flat(end), "at": number(end.at), "usage": usage}


def _event(event: Told) -> tuple[str, Row]:
    match event:
        case Asked():
            heats = {"temperature": number(event.temperature), "top_p": _scalar(event.top_p)}
            prompt = [_flat(message) for message in event.prompt]
            return "asked", {**_flat(event), "prompt": prompt, **heats}
        case Answered():
            return "answered", _flat(event)
        case Tuned():
            return "tuned", tuned.row(event)
        case Tried():
            return "tried", {
                "programs": event.programs,
                "candidate": _candidate(event.attempt.candidate),
                "evaluation": _evaluation(event.attempt.evaluation),
            }
        case Observed():
            return "observed", {
                "node": event.node,
                "observations": [_observation(seen) for seen in event.observations],
            }
        case Chose():
            return "chose", {
                "node": event.node,
                "by": event.by,
                "groups": [_group(group) for group in event.groups],
                "partings": [asdict(parting) for parting in event.partings],
            }
        case Pruned():
            return "pruned", _flat(event)
        case _:
            assert_never(event)


def _group(group: Group) -> Row:
    """The figures as pairs: their order is the strategy's."""
    figures = [[name, number(value)] for name, value in group.figures]
    return {"nodes": list(group.nodes), "figures": figures}


def _candidate(candidate: Candidate) -> Row:
    """The parent by its node: it has a line of its own."""
    probabilities = candidate.logprobs
    return {
        "node": candidate.node,
        "parent": None if candidate.parent is None else candidate.parent.candidate.node,
        "code": candidate.code,
        "completion": candidate.completion,
        "temperature": number(candidate.temperature),
        "seed": candidate.seed,
        "extraction": candidate.extraction.value,
        "note": candidate.note,
        "logprobs": None if probabilities is None else [number(p) for p in probabilities],
        "pieces": list(candidate.pieces),
        "program": candidate.program,
    }


def _evaluation(evaluation: Evaluation) -> Row:
    return {
        "verdict": evaluation.verdict.value,
        "score": number(evaluation.score),
        "cases": [_case(case) for case in evaluation.cases],
        "report": evaluation.report,
        "labels": list(evaluation.labels),
        "isolation": evaluation.isolation,
        "seconds": number(evaluation.seconds),
        "proof": None if evaluation.proof is None else _flat(evaluation.proof),
    }


def _case(case: Case) -> Row:
    return {**_flat(case), "outcome": case.outcome.value}


def _observation(seen: Observation) -> Row:
    return {**_flat(seen), "happened": seen.happened.value, "seconds": number(seen.seconds)}


def _flat(value: DataclassInstance) -> Row:
    """Its members as they are: dataclasses.asdict copies all that is below, ten times slower."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _scalar(value: object) -> object:
    return number(value) if isinstance(value, float) else value
