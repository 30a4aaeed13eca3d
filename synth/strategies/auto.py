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
the result. Where there are no inputs or nothing to execute them, the first that passes is. With
source=both the model is asked once for inputs on which those that agree may differ (as in S*), and
the vote goes on where they do; by default it is not: its tokens are programs that are not drawn.

Where a learned verifier is given it decides among equals: groups of as many votes, and programs
of equal rank where none passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import ClassVar, Literal

from synthd.synth import behaviour, executing, prompts, select
from synthd.synth.attempt import Attempt
from synthd.synth.beliefs import Beliefs
from synthd.synth.concurrently import concurrently
from synthd.synth.feedback import Level
from synthd.synth.inputs.generate import Generator
from synthd.synth.learned import learned, there
from synthd.synth.parameter import parameter
from synthd.synth.proposing import proposed_for
from synthd.synth.run import Ask, Run
from synthd.synth.strategies.rex import Arm, Rex

LEVELS: tuple[Level, ...] = ("pass-fail", "first-failing", "all")


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
    beliefs: Beliefs = field(default_factory=Beliefs)
    parents: list[Arm] = field(default_factory=list)
    passing: list[Attempt] = field(default_factory=list)
    voters: int = 0
    doubted: Literal["not yet", "asking", "asked"] = "not yet"
    best: float = 0.0
    _seen: set[object] = field(default_factory=set)

    def begin(self, attempt: Attempt) -> None:
        """With a program that there is."""
        self.best = attempt.score
        self._seen.add(select.did(attempt))
        if attempt.candidate.code and not attempt.accepted:
            self.parents.append(Arm(attempt))

    def learn(self, choice: Choice, attempt: Attempt | None) -> None:
        """None: a question that was too long to be asked."""
        gain, new = 0.0, False
        did: object = None
        if attempt is not None:
            did = select.did(attempt)
            new = bool(attempt.candidate.code) and did not in self._seen
            if attempt.score > self.best:
                gain, self.best = 1.0, attempt.score
            if select.passes(attempt):
                self.passing.append(attempt)
            elif new and not attempt.accepted:
                self.parents.append(Arm(attempt))
        self._seen.add(did)
        self.beliefs.learn(choice.parts, gain, 0.0 if gain else 0.5 if new else 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto:
    collects: ClassVar[bool] = True
    cool: float = parameter(0.6, "the lower of two temperatures")
    warm: float = parameter(0.8, "the higher one, also of drafts that vote")
    repairing: float = parameter(0.3, "what repairs are worth at first, as is drafting a half")
    doubt: float = parameter(3, "how many repairs weigh as much as that expectation")
    agree: int = parameter(2, "programs that pass and do the same which end the search")
    votes: int = parameter(4, "drafts at most once a program passes")
    at_once: int = parameter(2, "of these at a time: more would seldom be needed")
    inputs: int = parameter(24, "generated calls on which they vote")

    generator: Generator = parameter(
        "own", "what generates them: a generator of ours, Hypothesis, or half of each"
    )
    source: Literal["generated", "both"] = parameter(
        "generated", "whose calls they vote on (both: the model is asked where programs agree)"
    )
    doubts: int = parameter(
        1, "programs of which the model is asked how they differ from the first"
    )
    ties: Literal["verifier", "first"] = parameter(
        "verifier", "who is taken of equals: whom a learned verifier, if there is one, values most"
    )

    async def __call__(self, run: Run) -> None:
        known = Known(await executing.further_calls(run, self.inputs, self.generator))
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
        await self._of_equals(run)

    def _choose(self, known: Known, random: Random) -> Choice:
        """The kind first, then how."""
        if known.passing:
            known.voters += 1
            return Choice("draft", self.warm)
        beliefs, hope = known.beliefs, self.repairing * bool(known.best)
        drafting = beliefs.of("draft").draw(random)
        repairing = beliefs.of("repair").draw(random, hope, self.doubt)
        if not known.parents or drafting > repairing:
            return Choice("draft", self._heat(known, "draft", random))
        told = beliefs.likeliest(LEVELS, random)
        return Choice("repair", self._heat(known, "repair", random), told)

    def _heat(self, known: Known, kind: str, random: Random) -> float:
        heats = [(kind, self.cool), (kind, self.warm)]
        return known.beliefs.likeliest(heats, random)[1]

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
            run.choose(await self._favourite(run, passing))
        groups = behaviour.classes(await executing.rows(run, passing, known.calls))
        sizes = [len(group) for group in groups] + [0, 0]
        if sizes[0] < agree or (sizes[0] == sizes[1] and agree != 1):
            return
        if self.source == "generated" or known.doubted == "asked" or len(passing) < 2:
            first = [group for group in groups if len(group) == sizes[0]]
            run.choose(await self._favourite(run, [passing[group[0]] for group in first]))
        if known.doubted == "not yet":
            known.doubted = "asking"
            told = await proposed_for(run, passing, self.doubts, self.warm)
            known.calls, known.doubted = tuple(dict.fromkeys((*known.calls, *told))), "asked"
            await self._settle(run, known, agree)

    async def _of_equals(self, run: Run) -> None:
        """Where no program passes, among the best by their checks."""
        tried = [one for one in run.evidence.tried if one.candidate.code]
        most = max((one.rank for one in tried), default=None)
        equals = select.distinct([one for one in tried if one.rank == most])
        if len(equals) > 1 and self._asks_verifier(run):
            run.choose(await self._favourite(run, equals))

    def _asks_verifier(self, run: Run) -> bool:
        return self.ties == "verifier" and there(run)

    async def _favourite(self, run: Run, equals: list[Attempt]) -> Attempt:
        """The first, or the one that a learned verifier values most."""
        if len(equals) < 2 or not self._asks_verifier(run):
            return equals[0]
        estimator = learned(run)
        said = await concurrently(estimator.estimate(run.problem, a.candidate) for a in equals)
        return equals[max(range(len(equals)), key=lambda place: said[place])]
