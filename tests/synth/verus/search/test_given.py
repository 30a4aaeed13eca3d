"""A program that is given is an attempt like any other, drawn by nobody; and proofs in traces."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace

import pytest

from synthd.synth.attempt import ProofCounts
from synthd.synth.budget import Budget
from synthd.synth.events import Tried
from synthd.synth.pace import Follower, Recorder
from synthd.synth.run import Ended, Run
from synthd.synth.solve import Stop
from synthd.synth.strategies.treefinement import Treefinement
from synthd.synth.trace.decode import decode
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import Entry, Header
from synthd.synth.trace.tree import tree

HEADER = Header(
    run="k3f9x2qz",
    started="2026-01-02T03:04:05+00:00",
    target="f.rs::f",
    problem="f",
    statement_sha256="0" * 64,
    checks=(),
    strategy="treefinement",
    parameters=(),
    model="local/silent",
    endpoint="nowhere",
    identity="",
    seed=0,
    budget=Budget(),
    synthd="0",
)


@dataclass(frozen=True)
class Judge:
    """A method that only looks at what it was given, several times."""

    codes: tuple[str, ...]

    async def __call__(self, run: Run) -> None:
        for place, code in enumerate(self.codes):
            if await run.given(code, f"given.{place}") is None:
                return


def test_it_counts_and_is_told_but_nobody_is_asked(play) -> None:
    ended = play(Judge(("1/3", "2/2", "1/3")), [])
    assert [a.candidate.code for a in ended.tried] == ["1/3", "2/2", "1/3"]
    assert not ended.asked and ended.outcome.usage.programs == 3
    assert ended.outcome.best.candidate.code == "2/2"
    assert all(a.candidate.parent is None and a.candidate.seed == 0 for a in ended.tried)


def test_one_that_is_accepted_ends_the_search(play) -> None:
    ended = play(Judge(("1/3", "4/0", "2/2")), [])
    assert ended.outcome.stop is Stop.SOLVED and len(ended.tried) == 2


def test_the_budget_bounds_it(play) -> None:
    ended = play(Judge(("1/3", "2/2", "4/0")), [], Budget(programs=2))
    assert ended.outcome.stop is Stop.BUDGET and len(ended.tried) == 2


def test_a_failing_verifier_costs_no_program(invented) -> None:
    class Broken:
        async def verify(self, problem, candidate):
            raise OSError("no Verus")

    async def tried() -> int:
        run = Run(invented, Silent(), Broken(), Budget(), 0, lambda *_: ("", "", ""))
        try:
            await run.given("1/3")
        except OSError:
            return run.left.programs
        raise AssertionError

    assert asyncio.run(tried()) == Budget().programs


class Silent:
    name, endpoint, slots = "local/silent", "nowhere", 1

    async def complete(self, prompt, sampling, heard=None):
        raise AssertionError("nobody was to be asked")


def test_it_has_its_turn_in_a_replay(invented, judged) -> None:
    class Verifier:
        async def verify(self, problem, candidate):
            return judged(candidate.code).evaluation

    async def judge(pace) -> None:
        run = Run(invented, Silent(), Verifier(), Budget(), 0, lambda *_: ("", "", ""), pace=pace)
        async with asyncio.timeout(10):
            await run.given("1/3", "a")
            with pytest.raises(Ended):
                await run.given("4/0", "b")

    recorder = Recorder()
    asyncio.run(judge(recorder))
    assert recorder.steps == ["began a", "judged a", "began b", "judged b"]
    asyncio.run(judge(Follower(recorder.steps, patience=1.0)))


def test_a_trace_keeps_the_counts_and_older_ones_are_read(play) -> None:
    ended = play(Treefinement(drafts=1, width=1, iterations=1), ["3/1+5", "4/0"])
    lines = [line(HEADER), *(line(Entry(0.0, e)) for e in ended.events if isinstance(e, Tried))]
    again = decode(lines)
    counts = [entry.event.attempt.evaluation.proof for entry in again.entries]
    assert counts == [ProofCounts(3, 1, 5, 0), ProofCounts(4, 0, 0, 0)]
    older = []
    for text in lines:
        row = json.loads(text)
        row.get("evaluation", {}).pop("proof", None)
        older.append(json.dumps(row) + "\n")
    assert [entry.event.attempt.evaluation.proof for entry in decode(older).entries] == [None, None]


def test_the_tree_shows_a_given_program_as_its_root(play, invented) -> None:
    given = replace(invented, given="2/2")
    ended = play(Treefinement(width=1, iterations=1), ["4/0"], problem=given)
    told = [event for event in ended.events if not hasattr(event, "piece")]
    grown = tree(decode([line(HEADER), *(line(Entry(0.0, event)) for event in told)]))
    root = grown.nodes[grown.roots[0]]
    assert len(grown.roots) == 1 and root.name == "given" and root.asked is None
    assert [grown.nodes[i].attempt.accepted for i in grown.children[root.index]] == [True]
