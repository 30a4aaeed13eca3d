"""Searches that are killed at any instant, and go on: nothing is drawn twice, nothing is lost."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Event, Heard, Tried
from synthd.synth.models.cached import CachedModel
from synthd.synth.models.errors import EmptyAnswer, NotKept
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard
from synthd.synth.problem import Problem
from synthd.synth.pruning import Pruning
from synthd.synth.resuming import MOMENT, OVER, Noted, Resuming
from synthd.synth.run import Run
from synthd.synth.solve import Outcome, solve
from synthd.synth.store.completions import Completions, Kept, key
from synthd.synth.store.steps import Steps
from synthd.synth.strategies import registry
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import Entry

STRATEGIES = ("seidr", "auto", "best-of-n", "rex", "treefinement", "s-star")
BUDGET = Budget(programs=10, seconds=60, tokens=10**4)


class Killed(BaseException):
    """As by kill -9: what is on disk stays, and nothing more gets there."""


@dataclass
class Life:
    """How many more times something reaches the disk."""

    left: int = 10**9
    end: Callable[[], object] = lambda: None

    @property
    def over(self) -> bool:
        return self.left <= 0 and not self.gently

    gently: bool = False  # cancelled then, rather than killed

    def lives(self) -> bool:
        self.left -= 1
        return self.left >= 0 or self.gently


@dataclass
class Mortal:
    """Steps that are noted as long as their process lives."""

    steps: Steps
    life: Life

    @property
    def noted(self):
        return self.steps.noted

    def note(self, noted: Noted) -> None:
        if not self.life.lives():
            raise Killed
        self.steps.note(noted)
        if self.life.left == 0:
            self.life.end()

    def cut(self, length: int) -> None:
        self.steps.cut(length)


class MortalStore(Completions):
    def __init__(self, folder: Path, life: Life) -> None:
        super().__init__(folder)
        self._life = life

    def put(self, key: str, kept: Kept) -> None:
        if self._life.over or not self._life.lives():
            return
        super().put(key, kept)


@dataclass
class Steady:
    """Answers with a number that its seed decides; one after the other, and each only when nothing
    else is left to do: the first by its key of all that wait, so that the order is always the
    same."""

    store: Completions
    life: Life
    asked: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)  # kept, and asked for all the same
    busy: Callable[[], bool] = lambda: False
    line: list[str] = field(default_factory=list)
    slots: int = 3
    name: str = "scripted/steady"
    endpoint: str = "nowhere"
    identity: str = "abc"

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        place = key(self.name, self.identity, prompt, sampling, 0)
        if not self.life.over:
            self.asked.append(place)
            kept = self.store.get(place)
            if kept is not None and not kept.unfinished:
                self.twice.append(place)
        self.line.append(place)
        try:
            await self._turn(place)
        finally:
            self.line.remove(place)
        text = f"{Random(sampling.seed).randrange(100)} said I"
        if sampling.seed % 17 == 0:
            raise EmptyAnswer("nothing was said", 5, 3)
        heard(text)
        logprobs = (-0.1,) * 3 if sampling.logprobs else None
        return Completion(text, Finish.STOP, 10, 3, True, logprobs)

    async def _turn(self, place: str) -> None:
        if self.busy():
            while self.busy():  # noqa: ASYNC110  # an event would be a moment too late
                await asyncio.sleep(0)
            await asyncio.sleep(2 * MOMENT)  # calls that were cut are made again only then
        quiet = 0
        while quiet < 60:
            await asyncio.sleep(0)
            quiet = quiet + 1 if min(self.line) == place else 0


class AtOnce(ThreadPoolExecutor):
    """What goes into a thread is done at once, so that its order is that of the loop."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done


@dataclass(frozen=True)
class Judge:
    """Accepts what is at least `bar`."""

    bar: int

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        number = int(candidate.code or 0)
        found = CaseOutcome.PASS if number >= self.bar else CaseOutcome.FAIL
        verdict = Verdict.ACCEPTED if number >= self.bar else Verdict.REJECTED
        return Evaluation(verdict, number / 100, (Case("a", found, "f()", "100", str(number)),))

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        text = str(int(candidate.code or 0) % 3)
        return tuple(Observation(call, Happened.RETURNED, text, text, 0.5) for call in calls)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text.split(" ")[0], Extraction.OK if text else Extraction.NO_CODE, ""


@dataclass
class Attempt:
    outcome: Outcome | None
    lines: list[str]
    model: Steady
    differed: list[str]
    elapsed: float


