"""A recorded search as JSON: what `synthd show RUN --json` prints, and what a page is made of."""

from __future__ import annotations

import difflib
import json
import math
from dataclasses import asdict
from typing import Any

from synthd.daemon.showing import words
from synthd.daemon.traces.finding import Summary
from synthd.synth.attempt import Attempt, Case
from synthd.synth.trace.records import Header, Recorded
from synthd.synth.trace.tree import Choice, Node, Tree, progress

SCHEMA = 1
# Comparing takes the square of the lines: longer programs are shown without.
_LONGEST = 1500

Facts = dict[str, Any]


def text(facts: Facts) -> str:
    """As JSON, in which there is nothing but ASCII and no infinity."""
    return json.dumps(_finite(facts))


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {key: _finite(member) for key, member in value.items()}
        case list() | tuple():
            return [_finite(member) for member in value]
        case float() if not math.isfinite(value):
            return None
        case _:
            return value


def search_facts(recorded: Recorded, tree: Tree) -> Facts:
    usage, seconds = words.spent(recorded)
    return {
        "schema": SCHEMA,
        **header_facts(recorded.header),
        "end": words.ending(recorded.end),
        "stop": recorded.end.stop if recorded.end else None,
        "accepted": recorded.end.accepted if recorded.end else None,
        "oracle": recorded.end.oracle if recorded.end else None,
        "best": tree.best,
        "cost": {**asdict(usage), "seconds": seconds},
        "progress": [asdict(step) for step in progress(recorded)],
        "damaged": recorded.damaged,
        "choices": [_choice(choice) for choice in tree.choices],
        "nodes": [node_facts(node, tree) for node in tree.nodes],
    }


def summary_facts(summary: Summary) -> Facts:
    end = summary.end
    return {
        "schema": SCHEMA,
        **header_facts(summary.header),
        "stop": end.stop if end else None,
        "accepted": end.accepted if end else None,
        "oracle": end.oracle if end else None,
        "cost": {**asdict(end.usage), "seconds": end.at} if end else None,
    }


def header_facts(header: Header) -> Facts:
    return {**asdict(header), "parameters": dict(header.parameters)}


def node_facts(node: Node, tree: Tree) -> Facts:
    """index counts from 0 in the order of the calls; parent and maker are such indices."""
    return {
        "index": node.index,
        "name": node.name,
        "parent": node.parent,
        "maker": node.maker,
        "number": node.number,
        "purpose": node.purpose,
        "temperature": node.temperature,
        "top_p": node.asked.top_p if node.asked else None,
        "seed": node.asked.seed if node.asked else None,
        "state": words.state(node).value,
        "finding": words.finding(node),
        "began": node.began,
        "ended": node.ended,
        "prompt_tokens": node.prompt_tokens,
        "completion_tokens": node.tokens,
        "prompt": [asdict(message) for message in node.asked.prompt] if node.asked else [],
        "fingerprint": node.answered.fingerprint if node.answered else "",
        "learned": [asdict(step) for step in node.learned],
        "answer": node.answered.completion if node.answered else "",
        "program": _program(node.attempt, node, tree) if node.attempt else None,
        "observations": [asdict(seen) for seen in node.observations],
    }


def _choice(choice: Choice) -> Facts:
    """chosen and members are indices of nodes; group and the groups of a parting, of groups."""
    return {
        "chosen": choice.chosen,
        "by": choice.by,
        "group": choice.group,
        "groups": [
            {"members": list(members), "figures": dict(group.figures)}
            for group, members in zip(choice.groups, choice.members, strict=True)
        ],
        "partings": [asdict(parting) for parting in choice.partings],
    }


def _program(attempt: Attempt, node: Node, tree: Tree) -> Facts:
    candidate, evaluation = attempt.candidate, attempt.evaluation
    maker = tree.nodes[node.maker].attempt if node.maker is not None else None
    return {
        "code": candidate.code,
        "diff": _diff(maker.candidate.code, candidate.code) if maker else "",
        "extraction": candidate.extraction.value,
        "note": candidate.note,
        "verdict": evaluation.verdict.value,
        "score": evaluation.score,
        "outcomes": words.outcomes(attempt),
        "labels": list(evaluation.labels),
        "report": evaluation.report,
        "isolation": evaluation.isolation,
        "judge_seconds": evaluation.seconds,
        "cases": [_case(case) for case in evaluation.cases],
    }


def _case(case: Case) -> Facts:
    return {**asdict(case), "outcome": case.outcome.value}


def _diff(old: str, new: str) -> str:
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > _LONGEST:
        return ""
    lines = difflib.unified_diff(before, after, "parent", "this", lineterm="")
    return "\n".join(lines)
