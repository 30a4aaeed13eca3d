"""What ends a search: the first accepted program, or a choice among all that were."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest

from synthd.synth.attempt import Attempt, Candidate, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.concurrently import concurrently
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Message, Prompt
from synthd.synth.problem import Problem
from synthd.synth.run import Ask, Run
from synthd.synth.solve import Outcome, Stop, solve
from synthd.synth.unmet import Unmet

PROMPT: Prompt = (Message("user", "a number"),)
PROBLEM = Problem("p", "Say an even number.", entry_point="f")


class Even:
    """Accepts even numbers; half a point for numbers at all."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        if not candidate.code.isdigit():
            return Evaluation(Verdict.REJECTED, 0.0)
        if int(candidate.code) % 2:
            return Evaluation(Verdict.REJECTED, 0.5)
        return Evaluation(Verdict.ACCEPTED, 1.0)


class EvenAndRunnable(Even):
    def __init__(self) -> None:
        self.executed: list[tuple[str, str]] = []

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        self.executed += [(candidate.code, call) for call in calls]
        text = candidate.code
        return tuple(Observation(c, Happened.RETURNED, text, text, 0.25) for c in calls)


@dataclass(frozen=True, slots=True)
class Largest:
    """Draws all there are, then takes the largest accepted one."""

    collects: ClassVar[bool] = True
    n: int = 4

    async def __call__(self, run: Run) -> None:
        await run.attempts(Ask(PROMPT, 1.0, f"draft.{i}", "draft", (i,)) for i in range(self.n))
        if run.accepted:
            run.choose(max(run.accepted, key=lambda attempt: int(attempt.candidate.code)))


def run(
    answers: Sequence[str], budget: Budget, verifier: Even | None = None, slots: int = 4
) -> Run:
    return Run(
        PROBLEM,
        ScriptedModel(answers, slots=slots),
        verifier or Even(),
        budget,
        0,
        lambda text, cut: (text, Extraction.OK, ""),
    )


def chosen(outcome: Outcome) -> str:
    assert outcome.best is not None
    return outcome.best.candidate.code


ROOMY = Budget(programs=9, seconds=20)


async def test_collecting_goes_on_after_the_first_accepted_program() -> None:
    search = run(["2", "3", "8", "2"], ROOMY)
    outcome = await solve(search, Largest())
    assert (chosen(outcome), outcome.stop) == ("8", Stop.SOLVED)
    assert [attempt.candidate.code for attempt in search.accepted] == ["2", "8"], "each once"
    assert outcome.usage.model_calls == outcome.usage.programs == 4


async def test_without_collecting_the_first_one_ends_it() -> None:
    class First(Largest):
        collects = False

    outcome = await solve(run(["2", "4", "8", "6"], ROOMY, slots=1), First())
    assert (chosen(outcome), outcome.usage.programs) == ("2", 1)


async def test_what_was_accepted_is_kept_when_the_budget_ends_before_the_choice() -> None:
    @dataclass(frozen=True)
    class Endless(Largest):
        async def __call__(self, run: Run) -> None:
            place = 0
            while await run.attempt(Ask(PROMPT, 1.0, f"draft.{place}", "draft")):
                place += 1

    outcome = await solve(run(["1", "2", "8", "x"], Budget(programs=4)), Endless())
    assert (chosen(outcome), outcome.stop) == ("2", Stop.SOLVED), "the best by rank, the first"


async def test_what_was_accepted_is_kept_when_the_time_ends() -> None:
    @dataclass(frozen=True)
    class Sleepy(Largest):
        async def __call__(self, run: Run) -> None:
            await run.attempt(Ask(PROMPT, 1.0, "draft.0", "draft"))
            await asyncio.Event().wait()

    outcome = await solve(run(["2"], Budget(seconds=0.2)), Sleepy())
    assert (chosen(outcome), outcome.stop) == ("2", Stop.SOLVED)


async def test_a_rejected_program_can_be_chosen_and_is_not_called_solved() -> None:
    @dataclass(frozen=True)
    class Last(Largest):
        async def __call__(self, run: Run) -> None:
            tried = await run.attempts(
                Ask(PROMPT, 1.0, f"draft.{i}", "draft", (i,)) for i in range(2)
            )
            run.choose(tried[-1])

    outcome = await solve(run(["3", "x"], Budget(programs=2)), Last())
    assert (chosen(outcome), outcome.stop) == ("x", Stop.FINISHED)


async def test_a_choice_cancels_what_is_still_being_drawn() -> None:
    model = ScriptedModel(["2", "4 " * 500], seconds_per_token=0.01)

    @dataclass(frozen=True)
    class Hasty(Largest):
        async def __call__(self, run: Run) -> None:
            async def one(place: int) -> Attempt | None:
                tried = await run.attempt(Ask(PROMPT, 1.0, f"draft.{place}", "draft", (place,)))
                if tried:
                    run.choose(tried)
                return tried

            await concurrently(one(place) for place in range(2))

    search = run([], ROOMY)
    search.model = model
    outcome = await solve(search, Hasty())
    assert chosen(outcome) == "2"
    assert model.running == 0
    assert outcome.usage.model_calls == 2, "the cancelled one is counted, too"


async def test_a_closing_question_is_asked_when_no_further_program_may_come() -> None:
    search = run(["2", "yes", "no"], Budget(programs=1))
    search.collects = True
    await search.attempt(Ask(PROMPT, 0.0, "draft.0", "draft"))
    assert search.left.programs == 0
    assert await search.sample(Ask(PROMPT, 0.0, "explain.0", "explain")) is None
    told = await search.sample(Ask(PROMPT, 0.0, "inputs.0", "inputs", closing=True))
    assert told is not None and told.text == "yes"
    assert search.ledger.usage.model_calls == 2


async def test_programs_are_executed_once_on_each_call_and_the_time_is_counted() -> None:
    verifier = EvenAndRunnable()
    search = run(["2", "2"], ROOMY, verifier)
    search.collects = True
    first, second = await search.attempts(
        Ask(PROMPT, 0.0, f"draft.{i}", "draft", (i,)) for i in range(2)
    )
    seen = await search.observe(first, ["f(1)", "f(2)", "f(1)"])
    assert [one.call for one in seen] == ["f(1)", "f(2)", "f(1)"]
    assert await search.observe(second, ["f(2)", "f(3)"])
    assert verifier.executed == [("2", "f(1)"), ("2", "f(2)"), ("2", "f(3)")]
    assert search.ledger.usage.judge_seconds == 0.75


async def test_what_cannot_be_executed_is_an_error_and_no_other_ranking() -> None:
    @dataclass(frozen=True)
    class Executing(Largest):
        async def __call__(self, run: Run) -> None:
            for attempt in await run.attempts([Ask(PROMPT, 1.0, "draft.0", "draft")]):
                await run.observe(attempt, ["f(1)"])

    with pytest.raises(Unmet, match="cannot run"):
        await solve(run(["2"], ROOMY), Executing())


async def test_a_model_without_log_probabilities_is_an_error() -> None:
    async def likely(run: Run) -> None:
        await run.attempts([Ask(PROMPT, 1.0, "draft.0", "draft", logprobs=True)])

    search = run([], ROOMY)
    search.model = ScriptedModel(["2"], logprob=None)
    with pytest.raises(Unmet, match="local/scripted does not give"):
        await solve(search, likely)
    assert search.ledger.usage.completion_tokens == 1, "it was paid for all the same"
    search = run(["2"], ROOMY)
    outcome = await solve(search, likely)
    assert outcome.best is not None and outcome.best.candidate.logprobs == (-0.1,)
