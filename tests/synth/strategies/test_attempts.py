"""At one budget all strategies that are compared have the same number of attempts.

An attempt is a program that was judged, also one that was not there: an answer without a program
counts. What a strategy asks besides is no attempt, and is paid for.
"""

from __future__ import annotations

from typing import Any

import pytest

from synthd.synth.budget import Budget
from synthd.synth.events import Asked, Tried
from synthd.synth.strategies import registry

COMPARED: dict[str, tuple[str, dict[str, Any], bool]] = {
    "best-of-n": ("best-of-n", {"n": 64}, False),
    "the likeliest": ("best-of-n", {"n": 64, "value": "logprob"}, False),
    "self-consistency": ("self-consistency", {"n": 64}, False),
    "revision": ("revision", {"n": 64}, False),
    "self-refine": ("self-refine", {"n": 64}, False),
    "self-refine, two calls": ("self-refine", {"n": 64, "critique": True}, True),
    "multi-turn": ("multi-turn", {"turns": 64}, False),
    "fttt": ("fttt", {"n": 64}, False),
    "fttt+": ("fttt+", {"n": 64}, True),
    "optune": ("optune", {"n": 64, "optimizer": "/optimizer", "sha256": "0" * 64}, False),
}
ATTEMPTS = {"draft", "revise", "refine"}


@pytest.mark.parametrize("label", COMPARED)
@pytest.mark.parametrize("programs", [1, 7])
def test_a_budget_of_programs_is_as_many_attempts(world, label: str, programs: int) -> None:
    name, parameters, asks_more = COMPARED[label]
    # Wrong ones, each another, and answers in which there is none.
    ended = world().search(
        registry.build(name, parameters),
        (("" if number % 3 == 1 else f"x - {number}") for number in range(999)),
        budget=Budget(programs=programs, seconds=30, tokens=50_000, tokens_per_call=100),
    )
    usage = ended.outcome.usage
    asked = [event.purpose for event in ended.events if isinstance(event, Asked)]
    tried = [event for event in ended.events if isinstance(event, Tried)]
    assert usage.programs == len(tried) == programs
    assert sum(purpose in ATTEMPTS for purpose in asked) == programs
    assert usage.model_calls == len(asked) == ended.model.calls
    assert (len(asked) > programs) == (asks_more and programs > 1)
    assert ended.outcome.best is None or not ended.outcome.best.accepted
