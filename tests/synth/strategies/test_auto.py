"""Auto: what pays is done more, and programs that pass vote."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import pytest

from synthd.synth.attempt import Extraction
from synthd.synth.budget import Budget
from synthd.synth.events import Asked, Tried
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.run import Run
from synthd.synth.solve import Stop, solve
from synthd.synth.strategies.auto import Auto

# f(x) = x, on ten inputs: a program `x * (x < n)` passes the first n of them.
TEN = {f"f({x})": str(x) for x in range(1, 11)}
BUDGET = Budget(programs=24, seconds=30, tokens=50_000, tokens_per_call=100)
SEEDS = range(8)


def passing(number: int) -> str:
    return f"x if x <= {number} else {number} - 100"


def shown(asked: str) -> int:
    """How many checks the program in a question passes."""
    return int(re.findall(r"x <= (\d+)", asked)[-1])


def purposes(ended, after: int = 0) -> Counter[str]:
    return Counter([e.purpose for e in ended.events if isinstance(e, Asked)][after:])


def spent(world, drafts, repairs, seed) -> Counter[str]:
    ended = world(TEN).search(Auto(), drafts, repairs=repairs, budget=BUDGET, seed=seed, slots=1)
    assert ended.outcome.stop is Stop.BUDGET and len(ended.tried) == BUDGET.programs
    return purposes(ended, after=8)


def climbing():
    """Drafts of which every third is a little better than all before."""
    calls = iter(range(1000))
    return lambda asked, sampling: passing(1 + next(calls) // 3)


def test_what_pays_is_done_more(world) -> None:
    """Summed over seeds, as one search may be unlucky; and something is left for the other."""
    drafting: Counter[str] = Counter()
    repairing: Counter[str] = Counter()
    for seed in SEEDS:
        # Repairs give back the program they were shown; drafts get better.
        same = lambda asked, sampling: passing(shown(asked))  # noqa: E731
        drafting += spent(world, climbing(), same, seed)
        # Drafts are all the same; a repair is now and then one check better.
        one_more = lambda asked, s: passing(min(9, shown(asked) + (s.seed % 3 == 0)))  # noqa: E731
        repairing += spent(world, lambda asked, sampling: passing(1), one_more, seed)
    assert drafting["draft"] > 1.5 * drafting["refine"] > 0
    assert repairing["refine"] > 1.5 * repairing["draft"] > 0


def test_the_greedy_draft_comes_first_and_alone(world) -> None:
    ended = world(TEN).search(Auto(), lambda asked, sampling: passing(3), budget=BUDGET)
    asked = [e for e in ended.events if isinstance(e, Asked)]
    kinds = [type(e) for e in ended.events if isinstance(e, Asked | Tried)]
    assert kinds[:2] == [Asked, Tried] and asked[0].temperature == 0.0
    assert all(event.temperature in (Auto().cool, Auto().warm) for event in asked[1:])


def test_programs_that_do_the_same_on_every_check_are_one_parent(world) -> None:
    drafts = iter([passing(3), f"{passing(3)} + 0", "x +", ""] + [passing(4)] * 100)
    ended = world(TEN).search(Auto(), drafts, repairs=lambda a, s: "0", budget=BUDGET, slots=1)
    parents = {e.parent for e in ended.events if isinstance(e, Asked)} - {""}
    nodes = {e.attempt.candidate.node: e.attempt.candidate.code
             for e in ended.events if isinstance(e, Tried)}  # fmt: skip
    codes = [nodes[parent] for parent in parents]
    assert len(codes) == len(set(codes)) and f"{passing(3)} + 0" not in codes and "" not in codes


# All give 4 for 2, and only two of them do the same.
ODD, RIGHT = "2 * x", ["x * x", "x ** 2"]


@pytest.mark.parametrize("slots", [1, 4])
def test_programs_that_pass_vote_by_what_they_do(world, slots) -> None:
    ended = world().search(Auto(), [ODD, *RIGHT, ODD, ODD], slots=slots)
    assert ended.run.chosen and ended.outcome.stop is Stop.SOLVED
    assert ended.program == RIGHT[0] if slots == 1 else ended.program in (ODD, RIGHT[0])


def test_two_that_agree_end_the_search(world) -> None:
    ended = world().search(Auto(), [*RIGHT], slots=1)
    assert (ended.program, len(ended.tried)) == (RIGHT[0], 2)


def test_votes_are_drafts_and_no_more_than_were_allowed(world) -> None:
    drafts = [ODD, "4", "x + 2", "x * 3 - 2", "x * 4 - 4", "x * 5 - 6"]
    ended = world().search(Auto(), drafts, slots=1)
    assert len(ended.tried) == 5 and purposes(ended) == {"draft": 5}
    assert ended.program == ODD, "where none outvotes the others, the first"
    ended = world().search(Auto(votes=0), drafts, slots=1)
    assert ended.tried == [ODD]


def test_where_nothing_can_be_executed_the_first_that_passes_is_the_result(world, judging) -> None:
    ended = world().search(Auto(), [ODD, *RIGHT], verifier=judging(), slots=1)
    assert (ended.program, ended.tried) == (ODD, [ODD])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_is_the_same_search(world, seed) -> None:
    def search():
        return world(TEN).search(
            Auto(),
            lambda asked, sampling: passing(sampling.seed % 9),
            repairs=lambda asked, sampling: passing(sampling.seed % 9),
            budget=BUDGET,
            seed=seed,
        )

    first, second = search(), search()
    assert first.events == second.events and len(first.tried) == BUDGET.programs


@pytest.mark.parametrize("tokens", [0, 32, 70, 1000])
def test_the_budget_holds(world, tokens) -> None:
    budget = Budget(programs=7, seconds=30, tokens=tokens, tokens_per_call=40)
    ended = world(TEN).search(
        Auto(), lambda a, s: passing(2), repairs=lambda a, s: passing(2), budget=budget
    )
    usage = ended.outcome.usage
    assert usage.programs <= 7 and usage.completion_tokens <= tokens
    assert (usage.programs == 7) == (tokens == 1000)
    assert ended.outcome.stop is Stop.BUDGET


def test_cancelling_leaves_nothing_running(world, executing) -> None:
    async def search() -> tuple[int, int]:
        asked = asyncio.Event()

        def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
            if call:  # the greedy draft is alone
                asked.set()
            return "word " * (1000 if call else 1)

        model = ScriptedModel(answer, seconds_per_token=0.01, slots=3)
        verifier = executing()
        read = lambda text, cut: ("1", Extraction.OK, "")  # noqa: E731
        run = Run(world().problem, model, verifier, BUDGET, 0, read)
        task = asyncio.create_task(solve(run, Auto()))
        await asked.wait()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        return model.running, verifier.running

    assert asyncio.run(search()) == (0, 0)


def test_what_is_in_flight_is_cancelled_once_the_vote_is_decided(world) -> None:
    ended = world().search(Auto(), [*RIGHT, *["x * x +" * 40] * 3])
    assert ended.model.running == 0 and ended.program == RIGHT[0]
    assert len(ended.tried) == 2


def test_where_no_inputs_can_be_made_the_first_that_passes_is_taken(world) -> None:
    """Programs that pass do not differ on the calls of the checks themselves."""
    ended = world(head="def f(x):").search(Auto(), ["x + x", "x * 2"])
    assert (ended.program, len(ended.tried)) == ("x + x", 1)


@pytest.mark.parametrize(("agree", "drawn"), [(1, 1), (2, 3)])
def test_no_more_votes_are_drawn_than_may_be_needed(world, agree: int, drawn: int) -> None:
    ended = world().search(Auto(agree=agree), ["x + x"] * 9, slots=4)
    assert ended.program == "x + x"
    assert sum(isinstance(event, Asked) for event in ended.events) == drawn


RARE = "x + x if x != 777 else 0"  # generated calls do not come to 777


@pytest.mark.parametrize("slots", [1, 4])
def test_the_model_may_be_asked_where_programs_agree(world, slots: int) -> None:
    drafts = [RARE, "x + x", "x * 2", "2 * x", "x + x + 0"]
    unasked = world().search(Auto(), drafts, slots=slots)
    assert unasked.program == RARE and purposes(unasked) == {"draft": len(unasked.prompts)}
    asked = world().search(Auto(source="both"), drafts, inputs="```\nf(777)\n```", slots=slots)
    assert asked.program == "x + x" and purposes(asked)["inputs"] == 1


@pytest.mark.parametrize("inputs", ["I know of none.", "f(3)"])
def test_an_answer_that_tells_nothing_apart_ends_the_search(world, inputs: str) -> None:
    drafts = ["x + x", "x * 2", "2 * x"]
    ended = world().search(Auto(source="both"), drafts, inputs=inputs, slots=1)
    assert (ended.program, len(ended.tried)) == ("x + x", 2)
    assert purposes(ended) == {"draft": 2, "inputs": 1}
    assert ended.outcome.usage.model_calls == 3, "the question is paid for"


def test_without_budget_for_the_question_they_agree(world) -> None:
    budget = Budget(programs=9, seconds=30, tokens=150, tokens_per_call=40)
    ended = world().search(Auto(source="both"), ["x + x", "x * 2"], budget=budget, slots=1)
    assert ended.program == "x + x" and ended.outcome.usage.completion_tokens <= 150
