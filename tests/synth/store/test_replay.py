"""Searches that are kept, and go the same way again without a model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Event, Heard
from synthd.synth.models.cached import CachedModel
from synthd.synth.models.errors import EmptyAnswer, NotRecorded
from synthd.synth.observation import Happened, Observation
from synthd.synth.pace import Follower, Free, Pace, Recorder
from synthd.synth.ports import Completion, Finish, Message, Prompt, Sampling, unheard
from synthd.synth.problem import Problem
from synthd.synth.run import Run, Strategy
from synthd.synth.solve import Outcome, solve
from synthd.synth.store import checked
from synthd.synth.store.completions import Completions, Kept, key
from synthd.synth.strategies import registry
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.seidr import Seidr

PROMPT: Prompt = (Message("user", "a number"),)
SAMPLING = Sampling(0.5, 40, 3)


@dataclass
class Jittery:
    """Answers with a number that its seed decides, after a time that nothing decides."""

    slots: int = 3
    name: str = "scripted/jittery"
    endpoint: str = "nowhere"
    tunes: bool = True
    identity: str = "abc"
    calls: int = 0
    random: Random = field(default_factory=Random)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        self.calls += 1
        words = [f"{Random(sampling.seed).randrange(100)} ", "said ", "I"][: sampling.max_tokens]
        for word in words:
            await asyncio.sleep(self.random.random() / 200)
            heard(word)
        if sampling.seed % 17 == 0:
            raise EmptyAnswer("nothing was said", 5, len(words))
        logprobs = (-0.1,) * len(words) if sampling.logprobs else None
        return Completion("".join(words), Finish.STOP, 10, len(words), True, logprobs)


class JitteryJudge:
    """Accepts what is at least `bar`; takes its time."""

    def __init__(self, bar: int) -> None:
        self._bar = bar

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await asyncio.sleep(Random().random() / 200)
        number = int(candidate.code or 0)
        found = CaseOutcome.PASS if number >= self._bar else CaseOutcome.FAIL
        verdict = Verdict.ACCEPTED if number >= self._bar else Verdict.REJECTED
        return Evaluation(verdict, number / 100, (Case("a", found, "f()", "100", str(number)),))

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        await asyncio.sleep(Random().random() / 200)
        text = str(int(candidate.code or 0) % 3)
        return tuple(Observation(call, Happened.RETURNED, text, text, 0.5) for call in calls)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text.split(" ")[0], Extraction.OK if text else Extraction.NO_CODE, ""


def search(
    strategy: Strategy, budget: Budget, model: CachedModel, pace: Pace, bar: int = 99
) -> tuple[Outcome, list[Event]]:
    events: list[Event] = []
    judge = JitteryJudge(bar)
    head = "def f(x: int) -> int:"
    problem = Problem("p", "A large number.", start=head, head=head, entry_point="f")
    run = Run(problem, model, judge, budget, 1, read, events.append, pace)
    return asyncio.run(solve(run, strategy)), events


def told(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, Heard)]


def heard(events: list[Event]) -> dict[int, str]:
    texts: dict[int, str] = {}
    for event in events:
        if isinstance(event, Heard):
            texts[event.call] = texts.get(event.call, "") + event.piece
    return texts


@pytest.mark.parametrize(
    ("strategy", "budget", "bar"),
    [
        (Seidr(), Budget(programs=30, tokens=10**4), 101),
        (Seidr(), Budget(programs=30, tokens=10**4), 95),  # calls in flight are cancelled
        (Seidr(), Budget(programs=99, tokens=123, tokens_per_call=40), 101),  # the edge
        # One call may cost all that is left: the others wait for what it gives back.
        (BestOfN(n=99), Budget(programs=99, tokens=100, tokens_per_call=64), 101),
        (Seidr(), Budget(programs=99, tokens=150, tokens_per_call=150), 101),
        (Seidr(greedy_first=False), Budget(programs=99, seconds=0.06, tokens=10**4), 101),
        (BestOfN(n=12), Budget(programs=30, tokens=10**4), 90),
    ],
    ids=["all", "solved", "tokens", "scarce", "scarce-seidr", "time", "best-of-n"],
)
@pytest.mark.parametrize("again", range(3))
def test_a_replay_is_the_same_search_without_a_model(
    tmp_path: Path, strategy: Strategy, budget: Budget, bar: int, again: int
) -> None:
    recorder = Recorder()
    kept = CachedModel(Jittery(), Completions(tmp_path))
    first, events = search(strategy, budget, kept, recorder, bar)
    model = Jittery()
    silent = CachedModel(model, Completions(tmp_path), replay=True, follows=True)
    second, repeated = search(strategy, budget, silent, Follower(recorder.steps, 5.0), bar)
    assert model.calls == 0
    assert told(repeated) == told(events)
    assert heard(repeated) == heard(events)
    assert (second.best, second.stop) == (first.best, first.stop)
    assert second.usage.completion_tokens == first.usage.completion_tokens
    assert second.usage.model_calls == first.usage.model_calls


@pytest.mark.parametrize("name", registry.STRATEGIES)
def test_every_strategy_can_be_replayed(tmp_path: Path, needed, name: str) -> None:
    strategy, budget = registry.build(name, needed(name)), Budget(programs=24, tokens=10**4)
    recorder = Recorder()
    first, events = search(
        strategy, budget, CachedModel(Jittery(), Completions(tmp_path)), recorder, 80
    )
    silent = CachedModel(Jittery(), Completions(tmp_path), replay=True, follows=True)
    second, repeated = search(strategy, budget, silent, Follower(recorder.steps, 5.0), 80)
    assert told(repeated) == told(events) and len(told(events)) > 2
    assert (second.best, second.stop) == (first.best, first.stop)


def test_a_kept_answer_costs_no_second_call(tmp_path: Path) -> None:
    model = Jittery()
    budget = Budget(programs=30, tokens=10**4)
    first, _ = search(BestOfN(n=9), budget, CachedModel(model, Completions(tmp_path)), Free())
    second, _ = search(BestOfN(n=9), budget, CachedModel(model, Completions(tmp_path)), Free())
    assert model.calls == 9
    assert second.usage.completion_tokens == first.usage.completion_tokens


def ask(model: CachedModel, sampling: Sampling = SAMPLING) -> Completion:
    return asyncio.run(model.complete(PROMPT, sampling))


def test_whatever_decides_an_answer_is_part_of_its_key(tmp_path: Path) -> None:
    model, store = Jittery(), Completions(tmp_path)
    for sampling in (
        SAMPLING,
        Sampling(0.6, 40, 3),
        Sampling(0.5, 41, 3),
        Sampling(0.5, 40, 4),
        Sampling(0.5, 40, 3, logprobs=True),
        Sampling(0.5, 40, 3, top_p=0.95),
    ):
        ask(CachedModel(model, store), sampling)
        ask(CachedModel(model, store), sampling)
    ask(CachedModel(Jittery(identity="other weights"), store))
    assert model.calls == 6
    assert len(list(tmp_path.rglob("*.json"))) == 7


def test_answers_that_were_kept_before_a_setting_was_known_are_still_found() -> None:
    known = "11698c570d6bf18bc58eb70a887ec946101eda132df9dc42c15cdfc9b9594050"
    assert key("m", "", PROMPT, SAMPLING, 0) == known
    assert key("m", "", PROMPT, Sampling(0.5, 40, 3, top_p=1.0), 0) != known


def test_a_kept_answer_of_an_older_version_is_read(tmp_path: Path) -> None:
    store = Completions(tmp_path)
    store.put("ab", Kept(("x",), Completion("x", Finish.STOP, 1, 1)))
    (path,) = tmp_path.rglob("*.json")
    body = json.loads(path.read_text())["body"]
    del body["completion"]["fingerprint"]
    checked.write(path, body)
    kept = store.get("ab")
    assert kept is not None and kept.completion == Completion("x", Finish.STOP, 1, 1)


def test_a_second_sample_is_another_one(tmp_path: Path) -> None:
    model = Jittery()
    twice = CachedModel(model, Completions(tmp_path))
    ask(twice), ask(twice)
    again = CachedModel(model, Completions(tmp_path))
    ask(again), ask(again)
    assert model.calls == 2


def test_completions_come_back_as_they_went(tmp_path: Path) -> None:
    asked = Sampling(0.5, 40, 3, logprobs=True)
    model = Jittery()
    first = ask(CachedModel(model, Completions(tmp_path)), asked)
    assert ask(CachedModel(model, Completions(tmp_path), replay=True), asked) == first
    assert first.logprobs is not None and model.calls == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: b"",
        lambda raw: raw.replace(b'"finish": "stop"', b'"finish": "length"'),
        lambda raw: raw.replace(b"said", b"sold"),
        lambda raw: b"[]",
        lambda raw: b"\xff\x00" + raw,
    ],
)
def test_a_damaged_entry_is_noticed_and_fetched_again(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    model = Jittery()
    first = ask(CachedModel(model, Completions(tmp_path)))
    (entry,) = tmp_path.rglob("*.json")
    whole = entry.read_bytes()
    assert damage(whole) != whole
    entry.write_bytes(damage(whole))
    with pytest.raises(NotRecorded, match="call 1 of this search"):
        ask(CachedModel(model, Completions(tmp_path), replay=True))
    assert ask(CachedModel(model, Completions(tmp_path))) == first
    assert model.calls == 2 and entry.read_bytes() == whole


def test_a_search_that_is_another_one_is_an_error_and_does_not_hang(tmp_path: Path) -> None:
    recorder = Recorder()
    budget = Budget(programs=30, tokens=10**4)
    search(BestOfN(n=4), budget, CachedModel(Jittery(), Completions(tmp_path)), recorder)
    silent = CachedModel(Jittery(), Completions(tmp_path), replay=True, follows=True)
    other = [step for step in recorder.steps if step != "judged draft.2"]
    with pytest.raises(NotRecorded, match=r"comes to 'judged draft\.2' where that one came to"):
        search(BestOfN(n=4), budget, silent, Follower(other, 0.2))


async def test_of_one_call_drawn_twice_at_once_the_first_answer_holds(tmp_path: Path) -> None:
    """Engines that compute several answers in one batch do not repeat themselves to the letter."""

    class Varying(Jittery):
        async def complete(
            self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
        ) -> Completion:
            self.calls += 1
            mine = f"{self.calls}"
            await asyncio.sleep(self.random.random() / 100)
            if self.random.random() < 0.3:
                raise EmptyAnswer(f"nothing, in {mine}", 5, 0)
            return Completion(mine, Finish.STOP, 10, 1)

    async def said(model: Varying, store: Completions) -> str:
        try:
            return (await CachedModel(model, store).complete(PROMPT, SAMPLING)).text
        except EmptyAnswer as empty:
            return str(empty)

    for number in range(20):
        store, model = Completions(tmp_path / str(number)), Varying(random=Random(number))
        answers = await asyncio.gather(*(said(model, store) for _ in range(4)))
        assert model.calls == 4 and len(set(answers)) == 1
        assert await said(model, store) == answers[0] and model.calls == 4
