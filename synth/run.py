"""One search over one problem: the hands of a strategy, and what stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import NoReturn, Protocol

from synthd.synth.attempt import Attempt, Candidate, Evaluation, Extraction
from synthd.synth.budget import Budget, Ledger
from synthd.synth.concurrently import concurrently
from synthd.synth.continuing import Continuing
from synthd.synth.events import Answered, Event, Heard, Observed, Tried
from synthd.synth.models.errors import ContextTooLong, EmptyAnswer
from synthd.synth.observation import Observation
from synthd.synth.pace import Free, Pace
from synthd.synth.ports import (
    Completion,
    Finish,
    Model,
    Observer,
    Prompt,
    Sampling,
    Trace,
    Verifier,
)
from synthd.synth.problem import Problem
from synthd.synth.proving.keep import preferred
from synthd.synth.slots import Priority, Slots
from synthd.synth.streams import derived_seed, stream
from synthd.synth.telling import answered, asked
from synthd.synth.unmet import Unmet


class Strategy(Protocol):
    """A search method. Only how to search is its business; when to stop is not.

    One with a true attribute `collects` is not ended by the first accepted program: it goes on
    to select among `run.accepted`, and says what it selected with `run.choose`.
    """

    def __call__(self, run: Run, /) -> Awaitable[None]: ...


# From a completion (and whether it was cut) to (code, extraction, note).
Read = Callable[[str, bool], tuple[str, Extraction, str]]
Make = Callable[[], Awaitable[Candidate | None]]


class Ended(Exception):
    """Raised where a program was accepted or chosen, to end the search wherever it stands."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One wanted completion: prompt, temperature, its node of the tree, and its turn.

    logprobs: the method ranks by them; Unmet is raised where the model has none.
    closing: about programs that there are already, so drawn also when no further one may come.
    most: tokens that a short answer may have, which also is what is set aside for it.
    """

    prompt: Prompt
    temperature: float
    node: str
    purpose: str
    priority: Priority = ()
    parent: Attempt | None = None
    logprobs: bool = False
    closing: bool = False
    most: int | None = None


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
    collects: bool = field(default=False, init=False)
    accepted: list[Attempt] = field(default_factory=list, init=False)  # one for each program
    best: Attempt | None = field(default=None, init=False)
    chosen: bool = field(default=False, init=False)  # best is what the strategy chose
    ledger: Ledger = field(init=False)
    _over: bool = field(default=False, init=False)
    _begun: Continuing = field(default_factory=Continuing, init=False)
    _slots: Slots = field(init=False)
    _settled: asyncio.Event = field(default_factory=asyncio.Event, init=False)  # the next call
    _calls: Iterable[int] = field(default_factory=lambda: count(1), init=False)
    _judged: dict[str, asyncio.Task[Evaluation]] = field(default_factory=dict, init=False)
    _observed: dict[tuple[str, str], Observation] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.budget)
        self._slots = Slots(self.model.slots)

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
    ) -> Run:
        """Another search, once this one is over, that goes on spending this one's budget."""
        other = Run(
            problem or self.problem,
            model or self.model,
            verifier or self.verifier,
            replace(self.budget, seconds=seconds),
            self.seed if seed is None else seed,
            self.read,
            self.trace,
            pace or Free(),
        )
        other.ledger, other._calls = self.ledger, self._calls
        return other

    def choose(self, attempt: Attempt) -> NoReturn:
        """End the search with this attempt as its result, whatever its rank."""
        self.best, self.chosen, self._over = attempt, True, True
        raise Ended

    async def observe(self, attempt: Attempt, calls: Iterable[str]) -> tuple[Observation, ...]:
        """What the program does on each of these calls; each is executed once per program.

        Its seconds are the verifier's. Raises Unmet where the verifier cannot.
        """
        if not isinstance(self.verifier, Observer):
            raise Unmet("this strategy compares what programs do, which this verifier cannot run")
        wanted, code = tuple(calls), attempt.candidate.code
        new = tuple(dict.fromkeys(c for c in wanted if (code, c) not in self._observed))
        if new:
            found = await self.verifier.observe(self.problem, attempt.candidate, new)
            await self._step(f"observed {attempt.candidate.node}")
            self.trace(Observed(attempt.candidate.node, tuple(found)))
            self.ledger.usage.judge_seconds += sum(seen.seconds for seen in found)
            self._observed.update({(code, seen.call): seen for seen in found})
        return tuple(self._observed[code, call] for call in wanted)

    async def sample(self, ask: Ask) -> Completion | None:
        """One completion, or None when the budget has no room for it.

        An empty answer is one of no text. Where the prompt of a question about an earlier attempt
        does not fit the model, that question is not asked: None.
        """
        await self._step(f"wanted {ask.purpose} {ask.node}")
        async with self._slots.one(ask.priority):
            await self._step(f"asked {ask.purpose} {ask.node}")
            if not ask.closing and self.ledger.usage.programs >= self.budget.programs:
                self.ledger.exhausted = True
                return None
            grant = await self._grant(ask)
            if not grant:
                return None
            try:
                return await self._call(ask, grant)
            except EmptyAnswer:
                # An answer, though a bad one: it was paid for, and counts as one without text.
                return Completion("", Finish.STOP, 0, 0)
            except ContextTooLong:
                # A repair whose report is too long costs that child, not the search.
                if ask.parent is None:
                    raise
                return None

    async def attempts(self, asks: Iterable[Ask]) -> list[Attempt]:
        """Sample and judge all at once; judging overlaps with the sampling of the others."""
        tried = await concurrently(self.attempt(ask) for ask in asks)
        return [attempt for attempt in tried if attempt is not None]

    async def attempt(self, ask: Ask) -> Attempt | None:
        """Sample one program and judge it; None when the budget has no room for it."""

        async def drawn() -> Candidate | None:
            completion = await self.sample(ask)
            return None if completion is None else self._candidate(ask, completion)

        return await self._try(ask.node, drawn)

    async def given(self, code: str, node: str = "given") -> Attempt | None:
        """Judge a program that is there already; it counts as one of the budget's programs."""

        async def there() -> Candidate | None:
            return Candidate(code, node=node)

        return await self._try(node, there)

    async def _try(self, node: str, make: Make) -> Attempt | None:
        await self._step(f"began {node}")
        if not self.ledger.grant_program():
            return None
        settled = False
        try:
            candidate = await make()
            if candidate is None:
                return None
            evaluation = await self._judge(candidate)
            await self._step(f"judged {node}")
            self.ledger.settle_program(evaluation.seconds)
            settled = True
        finally:
            if not settled:
                self.ledger.return_program()
        return self._record(Attempt(candidate, evaluation))

    async def _step(self, step: str) -> None:
        """Wait for this step's turn. Once the search is over nothing further happens in it, also
        not in the moment before its tasks are cancelled."""
        if not self._over:
            await self.pace.turn(step)
        if self._over:
            raise Ended

    async def _grant(self, ask: Ask) -> int:
        """Tokens for one call, once there are enough or nothing in flight can give any back."""
        while (grant := self.ledger.grant_tokens(ask.most)) is None:
            await self._settled.wait()
            # Several may wait, and who is first decides what each can have.
            await self._step(f"granted {ask.purpose} {ask.node}")
        return grant

    def _settle(self, grant: int, prompt: int, completion: int, *, counted: bool) -> None:
        self.ledger.settle_tokens(grant, prompt, completion, counted=counted)
        self._settled.set()
        self._settled = asyncio.Event()

    async def _call(self, ask: Ask, grant: int) -> Completion:
        call = next(iter(self._calls))
        heard = 0

        def hear(piece: str) -> None:
            nonlocal heard
            heard += 1
            self.trace(Heard(call, piece))

        sampling = Sampling(ask.temperature, grant, self._sampling_seed(ask), ask.logprobs)
        self.trace(asked(call, ask, self._begun.given(self.model, ask.prompt), sampling))
        completion: Completion | EmptyAnswer
        try:
            try:
                completion = await self._begun.complete(self.model, ask.prompt, sampling, hear)
            except EmptyAnswer as empty:
                completion = empty
            await self._step(f"answered {ask.purpose} {ask.node}")
        except BaseException:
            # Cancelled or failed: what was heard was generated, and is paid for.
            self._settle(grant, 0, heard, counted=False)
            raise
        prompt_tokens, tokens = completion.prompt_tokens, completion.completion_tokens
        if isinstance(completion, EmptyAnswer):
            self._settle(grant, prompt_tokens, tokens, counted=True)
            self.trace(Answered(call, "", prompt_tokens, tokens))
            raise completion
        self._settle(grant, prompt_tokens, tokens, counted=completion.counted)
        self.trace(answered(call, completion))
        if ask.logprobs and completion.logprobs is None:
            raise Unmet(
                f"this strategy ranks by log-probabilities, which {self.model.name} does not give: "
                "use a local model, or another strategy"
            )
        return completion

    def _sampling_seed(self, ask: Ask) -> int:
        return derived_seed(self.seed, self.problem.id, ask.node, "sample")

    def _candidate(self, ask: Ask, completion: Completion) -> Candidate:
        code, extraction, note = self.read(completion.text, completion.finish is Finish.LENGTH)
        return Candidate(
            code=code,
            parent=ask.parent,
            node=ask.node,
            completion=completion.text,
            temperature=ask.temperature,
            seed=self._sampling_seed(ask),
            extraction=extraction,
            note=note,
            logprobs=completion.logprobs,
            pieces=completion.pieces,
        )

    async def _judge(self, candidate: Candidate) -> Evaluation:
        """The verifier's word; the same program is judged once, however often it is drawn."""
        if not candidate.code:
            return await self.verifier.verify(self.problem, candidate)
        known = self._judged.get(candidate.code)
        if known is not None:
            return await asyncio.shield(known)
        task = asyncio.ensure_future(self.verifier.verify(self.problem, candidate))
        self._judged[candidate.code] = task
        try:
            return await task
        except BaseException:
            self._judged.pop(candidate.code, None)
            raise

    def _record(self, attempt: Attempt) -> Attempt:
        self.trace(Tried(attempt, self.ledger.usage.programs))
        if self.best is None or preferred(attempt, self.best):
            self.best = attempt
        if attempt.accepted and not attempt.evaluation.labels:
            if not self.collects:
                self._over = True
                raise Ended
            if all(attempt.candidate.code != known.candidate.code for known in self.accepted):
                self.accepted.append(attempt)
        return attempt