def attempt(
    folder: Path,
    strategy: str,
    *,
    bar: int = 101,
    life: Life | None = None,
    budget: Budget = BUDGET,
    spent: float = 0.0,
    patience: float = 5.0,
    search: str = "this search",
    early: bool = False,
    pruning: Pruning | None = None,
    watch: Callable[[Event], None] = lambda event: None,
) -> Attempt:
    """One process: it follows what the folder has, then goes on, until it ends or is killed.

    early: the model may answer while it follows. watch: hears of each event.
    """
    life = life or Life()
    lines: list[str] = []

    def trace(event: Event) -> None:
        watch(event)
        if not isinstance(event, Heard) and not life.over:
            lines.append(line(Entry(0.0, event)))

    steps = Steps.open(folder / "steps", search)
    store = MortalStore(folder / "completions", life)
    model, differed = Steady(store, life), []
    pace = Resuming(Mortal(steps, life), spent, patience, differed.append)
    model.busy = lambda: pace.following and not early
    head = "def f(x: int) -> int:"
    problem = Problem("p", "A large number.", start=head, head=head, entry_point="f")
    cached = CachedModel(model, store, resuming=pace)
    method = registry.build(strategy, {})

    async def searched() -> Outcome | None:
        asyncio.get_running_loop().set_default_executor(AtOnce())
        cutting = pruning or Pruning()
        run = Run(problem, cached, Judge(bar), budget, 1, read, trace, pace, cutting)
        solving = asyncio.create_task(solve(run, method))
        if life.gently:  # of no effect where the search has just ended
            life.end = solving.cancel
        try:
            return await solving
        except (Killed, BaseExceptionGroup):
            assert life.over
            return None
        except asyncio.CancelledError:
            assert life.gently
            return None

    try:
        return Attempt(asyncio.run(searched()), lines, model, differed, pace.elapsed)
    finally:
        steps.close()


