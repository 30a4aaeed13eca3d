"""A search as a trajectory for learning: what was asked and said, what came of it, and rewards.

A line has the key of its search, `reward` (1 where the held-out tests pass, else 0), and `steps` in
the order of the calls. A step: `prompt` and `completion` as messages with role and content, its
`node` and `parent` (the node it is about, "" for none), and the programs read from it. Of a
program: `visible`, the verdict of what steered; `reward_visible`, its share of passed checks; and
`reward_held_out`, 1, 0, or null where the held-out tests did not judge it: they judge the result of
a search alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from synthd.daemon.bench.folder.layout import trace_path
from synthd.daemon.bench.record import Record
from synthd.synth.attempt import Attempt
from synthd.synth.events import Answered, Asked, Tried
from synthd.synth.trace.decode import NotATrace, decode
from synthd.synth.trace.records import End, Recorded

Row = dict[str, Any]


def trajectory(record: Record, program: str, folder: Path) -> Row | None:
    """None where no trace was kept."""
    recorded = _trace(record, folder)
    if recorded is None:
        return None
    return {
        "suite": record.suite,
        "task": record.task,
        "strategy": record.strategy,
        "model": record.model,
        "seed": record.seed,
        "sample": record.sample,
        "reward": float(bool(record.passed)),
        "passed": record.passed,
        "visible": record.visible,
        "outcome": record.outcome,
        "oracle": record.oracle,
        "stop": record.stop,
        "program": program,
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
        "estimated": record.estimated,
        "steps": _steps(recorded, record),
    }


def _trace(record: Record, folder: Path) -> Recorded | None:
    if not record.trace:
        return None
    try:
        with open(folder / trace_path(record.key), encoding="utf-8") as lines:
            return decode(lines)
    except (OSError, NotATrace):
        return None


def _steps(recorded: Recorded, record: Record) -> list[Row]:
    """Calls that were cut off have no completion and are left out; a program that was given, not
    drawn, has a step without messages."""
    steps: dict[int, Row] = {}
    latest: dict[str, int] = {}
    for place, entry in enumerate(recorded.entries):
        match entry.event:
            case Asked() as asked:
                steps[asked.call] = _step(asked)
                latest[asked.node] = asked.call
            case Answered() as answered:
                if answered.call in steps:
                    steps[answered.call].update(_answer(answered))
            case Tried() as tried:
                row = _program(tried.attempt, tried.programs, recorded.end, record)
                call = _call_of(tried.attempt.candidate.node, latest)
                if call is None:
                    call = -place - 1
                    steps[call] = _given(tried.attempt)
                steps[call]["programs"].append(row)
            case _:
                pass
    return [step for step in steps.values() if step["completion"] or step["programs"]]


def _step(asked: Asked) -> Row:
    return {
        "node": asked.node,
        "parent": asked.parent,
        "purpose": asked.purpose,
        "temperature": asked.temperature,
        "seed": asked.seed,
        "prompt": [{"role": said.role, "content": said.content} for said in asked.prompt],
        "completion": [],
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "cut": False,
        "programs": [],
    }


def _answer(answered: Answered) -> Row:
    return {
        "completion": [{"role": "assistant", "content": answered.completion}],
        "prompt_tokens": answered.prompt_tokens,
        "completion_tokens": answered.completion_tokens,
        "cut": answered.cut,
    }


def _given(attempt: Attempt) -> Row:
    candidate = attempt.candidate
    parent = candidate.parent.candidate.node if candidate.parent else ""
    empty = Asked(0, "given", candidate.temperature, candidate.node, parent)
    return _step(empty)


def _call_of(node: str, latest: dict[str, int]) -> int | None:
    """Further programs of one answer are called NODE.block.2, and so on."""
    stem = node.partition(".block.")[0]
    return latest.get(node, latest.get(stem))


def _program(attempt: Attempt, number: int, end: End | None, record: Record) -> Row:
    evaluation = attempt.evaluation
    parent = attempt.candidate.parent
    final = end is not None and number == end.number > 0
    return {
        "number": number,
        "node": attempt.candidate.node,
        "parent": parent.candidate.node if parent else "",
        "code": attempt.candidate.code,
        "visible": evaluation.verdict.value,
        "reward_visible": evaluation.score,
        "reward_held_out": float(record.passed) if final and record.passed is not None else None,
    }
