"""One search over one problem: the hands of a strategy, and what stops it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from random import Random
from typing import NoReturn, Protocol

from synthd.synth.ask import Ask
from synthd.synth.attempt import Attempt, Candidate
from synthd.synth.budget import Budget, Ledger
from synthd.synth.calling import Calling
from synthd.synth.choosing import Evidence, Reason, told
from synthd.synth.concurrently import concurrently
from synthd.synth.evaluating import Evaluating
from synthd.synth.events import Event, Pruned, Tried
from synthd.synth.observation import Observation
from synthd.synth.pace import Free, Pace
from synthd.synth.ports import Completion, Finish, Model, Observer, Trace, Verifier, in_turn
from synthd.synth.problem import Problem
from synthd.synth.proving.keep import preferred
from synthd.synth.pruning import Pruning
from synthd.synth.reading import Read, Reading, readings
from synthd.synth.slots import Priority, Slots
from synthd.synth.streams import stream

__all__ = ["Ask", "Ended", "Left", "Read", "Run", "Strategy", "unwatched"]


class Strategy(Protocol):
    """A search method. Only how to search is its business; when to stop is not.

    One with a true attribute `collects` is not ended by the first accepted program: it goes on
    to select among `run.accepted`, and says what it selected with `run.choose`.
    """

    def __call__(self, run: Run, /) -> Awaitable[None]: ...


GIVEN = "given"  # the node of a program that was there before

Make = Callable[[], Awaitable[Candidate | None]]


class Ended(Exception):
    """Raised where a program was accepted or chosen, to end the search wherever it stands."""


@dataclass(frozen=True, slots=True)
class Left:
    """What of the budget is neither spent nor in flight."""

    programs: int
    tokens: int


def unwatched(_: Event) -> None:
    """The trace of a search that nobody watches."""


@dataclass(slots=True)
class Run:
    """What a strategy may do: sample, attempt, and draw random numbers. It pays for all of it.

    A refused grant gives None or a shorter list, never an exception: attempts that are in flight
    at the edge of the budget are within it and are worth having.
    """

    problem: Problem
    model: Model
    verifier: Verifier
    budget: Budget
    seed: int
    read: Read
    trace: Trace = unwatched
    pace: Pace = field(default_factory=Free)
    pruning: Pruning = field(default_factory=Pruning)
    collects: bool = field(default=False, init=False)
    accepted: list[Attempt] = field(default_factory=list, init=False)  # one for each program
    start: Attempt | None = field(default=None, init=False)  # of the problem's given program
    best: Attempt | None = field(default=None, init=False)
    chosen: bool = field(default=False, init=False)  # best is what the strategy chose
    ledger: Ledger = field(init=False)
    evidence: Evidence = field(default_factory=Evidence, init=False)  # what a choice may rest on
    _over: bool = field(default=False, init=False)
    _calling: Calling = field(init=False)
    _evaluating: Evaluating = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.budget)
        self._calling = Calling(self, Slots(1 if in_turn(self.model) else self.model.slots))
        self._evaluating = Evaluating(self)

    def random(self, *names: str) -> Random:
        """The random stream of one decision, e.g. `run.random("rank", "3")`."""
        return stream(self.seed, self.problem.id, *names)

    @property
    def slots(self) -> int:
        """How many completions come at once: more asks than that wait for each other."""
        return self.model.slots

    @property
    def left(self) -> Left:
        return Left(self.ledger.programs_left, self.ledger.tokens_left)

    @property
    def observes(self) -> bool:
        """Whether programs can be executed on other inputs than the checks'."""
        return isinstance(self.verifier, Observer)

    def further(
        self,
        *,
        seconds: float,
        problem: Problem | None = None,
        verifier: Verifier | None = None,
        model: Model | None = None,
        pace: Pace | None = None,
        seed: int | None = None,
        read: Read | None = None,
    ) -> Run:
        """Another search, once this one is over, that goes on spending this one's budget."""
        other = Run(
            problem or self.problem,
            model or self.model,
            verifier or self.verifier,
            replace(self.budget, seconds=seconds),
            self.seed if seed is None else seed,
            read or self.read,
            self.trace,
            pace or Free(),
            self.pruning,
        )
        other.ledger, other._calling.numbers = self.ledger, self._calling.numbers
        return other

    def choose(self, attempt: Attempt, reason: Reason | None = None) -> NoReturn:
        """End the search with this attempt as its result, whatever its rank.

        reason: why, for the trace; where none is given, what was last compared. Of two that choose
        in the same moment the first has chosen.
        """
        if not self._over:
            self.best, self.chosen, self._over = attempt, True, True
            found = reason or self.evidence.reason(self.problem.entry_point)
            self.trace(told(attempt, found, self._evaluating.observed))
        raise Ended

    async def observe(self, attempt: Attempt, calls: Iterable[str]) -> tuple[Observation, ...]:
        """What the program does on each of these calls; each is executed once per program.

        Its seconds are the verifier's. Raises Unmet where the verifier cannot.
        """
        async with self._turn():
            return await self._evaluating.observe(attempt, calls)

    async def sample(self, ask: Ask) -> Completion | None:
        """One completion, or None when the budget has no room for it.

        An empty answer is one of no text. Where the prompt of a question about an earlier attempt
        does not fit the model, that question is not asked: None.
        """
        return await self._calling.sample(ask)

    async def attempts(self, asks: Iterable[Ask]) -> list[Attempt]:
        """Sample and judge all at once; judging overlaps with the sampling of the others.

        Where an answer is read as several programs, each of them is one.
        """
        tried = await concurrently(self._answered(ask) for ask in asks)
        return [attempt for answer in tried for attempt in answer]

    async def attempt(self, ask: Ask) -> Attempt | None:
        """Sample one program and judge it; None when the budget has no room for it.

        Where an answer is read as several programs, all are judged, and this is the best of them.
        """
        return max(await self._answered(ask), key=lambda attempt: attempt.rank, default=None)

    async def given(self, code: str, node: str = GIVEN) -> Attempt | None:
        """Judge a program that is there already; it counts as one of the budget's programs."""
        async with self._turn():
            return await self._judged(Candidate(code, node=node))

    def _turn(self, priority: Priority = ()) -> AbstractAsyncContextManager[None]:
        """Where a search does one thing at a time, what holds the others off."""
        return self._calling.slots.one(priority) if in_turn(self.model) else nullcontext()

    async def _answered(self, ask: Ask) -> list[Attempt]:
        """Sample one answer and judge what is in it, in order, as far as the budget goes."""
        async with self._turn(ask.priority):
            return await self._answered_in_turn(ask)

    async def _answered_in_turn(self, ask: Ask) -> list[Attempt]:
        further: list[Candidate] = []

        async def drawn() -> Candidate | None:
            completion = await self._calling.sample(ask, holds=in_turn(self.model))
            if completion is None:
                return None
            cut = completion.finish is Finish.LENGTH
            found = readings(self.read, completion.text, cut)
            first, *rest = (
                self._candidate(ask, completion, one, at) for at, one in enumerate(found)
            )
            further.extend(rest)
            return first

        tried = [await self._try(ask.node, drawn)]
        for candidate in further:
            if tried[-1] is None:
                break
            tried.append(await self._judged(candidate))
        return [attempt for attempt in tried if attempt is not None]

    async def _judged(self, candidate: Candidate) -> Attempt | None:
        async def there() -> Candidate | None:
            return candidate

        return await self._try(candidate.node, there)

    async def _try(self, node: str, make: Make) -> Attempt | None:
        await self.step(f"began {node}")
        if not self.ledger.grant_program():
            return None
        settled = False
        try:
            candidate = await make()
            if candidate is None:
                return None
            evaluation = await self._evaluating.judge(candidate)
            await self.step(f"judged {node}")
            self.ledger.settle_program(evaluation.seconds)
            settled = True
        finally:
            if not settled:
                self.ledger.return_program()
        return self._record(Attempt(candidate, evaluation))

    def refuses(self, attempt: Attempt | None) -> bool:
        """Whether nothing more is to be made of it: then an ask about it is answered by None."""
        return self.pruning.refuses(attempt)

    async def prune(self, node: str) -> None:
        """Make nothing more of the program of this node, nor of what was made of it; calls about
        them are cut off."""
        await self.step(f"pruned {node}")
        self.trace(Pruned(node))
        self.pruning.cut(node)

    async def step(self, step: str) -> None:
        """Wait for this step's turn. Once the search is over nothing further happens in it, also
        not in the moment before its tasks are cancelled."""
        if not self._over:
            await self.pace.turn(step)
        if self._over:
            raise Ended

    def _candidate(self, ask: Ask, completion: Completion, found: Reading, at: int) -> Candidate:
        """at: the place of this program in the answer."""
        return Candidate(
            code=found.code,
            parent=ask.parent,
            node=f"{ask.node}.block.{at}" if at else ask.node,
            completion=completion.text,
            temperature=ask.temperature,
            seed=self._calling.seed(ask),
            extraction=found.extraction,
            note=found.note,
            logprobs=completion.logprobs,
            pieces=completion.pieces,
            program=found.program,
        )

    def _record(self, attempt: Attempt) -> Attempt:
        self.trace(Tried(attempt, self.ledger.usage.programs))
        self.evidence.tried.append(attempt)
        if self.best is None or preferred(attempt, self.best):
            self.best = attempt
        if attempt.accepted and not attempt.evaluation.labels:
            if not self.collects:
                self._over = True
                raise Ended
            if all(attempt.candidate.code != known.candidate.code for known in self.accepted):
                self.accepted.append(attempt)
        return attempt
