"""Answers that the prompt begins: by models that can go on, and by those that cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.synth import likelihood, prompts
from synthd.synth.attempt import Attempt, Candidate, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Event
from synthd.synth.extract import first_block
from synthd.synth.models.cached import CachedModel
from synthd.synth.models.errors import CannotContinue
from synthd.synth.models.failures import Backend, status
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Completion, Model, Prompt, Sampling, unheard
from synthd.synth.problem import Problem
from synthd.synth.run import Ask, Run
from synthd.synth.store.completions import Completions

START = 'def half(x: int) -> int:\n    """Half of x, rounded down."""'
PROBLEM = Problem("p", "Half of x.", start=START, entry_point="half")
BODY = "    return x // 2\n```"
WHOLE = f"```python\n{START}\n{BODY}"


class Accepting:
    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        return Evaluation(Verdict.REJECTED, 0.5)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    found = first_block(text, "half", cut=cut)
    return found.program, found.extraction, found.note


def one(model: Model, *, logprobs: bool = False) -> tuple[Candidate, list[Event], Run]:
    events: list[Event] = []
    run = Run(PROBLEM, model, Accepting(), Budget(), 1, read, events.append)
    ask = Ask(prompts.draft(PROBLEM), 0.0, "draft.0", "draft", logprobs=logprobs)
    attempt = asyncio.run(run.attempt(ask))
    assert attempt is not None
    return attempt.candidate, events, run


def test_the_program_is_the_beginning_and_what_was_drawn() -> None:
    model = ScriptedModel([BODY], continues=True)
    candidate, events, run = one(model)
    assert candidate.code == f"{START}\n    return x // 2\n"
    assert [e.completion for e in events if isinstance(e, Answered)] == [WHOLE]
    assert run.ledger.usage.completion_tokens == len(BODY.split()), "the beginning costs nothing"


def test_a_model_that_cannot_is_asked_for_all_of_it() -> None:
    asked: list[Prompt] = []

    def say(prompt: Prompt, sampling: Sampling, call: int) -> str:
        asked.append(prompt)
        return WHOLE

    candidate, _, _ = one(ScriptedModel(say))
    assert candidate.code == f"{START}\n    return x // 2\n"
    assert [message.role for message in asked[0]] == ["system", "user"]


class Refusing(ScriptedModel):
    """Says that it can, and cannot."""

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        if prompt[-1].role == "assistant":
            self.calls += 1
            raise CannotContinue("no")
        return await super().complete(prompt, sampling, heard)


def test_one_that_refuses_is_asked_again_and_then_no_more() -> None:
    model = Refusing([WHOLE] * 9, continues=True)
    _, _, run = one(model)
    assert model.calls == 2
    asyncio.run(run.attempt(Ask(prompts.draft(PROBLEM), 0.0, "draft.1", "draft")))
    assert model.calls == 3


def test_a_kept_answer_is_continued_alike(tmp_path: Path) -> None:
    first, *_ = one(CachedModel(ScriptedModel([BODY], continues=True), Completions(tmp_path)))
    silent = ScriptedModel([], continues=True)
    again, *_ = one(CachedModel(silent, Completions(tmp_path), replay=True))
    assert again == first


def test_only_drawn_tokens_are_likely_or_not() -> None:
    def logprob(word: str) -> float:
        return -2.0 if word.strip() == "x" else 0.0

    model = ScriptedModel([BODY], continues=True, logprob=logprob)
    candidate, *_ = one(model, logprobs=True)
    attempt = Attempt(candidate, Evaluation(Verdict.REJECTED, 0.5))
    # Drawn of the program: return, x, //, 2 and the line's end; of which one is unlikely.
    assert likelihood.code_mean(attempt, "half") == pytest.approx(-0.4)


@pytest.mark.parametrize(
    "message",
    [
        "Assistant response prefill is incompatible with enable_thinking.",
        "This model does not support assistant message prefill.",
    ],
)
def test_servers_words_for_it_are_known(message: str) -> None:
    backend = Backend("m", "there", "start", "key", "get")
    assert isinstance(status(backend, 400, message), CannotContinue)
