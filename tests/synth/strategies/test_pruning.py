"""Programs that the user cuts off in the middle of a search: nothing more is made of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Asked, Event, Pruned, Tried
from synthd.synth.run import Run
from synthd.synth.solve import Stop
from synthd.synth.strategies import registry

BUDGET = Budget(programs=24, seconds=20, tokens=4000, tokens_per_call=100)


def search(world: Any, name: str, seed: int, cut: list[int], **model: Any) -> Any:
    """Of which the so manieth programs are cut off as soon as they are judged."""

    def watch(event: Event, run: Run) -> None:
        if isinstance(event, Tried) and event.programs in cut:
            run.pruning.want(event.attempt.candidate.node)

    def program(asked: str, sampling: Any) -> str:
        return f"x + {sampling.seed % 7}"

    began = world({"f(2)": "5", "f(3)": "7", "f(4)": "9"})
    optimizer = {"optimizer": "/optimizer", "sha256": "0" * 64}
    strategy = registry.build(name, optimizer if name == "optune" else {})
    return began.search(
        strategy, program, repairs=program, budget=BUDGET, seed=seed, watch=watch, **model
    )


def below(events: list[Event], node: str) -> set[str]:
    """The nodes of a program and of all that was made of it."""
    found = {node}
    for event in events:
        if isinstance(event, Tried):
            candidate = event.attempt.candidate
            if candidate.parent is not None and candidate.parent.candidate.node in found:
                found.add(candidate.node)
    return found


@settings(max_examples=25)
@given(
    name=st.sampled_from(list(registry.STRATEGIES)),
    seed=st.integers(0, 10**6),
    cut=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    slots=st.integers(1, 4),
)
def test_nothing_more_is_asked_about_it(
    world: Any, name: str, seed: int, cut: list[int], slots: int
) -> None:
    ended = search(world, name, seed, cut, slots=slots)
    assert ended.outcome.stop in (Stop.BUDGET, Stop.FINISHED, Stop.SOLVED)
    for place, event in enumerate(ended.events):
        if not isinstance(event, Pruned):
            continue
        before, later = ended.events[:place], ended.events[place:]
        gone = below(ended.events, event.node)
        assert [e for e in later if isinstance(e, Asked) and e.parent in gone] == []
        about = {e.call for e in before if isinstance(e, Asked) and e.parent in gone}
        answered = [e.call for e in later if isinstance(e, Answered) and e.call in about]
        assert answered == [], "calls in flight are cut off"
    usage = ended.outcome.usage
    assert usage.programs <= BUDGET.programs and usage.completion_tokens <= BUDGET.tokens


@pytest.mark.parametrize("name", ["auto", "rex", "seidr", "treefinement"])
def test_the_search_goes_on_with_what_is_left(world: Any, name: str) -> None:
    ended = search(world, name, 1, [1], slots=2)
    assert any(isinstance(event, Pruned) for event in ended.events)
    assert ended.outcome.usage.programs > 4


def test_a_call_that_runs_is_cut_off(world: Any) -> None:
    """And what it has said by then is paid for."""

    def watch(event: Event, run: Run) -> None:
        if isinstance(event, Asked) and event.parent:
            loop = asyncio.get_running_loop()
            loop.call_later(0.05, run.pruning.want, event.parent)

    ended = world({"f(2)": "5"}).search(
        registry.build("revision", {}),
        lambda asked, _: "x + " * 200 + "x" if "incorrect" in asked else "x",
        budget=BUDGET,
        watch=watch,
        seconds_per_token=0.02,
    )
    assert [type(event) for event in ended.events if isinstance(event, Pruned)] == [Pruned]
    asked = [event.call for event in ended.events if isinstance(event, Asked)]
    answered = [event.call for event in ended.events if isinstance(event, Answered)]
    assert (asked, answered) == ([1, 2], [1])
    assert ended.outcome.stop is Stop.FINISHED and ended.model.running == 0
    assert 3 < ended.outcome.usage.completion_tokens < 100
