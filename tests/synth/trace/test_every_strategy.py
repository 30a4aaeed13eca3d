"""Whatever the method: its trace tells the whole search, and who was made from whom."""

from __future__ import annotations

import asyncio

import pytest

from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Asked, Chose, Event, Heard, Tried
from synthd.synth.extract import fenced_blocks
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Example, Problem, Spec
from synthd.synth.run import Run
from synthd.synth.solve import solve
from synthd.synth.strategies import registry
from synthd.synth.trace.decode import decode
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import Entry
from synthd.synth.trace.tree import tree

CHECKS = tuple(Example(f"e{i}", f"f({i})", str(i), i) for i in range(3))
PROBLEM = Problem(
    "p",
    "Give a number.",
    start='def f(x: int) -> int:\n    """Give a number."""',
    head="def f(x: int) -> int:",
    entry_point="f",
    spec=Spec(CHECKS),
)


class Rising:
    """Programs are numbers: the larger, the more checks pass; from `goal` on all do."""

    def __init__(self, goal: int) -> None:
        self._goal = goal

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        number = int(candidate.code or 0)
        passed = 3 if number >= self._goal else min(2, number // 2)
        cases = tuple(
            Case(check.id, CaseOutcome.PASS if place < passed else CaseOutcome.FAIL, "f()", "9")
            for place, check in enumerate(CHECKS)
        )
        verdict = Verdict.ACCEPTED if passed == 3 else Verdict.REJECTED
        return Evaluation(verdict, passed / 3, cases)

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        return tuple(
            Observation(call, Happened.RETURNED, candidate.code, candidate.code) for call in calls
        )


def say(prompt: Prompt, sampling: Sampling, call: int) -> str:
    asked = prompt[-1].content
    if "Do not write code" in asked:
        return "It should be larger."
    if "one call a line" in asked:
        return "```python\nf(1)\nf(2)\n```"
    if "letter A or B" in asked:
        return "A"
    return f"So:\n```python\n{sampling.seed % 8}\n```"


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    blocks = fenced_blocks(text)
    return (blocks[0][0].strip(), Extraction.OK, "") if blocks else ("", Extraction.NO_CODE, "")


@pytest.mark.parametrize("goal", [6, 99], ids=["solvable", "unsolvable"])
@pytest.mark.parametrize("name", registry.STRATEGIES)
def test_the_trace_of_every_strategy_is_its_search(head, needed, name: str, goal: int) -> None:
    told: list[Event] = []
    budget = Budget(programs=24, seconds=30, tokens=4000, tokens_per_call=100)
    run = Run(PROBLEM, ScriptedModel(say), Rising(goal), budget, 1, read, told.append)
    outcome = asyncio.run(solve(run, registry.build(name, needed(name))))
    entries = [Entry(0.0, event) for event in told if not isinstance(event, Heard)]
    recorded = decode(line(record) for record in (head(), *entries))
    assert list(recorded.entries) == entries
    grown = tree(recorded)
    programs = {node.number: node for node in grown.nodes if node.attempt}
    for event in (entry.event for entry in entries if isinstance(entry.event, Tried)):
        node, parent = programs[event.programs], event.attempt.candidate.parent
        assert node.attempt == event.attempt
        made_from = grown.nodes[node.maker].attempt if node.maker is not None else None
        assert made_from == parent
        assert node.asked is not None and node.answered is not None
    chose = [entry.event for entry in entries if isinstance(entry.event, Chose)]
    assert len(chose) == len(grown.choices) == run.chosen
    for event, choice in zip(chose, grown.choices, strict=True):
        assert outcome.best is not None and event.node == outcome.best.candidate.node
        assert choice.groups == () or (choice.group is not None and event.by)
        assert all(members for members in choice.members)
    calls = sum(isinstance(entry.event, Asked) for entry in entries)
    assert len(grown.nodes) == calls == run.ledger.usage.model_calls
