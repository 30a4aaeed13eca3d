"""Auto: one budget, spent on drafts or on repairs as it turns out what pays on this problem. Ours.

A small model's greedy answer is worth more than several warm ones, so it is drawn first. Every
further program is a choice of a bandit by Thompson sampling: draft or repair, at which temperature,
and how much a repair is told. These are learned one by one, not in combination: a budget has fewer
programs than there are combinations. Which program is repaired is REx' bandit's choice; those that
do the same on every check are one.

A choice whose program is the best so far gains one. It loses a half where the program is no better,
and one where it did only what was seen before: that was no step to anywhere. Before anything is
known drafting is worth a half, and repairing `repairing`, if there is a program that passes
something. Small models guess right more often than they mend (Olausson et al. 2024 find the same),
so the expectation of repairs weighs as much as `doubt` of them.

A program that passes a few visible checks may still be wrong. So further drafts, which are
independent as repairs are not, vote by what they do on generated inputs, until `agree` programs do
the same and more than any others do, or there were `votes` drafts. The first program of those is
the result. Where there are no inputs or nothing to execute them, the first that passes is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import ClassVar, Literal

from synthd.synth import behaviour, executing, prompts, select
from synthd.synth.attempt import Attempt
from synthd.synth.concurrently import concurrently
from synthd.synth.feedback import Level
from synthd.synth.run import Ask, Run
from synthd.synth.strategies.rex import Arm, Rex

FLAT = 0.25  # no belief is certain
LEVELS: tuple[Level, ...] = ("pass-fail", "first-failing", "all")


@dataclass(slots=True)
class Belief:
    """Whether a choice pays."""

    gains: float = 0.0
    losses: float = 0.0

    def draw(self, random: Random, prior: float = 0.5, weight: float = 2.0) -> float:
        """prior: what is expected at first; weight: as if so many had been tried with that."""
        gains, losses = weight * prior + self.gains, weight * (1 - prior) + self.losses
        return random.betavariate(FLAT + gains, FLAT + losses)


@dataclass(frozen=True, slots=True)
class Choice:
    """How one program is made."""

    kind: Literal["draft", "repair"]
    temperature: float
    told: Level | None = None

    @property
    def parts(self) -> list[object]:
        """What is learned about: a temperature may suit drafts and not repairs."""
        return [self.kind, (self.kind, self.temperature), *([self.told] if self.told else [])]


@dataclass(slots=True)
class Known:
    """What a search has learned."""

    calls: tuple[str, ...]
    beliefs: dict[object, Belief] = field(default_factory=dict)
    parents: list[Arm] = field(default_factory=list)
    passing: list[Attempt] = field(default_factory=list)
    voters: int = 0
    best: float = 0.0
    _seen: set[object] = field(default_factory=set)

    def begin(self, attempt: Attempt) -> None:
        """With a program that there is."""
        self.best = attempt.score
        self._seen.add(_did(attempt))
        if attempt.candidate.code and not attempt.accepted:
            self.parents.append(Arm(attempt))

    def of(self, part: object) -> Belief:
        return self.beliefs.setdefault(part, Belief())

    def learn(self, choice: Choice, attempt: Attempt | None) -> None:
        """None: a question that was too long to be asked."""
        gain, new = 0.0, False
        did: object = None
        if attempt is not None:
            did = _did(attempt)
            new = bool(attempt.candidate.code) and did not in self._seen
            if attempt.score > self.best:
                gain, self.best = 1.0, attempt.score
            if select.passes(attempt):
                self.passing.append(attempt)
            elif new and not attempt.accepted:
                self.parents.append(Arm(attempt))
        self._seen.add(did)
        for belief in map(self.of, choice.parts):
            belief.gains += gain
            belief.losses += 0.0 if gain else 0.5 if new else 1.0


def _did(attempt: Attempt) -> object:
    return tuple((case.outcome, case.got, case.detail) for case in attempt.evaluation.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto:
    collects: ClassVar[bool] = True
    cool: float = field(default=0.6, metadata={"meaning": "the lower of two temperatures"})
    warm: float = field(
        default=0.8, metadata={"meaning": "the higher one, also of drafts that vote"}
    )
    repairing: float = field(
        default=0.3, metadata={"meaning": "what repairs are worth at first, as is drafting a half"}
    )
    doubt: float = field(
        default=3, metadata={"meaning": "how many repairs weigh as much as that expectation"}
    )
    agree: int = field(
        default=2, metadata={"meaning": "programs that pass and do the same which end the search"}
    )
    votes: int = field(default=4, metadata={"meaning": "drafts at most once a program passes"})
    at_once: int = field(
        default=2, metadata={"meaning": "of these at a time: more would seldom be needed"}
    )
    inputs: int = field(default=24, metadata={"meaning": "generated calls on which they vote"})

    async def __call__(self, run: Run) -> None:
        known = Known(executing.further_calls(run, self.inputs))
        numbers = count(1)
        if run.start is not None:
            known.begin(run.start)
        first = Choice("repair", 0.0, "first-failing") if known.parents else Choice("draft", 0.0)

        async def work(place: int) -> None:
            while not known.passing or (known.voters < self.votes and place < self.at_once):
                number = next(numbers)
                known.parents = [arm for arm in known.parents if not run.refuses(arm.program)]
                choice = self._choose(known, run.random("choose", str(number)))
                if not await self._pull(run, known, choice, number):
                    return

        if await self._pull(run, known, first, 0):
            await concurrently(work(place) for place in range(run.slots))
        await self._settle(run, known, agree=1)

    def _choose(self, known: Known, random: Random) -> Choice:
        """The kind first, then how."""
        if known.passing:
            known.voters += 1
            return Choice("draft", self.warm)
        drafting = known.of("draft").draw(random)
        repairing = known.of("repair").draw(random, self.repairing * bool(known.best), self.doubt)
        if not known.parents or drafting > repairing:
            return Choice("draft", self._heat(known, "draft", random))
        told = max(LEVELS, key=lambda level: known.of(level).draw(random))
        return Choice("repair", self._heat(known, "repair", random), told)

    def _heat(self, known: Known, kind: str, random: Random) -> float:
        return max((self.cool, self.warm), key=lambda heat: known.of((kind, heat)).draw(random))

    def _ask(self, run: Run, known: Known, choice: Choice, number: int) -> Ask:
        heat = choice.temperature
        if choice.told is None:
            return Ask(prompts.draft(run.problem), heat, f"draft.{number}", "draft", (number,))
        arm = Rex().choose(known.parents, run.random("parent", str(number)))
        arm.refined += 1
        assert arm.program is not None, "only Rex' own root is no program"
        prompt = prompts.refine(run.problem, arm.program, choice.told)
        node = f"{arm.program.candidate.node}/refine.{number}"
        return Ask(prompt, heat, node, "refine", (number,), arm.program)

    async def _pull(self, run: Run, known: Known, choice: Choice, number: int) -> bool:
        """Draw one program and learn from it. False where the budget ends."""
        ask = self._ask(run, known, choice, number)
        attempt = await run.attempt(ask)
        if attempt is None and run.ledger.exhausted:
            return False
        known.learn(choice, attempt)
        if attempt is not None and select.passes(attempt):
            await self._settle(run, known, self.agree)
        return True

    async def _settle(self, run: Run, known: Known, agree: int) -> None:
        """End the search where so many of the programs that pass agree, and outvote the others."""
        passing = list(known.passing)
        if passing and not known.calls:
            run.choose(passing[0])
        groups = behaviour.classes(await executing.rows(run, passing, known.calls))
        sizes = [len(group) for group in groups] + [0, 0]
        if sizes[0] >= agree and (sizes[0] > sizes[1] or agree == 1):
            run.choose(passing[groups[0][0]])
