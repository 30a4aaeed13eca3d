"""Treefinement over programs that a real Verus judged: it finds the proof, and does not lose it."""

from __future__ import annotations

import pytest

from synthd.synth.attempt import Verdict
from synthd.synth.budget import Budget
from synthd.synth.models.errors import ContextTooLong
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Completion, Finish
from synthd.synth.solve import Stop
from synthd.synth.strategies.rex import Rex
from synthd.synth.strategies.self_repair import SelfRepair
from synthd.synth.strategies.treefinement import Treefinement


def said(body: str) -> str:
    return f"The invariant is too weak.\n```rust\n{body}\n```\n"


def depth(attempt) -> int:
    return len(list(attempt.lineage())) - 1


@pytest.mark.parametrize("wanted", [2, 3])
def test_it_finds_the_proof_of_every_recorded_function(search, chains, climb, wanted) -> None:
    for chain in chains:
        steps = [*chain.failing[:wanted], chain.right]
        method = Treefinement(drafts=2, width=2, keep_verified=False)
        ended = search(chain.problem(), chain, chain.read, method, climb(steps))
        assert ended.outcome.stop is Stop.SOLVED, chain.name
        assert depth(ended.outcome.best) == wanted
        assert ended.tried[-1] is ended.outcome.best, "nothing happens after it"


def test_it_finds_the_proof_at_depth_four(search, chains, climb) -> None:
    chain = next(chain for chain in chains if len(chain.failing) >= 4)
    steps = [*chain.failing[:4], chain.right]
    method = Treefinement(drafts=1, width=1, history="full")
    ended = search(chain.problem(), chain, chain.read, method, climb(steps))
    assert ended.outcome.stop is Stop.SOLVED and depth(ended.outcome.best) == 4
    last = ended.prompts[-1]
    assert [m.role for m in last] == ["system"] + ["user", "assistant"] * 3 + ["user"]


def test_a_given_body_is_judged_first_and_repaired(search, chains) -> None:
    for chain in chains:
        given = chain.failing[0]
        ended = search(
            chain.problem(given), chain, chain.read, Treefinement(width=1), [said(chain.right)]
        )
        first, last = ended.tried[0], ended.outcome.best
        assert (first.candidate.code, first.candidate.node) == (given, "given")
        assert last.accepted and last.candidate.parent is first
        assert ended.model.calls == 1
        question = ended.prompts[0][-1].content
        assert question.count(given.strip()) == 1, "it stands in the task, and not once more"
        assert "What Verus says" in question and "What helps" in question


def test_a_given_proof_that_holds_needs_no_model(search, chains) -> None:
    chain = chains[0]
    ended = search(chain.problem(chain.right), chain, chain.read, Treefinement(), [])
    assert ended.outcome.stop is Stop.SOLVED and ended.model.calls == 0
    assert ended.outcome.usage.programs == 1


def test_a_given_body_that_does_not_parse_is_a_root_all_the_same(search, chains) -> None:
    chain = chains[0]
    script = [said("{ let }"), said(chain.right)]
    ended = search(chain.problem("{ ( }"), chain, chain.read, Treefinement(width=1), script)
    assert ended.outcome.stop is Stop.SOLVED
    assert ended.parents == ["{ ( }", "{ ( }"], "a child that is no better does not replace it"


def test_no_budget_for_the_given_one(search, chains) -> None:
    chain = chains[0]
    problem = chain.problem(chain.failing[0])
    ended = search(problem, chain, chain.read, Treefinement(), [], Budget(programs=1))
    assert ended.outcome.stop is Stop.BUDGET and ended.model.calls == 0
    assert ended.outcome.best.candidate.code == chain.failing[0]


def test_answers_without_code_and_prompts_without_room_cost_themselves_alone(
    search, chains, climb
) -> None:
    chain = next(chain for chain in chains if len(chain.failing) >= 4)
    steps = [*chain.failing[:2], chain.right]
    steps_up = climb(steps)

    class Narrow(ScriptedModel):
        async def complete(self, prompt, sampling, heard=lambda _: None):
            self.calls += 1
            if len(prompt) > 2:
                raise ContextTooLong("the prompt has more tokens than the context")
            text = "I cannot." if self.calls % 3 == 0 else steps_up(prompt, sampling, 0)
            return Completion(text, Finish.STOP, 10, 20)

    model = Narrow([])
    method = Treefinement(drafts=3, width=4)
    ended = search(chain.problem(), chain, chain.read, method, [], model=model)
    assert ended.outcome.stop is Stop.SOLVED and depth(ended.outcome.best) == 2
    nothing = [a for a in ended.tried if not a.candidate.code]
    assert nothing and all(each.evaluation.verdict is Verdict.REJECTED for each in nothing)


@pytest.mark.parametrize("strategy", [SelfRepair(chains=1, rounds=3), Rex()])
def test_other_methods_repair_proofs_too(search, chains, climb, strategy) -> None:
    chain = chains[0]
    steps = [*chain.failing[:2], chain.right]
    script = climb(steps)
    ended = search(chain.problem(), chain, chain.read, strategy, script)
    assert ended.outcome.stop is Stop.SOLVED
    assert all("Verus" in prompt[0].content for prompt in ended.prompts)
