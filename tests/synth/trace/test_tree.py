"""The tree of a search, from a real one of SEIDR and from what no search should write."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    Verdict,
)
from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Asked, Event, Heard, Tried
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Example, Problem, Spec
from synthd.synth.run import Run
from synthd.synth.solve import solve
from synthd.synth.strategies.seidr import Seidr
from synthd.synth.trace.decode import decode
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import End, Entry, Recorded, Told
from synthd.synth.trace.tree import Tree, progress, tree

PROBLEM = Problem("p", "Say nine.", entry_point="f", spec=Spec((Example("e", "f()", "9", 1),)))


class WantsNine:
    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        right = candidate.code == "9"
        case = Case("e", CaseOutcome.PASS if right else CaseOutcome.FAIL, "f()", "9")
        verdict = Verdict.ACCEPTED if right else Verdict.REJECTED
        return Evaluation(verdict, int(candidate.code) / 9, (case,))


def say(prompt: Prompt, sampling: Sampling, call: int) -> str:
    return "Count on." if "Do not write code" in prompt[-1].content else str(min(call, 9))


@pytest.fixture
async def search(head) -> Recorded:
    """Calls 0 to 8 do not solve it: drafts, explanations and some of the repairs."""
    told: list[Event] = []
    run = Run(
        PROBLEM,
        ScriptedModel(say, slots=1),
        WantsNine(),
        Budget(programs=30),
        0,
        lambda text, cut: (text, Extraction.OK, ""),
        told.append,
    )
    strategy = Seidr(beam_width=1, drafts_per_prompt=2, greedy_first=False)
    outcome = await solve(run, strategy)
    assert outcome.best is not None and outcome.best.accepted
    end = End(9.0, outcome.stop.value, outcome.best.candidate.node, False, True, outcome.usage)
    entries = [Entry(i / 10, event) for i, event in enumerate(told) if not isinstance(event, Heard)]
    lines = [line(record) for record in (head(), *entries, end)]
    return decode(lines)


def test_repairs_hang_under_their_explanation_and_know_their_program(search: Recorded) -> None:
    grown = tree(search)
    assert grown.best is not None
    best = grown.nodes[grown.best]
    assert best.attempt is not None and best.attempt.candidate.code == "9"
    assert best.purpose == "repair" and best.parent is not None and best.maker is not None
    explanation, parent = grown.nodes[best.parent], grown.nodes[best.maker]
    assert (explanation.purpose, explanation.attempt) == ("explain", None)
    assert explanation.parent == best.maker
    assert parent.attempt == best.attempt.candidate.parent
    assert [grown.nodes[root].purpose for root in grown.roots] == ["draft", "draft"]


def test_nothing_of_the_search_is_lost(search: Recorded) -> None:
    grown = tree(search)
    asked = [entry.event for entry in search.entries if isinstance(entry.event, Asked)]
    tried = [entry.event for entry in search.entries if isinstance(entry.event, Tried)]
    assert [node.asked for node in grown.nodes] == asked
    assert sorted(node.number for node in grown.nodes if node.attempt) == [
        event.programs for event in tried
    ]
    assert all(node.asked and node.asked.prompt for node in grown.nodes)
    assert search.end is not None
    assert sum(node.tokens for node in grown.nodes) == search.end.usage.completion_tokens


def test_what_came_too_late_to_be_judged_is_marked(search: Recorded) -> None:
    entries = tuple(entry for entry in search.entries if not _accepts(entry))
    late = [node for node in tree(replace(search, entries=entries)).nodes if node.unjudged]
    assert {node.purpose for node in late} == {"repair"}
    assert "9" in {node.answered.completion for node in late if node.answered}


def test_the_curve_never_falls_and_ends_at_the_best(search: Recorded) -> None:
    steps = progress(search)
    assert len(steps) == sum(isinstance(entry.event, Tried) for entry in search.entries)
    for before, after in pairwise(steps):
        assert before.best <= after.best
        assert before.tokens <= after.tokens and before.seconds <= after.seconds
    assert steps[-1].best == 1.0 and steps[-1].accepted and not steps[0].accepted


def test_without_an_end_the_best_so_far_is_the_best(search: Recorded) -> None:
    entries = tuple(e for e in search.entries if not _accepts(e))
    grown = tree(replace(search, entries=entries, end=None))
    scores = [node.attempt.score for node in grown.nodes if node.attempt]
    assert grown.best is not None
    best = grown.nodes[grown.best].attempt
    assert best is not None and best.score == max(scores) < 1


def _accepts(entry: Entry) -> bool:
    return isinstance(entry.event, Tried) and entry.event.attempt.accepted


def test_a_name_may_come_again_in_a_later_round(search: Recorded) -> None:
    first = tree(search)
    assert first.best is not None and search.end is not None
    number = first.nodes[first.best].number
    later = [replace(entry, event=_later(entry.event)) for entry in search.entries]
    end = replace(search.end, number=number)
    grown = tree(replace(search, entries=(*search.entries, *later), end=end))
    whole(grown)
    assert grown.best == first.best
    assert len(grown.nodes) == 2 * len(first.nodes)
    moved = len(first.nodes)
    for node, again in zip(first.nodes, grown.nodes[moved:], strict=True):
        assert again.maker == (None if node.maker is None else node.maker + moved)
        assert again.parent == (None if node.parent is None else node.parent + moved)


def _later(event: Told) -> Told:
    """Calls and programs are counted on."""
    match event:
        case Asked() | Answered():
            return replace(event, call=event.call + 1000)
        case Tried():
            return replace(event, programs=event.programs + 1000)
        case _:
            return event


def test_a_tree_of_anything_holds_every_node_once(recorded_searches) -> None:
    @given(recorded_searches)
    def check(recorded: Recorded) -> None:
        whole(tree(recorded))

    check()


def whole(grown: Tree) -> None:
    walked = grown.walk()
    assert sorted(node.index for node, _ in walked) == list(range(len(grown.nodes)))
    for node, depth in walked:
        assert (depth == 0) == (node.parent is None)
        assert node.parent is None or node.parent < node.index


def test_a_long_chain_is_walked(head) -> None:
    parent: Attempt | None = None
    entries = []
    for place in range(3000):
        name = f"{place}"
        above = parent.candidate.node if parent else ""
        parent = Attempt(Candidate("c", parent, name), Evaluation(Verdict.REJECTED, 0.0))
        entries.append(Entry(place, Asked(place, "repair", 0.0, name, above)))
        entries.append(Entry(place, Tried(parent, place + 1)))
    read = decode(line(record) for record in (head(), *entries))
    assert [depth for _, depth in tree(read).walk()] == list(range(3000))
