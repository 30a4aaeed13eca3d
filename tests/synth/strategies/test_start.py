"""A search that begins from a program that is there: every method takes it as its first."""

from __future__ import annotations

from typing import Any

import pytest

from synthd.synth.events import Asked, Tried
from synthd.synth.run import GIVEN
from synthd.synth.solve import Stop
from synthd.synth.strategies import registry

# These tell the model nothing of checks, by their papers.
SILENT = ("self-refine", "revision")
PARAMETERS: dict[str, dict[str, Any]] = {"revision": {"n": 3}, "self-refine": {"n": 3}}


@pytest.mark.parametrize("name", registry.STRATEGIES)
def test_it_is_shown_with_what_is_wrong_before_anything_else_is_asked(
    world: Any, needed: Any, name: str
) -> None:
    began = world({"f(2)": "4", "f(3)": "6"}, given="x + 2")
    strategy = registry.build(name, PARAMETERS.get(name, needed(name)))
    ended = began.search(strategy, lambda *_: "x * 2", repairs=lambda *_: "x * 2")
    assert ended.outcome.stop is Stop.SOLVED and ended.program == "x * 2"
    first = next(event for event in ended.events if isinstance(event, (Asked, Tried)))
    assert isinstance(first, Tried) and first.attempt.candidate.node == GIVEN
    asked = next(event for event in ended.events if isinstance(event, Asked))
    assert asked.parent == GIVEN
    words = " ".join(message.content for message in asked.prompt)
    assert "x + 2" in words
    assert name in SILENT or "f(3)" in words, "the check that it fails"
    assert ended.outcome.usage.programs >= 2, "it is one of the budget's programs"


@pytest.mark.parametrize("name", registry.STRATEGIES)
def test_one_that_is_right_already_costs_no_call(world: Any, name: str) -> None:
    ended = world(given="x * 2").search(registry.build(name, {}), lambda *_: "0")
    assert ended.outcome.stop is Stop.SOLVED and ended.program == "x * 2"
    assert (ended.outcome.usage.model_calls, ended.outcome.usage.programs) == (0, 1)
