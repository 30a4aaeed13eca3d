"""One search of a benchmark: what breaks in it is never scored, whatever the search made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from synthd.daemon.bench.case import BenchSuite, Found, Score, Sought, Split, Tools
from synthd.daemon.bench.experiment import Experiment, ModelSpec, Price, StrategySpec, SuiteSpec
from synthd.daemon.bench.one import run_one
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import Key, Kind
from synthd.daemon.bench.selecting import Selected
from synthd.daemon.bench.shared import Shared
from synthd.daemon.exits import Stalled
from synthd.daemon.settings import LimitSettings, Settings
from synthd.sandbox.level import Detection, Level
from synthd.synth.budget import Usage
from synthd.synth.models.errors import EmptyAnswer, ModelError, ModelFailed
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Completion, Message, Prompt, Sampling, unheard
from synthd.synth.run import Strategy
from synthd.synth.store.completions import Completions

KEY = Key("s", "t", "greedy", "m", 3, 1)


class Failing(ScriptedModel):
    """Answers once, and then fails in the given way."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__(lambda *_: "word " * 5, name="m")
        self.error = error

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        if self.calls and self.error is not None:
            raise self.error
        return await super().complete(prompt, sampling, heard)


@dataclass
class Case:
    """Calls the model twice, bears with whatever comes of the second, and has a program."""

    id: str = "t"
    language: str = "python"
    text: str = ""
    reference: str = ""
    score_is: Score = field(default_factory=lambda: Score(True, "pass"))
    program: str = "x = 1\n"
    raises: Exception | None = None
    seeds: list[int] = field(default_factory=list)

    def unmet(self, strategy: Strategy) -> str:
        return ""

    async def search(self, sought: Sought, tools: Tools) -> Found:
        self.seeds.append(sought.seed)
        if self.raises is not None:
            raise self.raises
        for number in range(2):
            try:
                await sought.model.complete(
                    (Message("user", str(number)),), Sampling(0.0, 100, sought.seed)
                )
            except ModelError:
                pass
        usage = Usage(model_calls=2, prompt_tokens=1_000_000, completion_tokens=10)
        return Found(self.program, True, "solved", usage, 1.0)

    async def score(self, program: str, tools: Tools) -> Score:
        return self.score_is


def shared(
    case: Case, model: Failing, answers: Path | None = None, *, replay: bool = False
) -> Shared:
    experiment = Experiment(
        suites=(SuiteSpec(text="s"),),
        strategies=(StrategySpec(label="greedy", name="best-of-n"),),
        models=(ModelSpec(name="m"),),
    )
    suite = BenchSuite("s", "", "", "", "", Split("", "", ""), (case,))
    place = Place(experiment=experiment, settings=Settings(), replay=replay)
    selected = Selected({"s": suite}, {"s": ("t",)}, {("s", "t"): case})
    tools = Tools(cast(Any, None), Detection(Level.NONE, ()), LimitSettings(), Path("/nowhere"))
    store = Completions(answers) if answers else None
    return Shared(place, selected, {"m": model}, {"m": Price(prompt=2, completion=1)}, tools, store)


async def test_a_search_that_goes_well_is_scored() -> None:
    case = Case()
    finished = await run_one(KEY, shared(case, Failing(None)))
    record = finished.record
    assert (record.kind, record.passed, record.outcome) == (Kind.SAMPLE, True, "pass")
    assert record.key == KEY and finished.program == case.program
    assert record.money == pytest.approx(2.00001)
    assert case.seeds[0] not in range(100), "another sample has another seed than any first one"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ModelFailed("the server went away"), Kind.INFRA),
        (EmptyAnswer("nothing", 1, 0), Kind.SAMPLE),  # an answer: it would come again
    ],
)
async def test_a_model_that_breaks_is_not_borne_with(error: ModelError, kind: Kind) -> None:
    finished = await run_one(KEY, shared(Case(), Failing(error)))
    assert finished.record.kind is kind
    if kind is Kind.INFRA:
        assert finished.record.passed is None and finished.record.error == "the server went away"
        assert not finished.program


async def test_a_replay_that_lacks_an_answer_is_no_result(tmp_path: Path) -> None:
    half = shared(Case(), Failing(ModelFailed("gone")), tmp_path)
    assert (await run_one(KEY, half)).record.kind is Kind.INFRA
    again = await run_one(KEY, shared(Case(), Failing(None), tmp_path, replay=True))
    assert again.record.kind is Kind.INFRA and "nothing is recorded" in again.record.error


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (Case(raises=Stalled("no answer")), "no answer"),
        (Case(raises=ZeroDivisionError("what")), "ZeroDivisionError: what"),
        (Case(score_is=Score(None, "infra_error", error="no compiler")), "no compiler"),
    ],
)
async def test_what_breaks_otherwise_is_said_and_not_scored(case: Case, said: str) -> None:
    record = (await run_one(KEY, shared(case, Failing(None)))).record
    assert record.kind is Kind.INFRA and record.passed is None and said in record.error


async def test_no_program_is_a_failure_of_the_search() -> None:
    record = (await run_one(KEY, shared(Case(program=""), Failing(None)))).record
    assert (record.kind, record.passed, record.outcome) == (Kind.SAMPLE, False, "no_code")