def same(found: Outcome | None, wanted: Outcome | None) -> bool:
    assert found is not None and wanted is not None
    usage = [
        (o.usage.model_calls, o.usage.completion_tokens, o.usage.programs) for o in (found, wanted)
    ]
    return (found.best, found.stop) == (wanted.best, wanted.stop) and usage[0] == usage[1]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    def make() -> Path:
        return tmp_path_factory.mktemp("search")

    return make


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("bar", [101, 93], ids=["unsolved", "solved"])
def test_one_that_is_killed_anywhere_goes_on_as_if_it_never_had_been(
    folders: Callable[[], Path], strategy: str, bar: int
) -> None:
    folder = folders()
    whole = attempt(folder, strategy, bar=bar)
    written = len((folder / "steps").read_text().splitlines()) + len(whole.model.asked)

    @settings(max_examples=settings().max_examples // 5)  # each is up to five searches
    @given(st.lists(st.integers(1, written), min_size=1, max_size=4))
    def killed(lives: list[int]) -> None:
        place = folders()
        for left in lives:
            stopped = attempt(place, strategy, bar=bar, life=Life(left))
            assert stopped.model.twice == [] and stopped.differed == []
            assert stopped.lines == whole.lines[: len(stopped.lines)]
        last = attempt(place, strategy, bar=bar)
        assert last.model.twice == [] and last.differed == []
        assert last.lines == whole.lines
        assert same(last.outcome, whole.outcome)
        shutil.rmtree(place)

    killed()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_one_that_is_cancelled_anywhere_goes_on_too(
    folders: Callable[[], Path], strategy: str
) -> None:
    """Its calls were cut short: none of them is made again before it is known to be needed."""
    whole = attempt(folders(), strategy, bar=93)

    @settings(max_examples=settings().max_examples // 10)
    @given(st.lists(st.integers(1, 60), min_size=1, max_size=3))
    def cancelled(lives: list[int]) -> None:
        place = folders()
        for left in lives:
            stopped = attempt(place, strategy, bar=93, life=Life(left, gently=True))
            assert stopped.model.twice == [] and stopped.differed == []
            assert stopped.lines == whole.lines[: len(stopped.lines)]
        last = attempt(place, strategy, bar=93)
        assert last.model.twice == [] and last.differed == []
        assert last.lines == whole.lines and same(last.outcome, whole.outcome)
        again = attempt(place, strategy, bar=93)
        assert again.model.asked == [] and again.lines == whole.lines
        shutil.rmtree(place)

    cancelled()


def test_one_that_was_over_is_followed_to_its_end_and_asks_nobody(tmp_path: Path) -> None:
    whole = attempt(tmp_path, "seidr", bar=93)
    again = attempt(tmp_path, "seidr", bar=93)
    assert again.model.asked == [] and whole.model.asked != []
    assert again.lines == whole.lines and same(again.outcome, whole.outcome)


@pytest.mark.parametrize("torn", [1, 7, 20])
def test_a_last_step_that_was_not_finished_does_not_count(tmp_path: Path, torn: int) -> None:
    whole = attempt(tmp_path, "seidr")
    held = (tmp_path / "steps").read_bytes()
    (tmp_path / "steps").write_bytes(held[:-torn])
    again = attempt(tmp_path, "seidr")
    assert again.model.asked == [] and again.lines == whole.lines
    assert [row.split(b", ", 1)[1] for row in (tmp_path / "steps").read_bytes().splitlines()] == [
        row.split(b", ", 1)[1] for row in held.splitlines()
    ]


def test_a_completion_that_was_lost_is_drawn_again(tmp_path: Path) -> None:
    whole = attempt(tmp_path, "seidr")
    lost = sorted((tmp_path / "completions").rglob("*.json"))[:3]
    for path in lost:
        path.unlink()
    again = attempt(tmp_path, "seidr", early=True)
    assert len(again.model.asked) == 3
    assert again.lines == whole.lines and same(again.outcome, whole.outcome)


def test_time_stands_still_while_it_follows_and_what_was_spent_stays_spent(tmp_path: Path) -> None:
    budget = Budget(programs=10**4, seconds=0.3, tokens=10**6)
    first = attempt(tmp_path, "best-of-n", life=Life(60), budget=budget)
    assert first.outcome is None
    last = attempt(tmp_path, "best-of-n", budget=budget, spent=0.2)
    assert last.outcome is not None and 0.2 < last.outcome.seconds
    spent = attempt(tmp_path, "best-of-n", budget=budget, spent=10.0)  # as it had ended
    assert spent.lines == last.lines and spent.model.asked == []


def test_nothing_is_left_of_the_time(tmp_path: Path) -> None:
    budget = Budget(programs=10**4, seconds=60, tokens=10**6)
    first = attempt(tmp_path, "seidr", life=Life(20), budget=budget)
    last = attempt(tmp_path, "seidr", budget=budget, spent=60.0)
    assert last.outcome is not None and last.outcome.stop == "time"
    assert last.lines[: len(first.lines)] == first.lines
    assert last.outcome.best is not None


def test_one_that_comes_to_differ_says_so_and_goes_on_with_what_fits(tmp_path: Path) -> None:
    whole = attempt(tmp_path, "seidr")
    rows = (tmp_path / "steps").read_bytes().splitlines(keepends=True)
    other = [row for row in rows if b'"judged draft.2"' not in row]
    assert len(other) == len(rows) - 1
    (tmp_path / "steps").write_bytes(b"".join(other))
    again = attempt(tmp_path, "seidr", patience=0.1)
    assert len(again.differed) == 1 and "where the earlier attempt came to" in again.differed[0]
    assert again.outcome is not None and again.model.twice == []
    assert again.outcome.usage.programs == whole.outcome.usage.programs
    rest = attempt(tmp_path, "seidr")
    assert rest.model.asked == [] and rest.lines == again.lines


def test_the_steps_of_another_search_are_not_followed(tmp_path: Path) -> None:
    whole = attempt(tmp_path, "seidr")
    again = attempt(tmp_path, "seidr", search="another")
    assert again.differed == [] and again.model.twice == []
    assert len(again.model.asked) < len(whole.model.asked)  # though in an order of its own
    steps = Steps.open(tmp_path / "steps", "another")
    assert steps.noted[-1].step == OVER
    steps.close()


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\n\n", b"[]\n[1, 2]\n", b'{"schema": 9}\n'])
def test_a_file_that_is_none_of_ours_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "steps").write_bytes(damage)
    assert attempt(tmp_path, "seidr").outcome is not None
    assert attempt(tmp_path, "seidr").model.asked == []


def test_what_cannot_be_kept_ends_the_search_before_more_is_paid_for(tmp_path: Path) -> None:
    (tmp_path / "completions").write_text("no folder")
    with pytest.raises(NotKept, match=r"could not be kept: .*resume the job"):
        attempt(tmp_path, "seidr")


@pytest.mark.parametrize("strategy", ["seidr", "auto", "rex", "treefinement"])
def test_what_was_cut_off_is_cut_off_in_the_same_place(
    folders: Callable[[], Path], strategy: str
) -> None:
    """Wherever the process was killed after that, or in that very moment."""

    def cut(pruning: Pruning, at: int) -> Callable[[Event], None]:
        def watch(event: Event) -> None:
            if isinstance(event, Tried) and event.programs == at:
                pruning.want(event.attempt.candidate.node)

        return watch

    whole_pruning = Pruning()
    whole = attempt(folders(), strategy, pruning=whole_pruning, watch=cut(whole_pruning, 2))
    assert sum('"kind":"pruned"' in row for row in whole.lines) == 1
    for left in range(1, 60, 7):
        folder, pruning = folders(), Pruning()
        killed = attempt(folder, strategy, life=Life(left), pruning=pruning, watch=cut(pruning, 2))
        wanted, again = tuple(pruning.wanted_nodes), Pruning(tuple(pruning.wanted_nodes))
        rest = attempt(folder, strategy, pruning=again, watch=cut(again, 2))
        assert rest.differed == [] and rest.model.twice == []
        assert rest.lines[: len(killed.lines)] == killed.lines, (left, wanted)
        assert rest.lines == whole.lines
        assert same(rest.outcome, whole.outcome)
