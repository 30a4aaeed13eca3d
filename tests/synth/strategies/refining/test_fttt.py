"""FTTT and FTTT+: what is learned from which attempt, what it costs, and who may not do it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from synthd.synth.attempt import Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Asked, Event, Tuned
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Problem
from synthd.synth.run import Run
from synthd.synth.solve import Stop, solve
from synthd.synth.strategies.fttt import Fttt
from synthd.synth.strategies.fttt_plus import FtttPlus
from synthd.synth.tuning import Lesson, Lora, Tuning
from synthd.synth.unmet import Unmet

INCORRECT = "Your answer is incorrect."
ROOMY = Budget(programs=500, seconds=60, tokens=10**6, tokens_per_call=100)


@dataclass
class Script:
    """Answers in their order; questions for mistakes have their own. samplings: of all calls."""

    answers: list[str]
    mistakes: list[str] = field(default_factory=list)
    samplings: list[Sampling] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)

    def __call__(self, prompt: Prompt, sampling: Sampling, call: int) -> str:
        self.samplings.append(sampling)
        self.prompts.append(prompt)
        if "sum up all mistakes" in prompt[-1].content:
            return self.mistakes.pop(0)
        return self.answers.pop(0)

    @property
    def learned(self) -> list[list[str]]:
        """By which attempts each call was tuned."""
        return [
            [lesson.completion for lesson in one.tuning.lessons] if one.tuning else []
            for one in self.samplings
        ]

    @property
    def tunings(self) -> list[Tuning]:
        return [one.tuning for one in self.samplings if one.tuning is not None]


class WantsOf:
    """Held-out tests that one program passes."""

    def __init__(self, program: str) -> None:
        self._program = program

    async def verify(self, problem, candidate) -> Evaluation:
        right = candidate.code == self._program
        return Evaluation(Verdict.ACCEPTED if right else Verdict.REJECTED, float(right))


class Silent:
    """Accepts nothing, whatever it is."""

    blind = True

    async def verify(self, problem, candidate) -> Evaluation:
        return Evaluation(Verdict.REJECTED, 0.0)


class Unsure:
    async def verify(self, problem, candidate) -> Evaluation:
        return Evaluation(Verdict.UNDECIDED, 0.0)


def test_every_failed_attempt_is_a_lesson_in_its_order_and_the_question_stays_bare(play) -> None:
    script = Script(["000", "001", "011", "111"])
    ended = play(Fttt(n=9), script)
    assert ended.outcome.stop is Stop.SOLVED
    assert script.learned == [[], ["000"], ["000", "001"], ["000", "001", "011"]]
    assert len({prompt for prompt in script.prompts}) == 1, "no prompt tells of an attempt"
    assert {(one.temperature, one.top_p) for one in script.samplings} == {(0.6, 0.95)}
    assert script.tunings[0].lessons == (Lesson(script.prompts[0], "000", INCORRECT),)
    methods = {tuning.method for tuning in script.tunings}
    assert methods == {Lora(seed=next(iter(methods)).seed)}, "the published defaults"
    assert len({one.seed for one in script.samplings}) == 4


def test_a_lesson_comes_before_the_call_that_knows_it_in_the_trace(play) -> None:
    ended = play(Fttt(n=9, steps=2), Script(["000", "011", "111"]))
    told = [e for e in ended.events if isinstance(e, (Asked, Tuned, Answered))]
    kinds = [type(event).__name__ for event in told]
    assert kinds == ["Asked", "Answered"] + ["Asked", "Tuned", "Answered"] * 2
    places = [[(s.lesson, s.step) for s in e.learned] for e in told if isinstance(e, Tuned)]
    assert places == [[(0, 0), (0, 1)], [(0, 0), (0, 1), (1, 0), (1, 1)]]


def test_what_is_no_answer_counts_and_teaches_nothing(play) -> None:
    script = Script(["no idea", "000", "no idea", "001"])
    ended = play(Fttt(n=4), script)
    assert script.learned == [[], [], ["000"], ["000"]]
    assert ended.outcome.stop is Stop.FINISHED
    assert ended.outcome.usage.programs == 4
    script = Script(["000", "001"])
    play(Fttt(n=2), script, verifier=Unsure())
    assert script.learned == [[], []], "nobody said that it is wrong"


def test_other_hyperparameters_are_those_of_every_call(play) -> None:
    script = Script(["000", "001", "011"])
    given = Fttt(
        n=3,
        temperature=0.9,
        top_p=0.0,
        rank=8,
        alpha=4.0,
        dropout=0.0,
        lr=2e-5,
        steps=3,
        targets="k_proj, o_proj",
        layers=2,
    )
    play(given, script, seed=4)
    (method,) = {tuning.method for tuning in script.tunings}
    assert method == Lora(8, 4.0, 0.0, 2e-5, 3, 1.0, ("k_proj", "o_proj"), 2, seed=method.seed)
    assert {(one.temperature, one.top_p) for one in script.samplings} == {(0.9, None)}
    other = Script(["000", "001", "011"])
    play(given, other, seed=5)
    assert other.tunings[0].method != method, "the adapter begins from the seed of the search"


def test_fttt_plus_asks_the_models_own_weights_what_was_wrong(play) -> None:
    script = Script(["000", "001", "111"], [" It fails all. ", "Two fail."])
    ended = play(FtttPlus(n=5, reflection_weight=0.5), script)
    assert ended.purposes == ["draft", "explain", "draft", "explain", "draft"]
    explains = [s for s, p in zip(script.samplings, ended.purposes, strict=True) if p == "explain"]
    assert all(sampling.tuning is None for sampling in explains), "the raw model is asked"
    question = script.prompts[1]
    assert question[: len(script.prompts[0])] == script.prompts[0]
    assert [message.role for message in question[-2:]] == ["assistant", "user"]
    assert question[-2].content == "000" and question[-1].content.startswith(INCORRECT)
    lessons = script.tunings[-1].lessons
    assert [lesson.reflection for lesson in lessons] == ["It fails all.", "Two fail."]
    assert script.tunings[-1].method.reflection_weight == 0.5
    assert ended.outcome.usage.programs == 3 and ended.outcome.usage.model_calls == 5


def test_a_reflection_must_come_to_its_end(play) -> None:
    endless = "word " * 200
    script = Script(["000", "001"], [endless, "Short."])
    play(FtttPlus(n=2), script)
    assert script.tunings[0].lessons[0].reflection == "Short."
    script = Script(["000", "001"], [endless] * 2)
    ended = play(FtttPlus(n=2, reflection_tries=2), script)
    assert ended.purposes == ["draft", "explain", "explain", "draft"]
    assert script.tunings[0].lessons == (Lesson(script.prompts[0], "000", INCORRECT),)


def test_nothing_is_asked_of_the_last_attempt(play) -> None:
    ended = play(FtttPlus(n=1), Script(["000"]))
    assert ended.purposes == ["draft"]
    ended = play(Fttt(reflection="self", n=1), Script(["000"]))
    assert ended.purposes == ["draft"]


@pytest.mark.parametrize("make", [Fttt, FtttPlus])
def test_the_oracle_stops_it_only_where_it_is_asked_for(play, marks, make) -> None:
    oracle = Oracle(marks(), WantsOf("110"))
    script = Script(["111", "011", "110"], ["Wrong."] * 2)
    ended = play(make(n=4, oracle=True), script, verifier=oracle)
    assert ended.outcome.oracle and ended.outcome.stop is Stop.SOLVED
    assert script.learned[-1] == ["111", "011"], "what passes the visible checks alone is wrong"
    with pytest.raises(Unmet, match="for benchmarks only"):
        play(make(n=4, oracle=True), Script(["111"]))
    with pytest.raises(Unmet, match="say so, with oracle=true"):
        play(make(n=4), Script(["111"]), verifier=oracle)


@pytest.mark.parametrize("make", [Fttt, FtttPlus])
def test_what_it_needs_is_said_before_anything_is_spent(play, make) -> None:
    script = Script([])
    with pytest.raises(Unmet, match=r"changes weights, and local/scripted .* hf/"):
        play(make(), script, tunes=False)
    with pytest.raises(Unmet, match="nothing here says what does"):
        play(make(), script, verifier=Silent())
    for bad in (make(rank=0), make(steps=0), make(targets=" , ")):
        with pytest.raises(Unmet, match="at least 1"):
            play(bad, script)
    assert not script.samplings


def test_the_budget_ends_it(play) -> None:
    script = Script(["000"] * 9)
    ended = play(Fttt(n=9), script, budget=Budget(3, 60, 10**6, 100))
    assert (ended.outcome.stop, ended.outcome.usage.programs) == (Stop.BUDGET, 3)
    script = Script(["000"] * 50)
    ended = play(Fttt(n=50), script, budget=Budget(500, 60, 40, 100))
    assert ended.outcome.stop is Stop.BUDGET
    assert ended.outcome.usage.completion_tokens <= 40
    script = Script(["000"] * 9, ["What is wrong takes a few words."] * 9)
    ended = play(FtttPlus(n=9), script, budget=Budget(2, 60, 10**6, 100))
    assert ended.outcome.stop is Stop.BUDGET and ended.outcome.usage.programs == 2


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text.removesuffix("…"), Extraction.TRUNCATED if "…" in text else Extraction.OK, ""


def run_of(model: ScriptedModel, verifier, trace=lambda event: None) -> Run:
    problem = Problem("marks", "Pass all.", start="def f():", entry_point="f")
    return Run(problem, model, verifier, ROOMY, 0, read, trace)


def test_nothing_more_is_learned_from_what_the_user_cut_off(marks) -> None:
    """The first program is cut off while the third is drawn, which had learned from it."""
    script = Script(["000", "001", "011", "010", "100"])

    async def search() -> None:
        def trace(event: Event) -> None:
            if isinstance(event, Asked) and event.node == "draft.2":
                run.pruning.want("draft.0")

        run = run_of(ScriptedModel(script), marks(), trace)
        await solve(run, Fttt(n=5))

    asyncio.run(search())
    assert script.learned == [[], ["000"], ["000", "001"], ["001", "011"], ["001", "011", "010"]]


def test_an_attempt_that_was_cut_has_no_mistakes_to_speak_of(marks) -> None:
    """What there is of it was wrong all the same."""
    script = Script(["00…", "001", "011"], ["Two fail."])
    asyncio.run(solve(run_of(ScriptedModel(script), marks()), FtttPlus(n=3)))
    assert script.learned[-1] == ["00…", "001"]
    assert [lesson.reflection for lesson in script.tunings[-1].lessons] == ["", "Two fail."]


async def test_cancelled_it_leaves_nothing_running(marks) -> None:
    drawing = asyncio.Event()

    def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
        if sampling.tuning is None:
            return "000"
        drawing.set()
        return "0 " * 10**4

    model = ScriptedModel(answer, seconds_per_token=0.01)
    task = asyncio.create_task(solve(run_of(model, marks()), Fttt()))
    async with asyncio.timeout(20):
        await drawing.wait()
    assert model.running == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.running == 0
