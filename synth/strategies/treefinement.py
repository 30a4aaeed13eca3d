"""Treefinement: tree search over refinements, led by how far the verifier got with each program.

Aggarwal, Parno, Welleck: "AlphaVerus: Bootstrapping Formally Verified Code Generation through
Self-Improving Translation and Treefinement", ICML 2025 (arXiv 2412.06176); the parameters are those
of the NeurIPS 2024 tutorial on meta-generation.

Drafts are the roots; of those and of each level after them the valid ones share `width`
refinements by REBASE (synthd.synth.rebase), so that promising programs get more. A refinement is a
further turn of the conversation that led to its program. Where no child is valid, the level is
refined once more; where no draft is, drafts are drawn again.

The value of a program is (passed - error_penalty·failing - note_penalty·raised) / checks: Verus'
diagnostics are here the checks that fail, its notes those that ended in an error. Invalid is what
does not compile or cheats (by the verifier's word, not by substrings), and what has a negative
value, so also what passes nothing; prune=invalid keeps the latter. Both reference codes draw the
parents (allocation=sample) where the paper rounds, and test for success only after that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from synthd.synth import prompts
from synthd.synth.attempt import Attempt, CaseOutcome, Verdict
from synthd.synth.feedback import Level
from synthd.synth.prompts.turns import History
from synthd.synth.rebase import Allocation, allocate
from synthd.synth.run import Ask, Run

INVALID = -1.0
_SAYS_NOTHING = (CaseOutcome.COMPILE_ERROR, CaseOutcome.NO_CODE, CaseOutcome.INFRA_ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treefinement:
    drafts: int = field(default=32, metadata={"meaning": "programs drawn as roots"})
    width: int = field(default=32, metadata={"meaning": "refinements of each level"})
    iterations: int = field(default=10, metadata={"meaning": "levels after the drafts"})
    temperature: float = field(default=0.7, metadata={"meaning": "sampling temperature of all"})
    tau: float = field(default=0.1, metadata={"meaning": "temperature of sharing among parents"})
    allocation: Allocation = field(
        default="rebase_ceil", metadata={"meaning": "how refinements are shared among parents"}
    )
    error_penalty: float = field(default=0.1, metadata={"meaning": "for each failing check"})
    note_penalty: float = field(
        default=0.04, metadata={"meaning": "further, for each that ended in an error"}
    )
    prune: Literal["negative", "invalid"] = field(
        default="negative", metadata={"meaning": "what is not refined, by value"}
    )
    feedback: Level = field(
        default="diff", metadata={"meaning": "what is told about a failing program"}
    )
    history: History = field(
        default="full", metadata={"meaning": "shown: the conversation, or the last program alone"}
    )

    async def __call__(self, run: Run) -> None:
        frontier: list[Attempt] = []
        for level in range(self.iterations + 1):
            asks = self._refinements(run, frontier, level) or self._roots(run, level)
            grown = await run.attempts(asks)
            if not grown:
                return
            frontier = [each for each in grown if self._valid(each)] or frontier

    def _roots(self, run: Run, level: int) -> list[Ask]:
        prompt = prompts.draft(run.problem)
        return [
            Ask(prompt, self.temperature, f"draft.{level}.{place}", "draft", (level, place))
            for place in range(self.drafts)
        ]

    def _refinements(self, run: Run, frontier: list[Attempt], level: int) -> list[Ask]:
        """Each parent's share, the children of the best first."""
        values = [self.value(parent) for parent in frontier]
        random = run.random("allocate", str(level))
        shares = allocate(values, self.width, self.tau, self.allocation, random)
        ranked = sorted(range(len(frontier)), key=lambda place: -values[place])
        return [
            self._refinement(run, frontier[place], level, rank, copy)
            for rank, place in enumerate(ranked)
            for copy in range(shares[place])
        ]

    def _refinement(self, run: Run, parent: Attempt, level: int, rank: int, copy: int) -> Ask:
        ask = prompts.multi_turn if self.history == "full" else prompts.refine
        prompt = ask(run.problem, parent, self.feedback)
        # A parent may be refined again on a later level: the level keeps its children apart.
        node = f"{parent.candidate.node}/{level}.refine.{copy}"
        return Ask(prompt, self.temperature, node, "refine", (level, rank, copy), parent)

    def _valid(self, attempt: Attempt) -> bool:
        value = self.value(attempt)
        return value >= 0 if self.prune == "negative" else value > INVALID

    def value(self, attempt: Attempt) -> float:
        evaluation = attempt.evaluation
        outcomes = [case.outcome for case in evaluation.cases]
        if (
            evaluation.verdict in (Verdict.FORBIDDEN, Verdict.UNDECIDED)
            or evaluation.labels
            or all(outcome in _SAYS_NOTHING for outcome in outcomes)
        ):
            return INVALID
        failing = sum(outcome is not CaseOutcome.PASS for outcome in outcomes)
        raised = failing - outcomes.count(CaseOutcome.FAIL)
        passed = len(outcomes) - failing
        worth = passed - self.error_penalty * failing - self.note_penalty * raised
        return worth / len(outcomes)
