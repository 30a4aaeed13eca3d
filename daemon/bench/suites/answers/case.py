"""A question as a search meets it: solutions are sampled and one is selected, and nothing runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from synthd.daemon.bench.case import Found, Score, Sought, Tools
from synthd.daemon.bench.suites.function import setup_of
from synthd.daemon.exits import BadInput, Missing, Stalled
from synthd.daemon.traces.header import header_of
from synthd.daemon.traces.kept import kept
from synthd.sandbox.errors import SandboxError
from synthd.synth.answers.comparing import Comparing, Numbers, Same
from synthd.synth.answers.extraction import answer_in
from synthd.synth.answers.reading import AnswerReader
from synthd.synth.extraction.named import ROBUST
from synthd.synth.models.errors import ContextTooLong, ModelError
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Verifier
from synthd.synth.problem import Problem
from synthd.synth.prompts.answers import ANSWER
from synthd.synth.run import Run, Strategy
from synthd.synth.solve import Outcome, solve
from synthd.synth.strategies.beam import Beam
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.fttt import Fttt
from synthd.synth.strategies.optune import Optune
from synthd.synth.strategies.revision import Revision
from synthd.synth.strategies.self_consistency import SelfConsistency
from synthd.synth.strategies.self_refine import SelfRefine
from synthd.synth.suites.questions import Kind, Question
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.answers import AnswerVerifier, HeldOutAnswer, Lacking, Symbolic
from synthd.synth.verifiers.estimating import estimating

# The form of the final answer, as the prompt asks for it.
FORMS = {
    Kind.NUMBER: "`#### N`, where N is a number without its unit",
    Kind.LATEX: "`\\boxed{…}` in LaTeX",
}
SELECTING = (BestOfN, SelfConsistency, Revision, SelfRefine, Beam, Fttt, Optune)
_NAMES = "best-of-n, self-consistency, revision, self-refine and beam"
NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """Implements Case. A program is the whole text of a solution, so that it can be scored again
    when answers are found or compared in a better way."""

    question: Question
    language: str = ANSWER

    @property
    def id(self) -> str:
        return self.question.id

    @property
    def text(self) -> str:
        return self.question.text

    @property
    def reference(self) -> str:
        return self.question.solution

    @property
    def problem(self) -> Problem:
        question = self.question
        return Problem(
            question.id, "", language=ANSWER, start=question.text, head=FORMS[question.kind]
        )

    def unmet(self, strategy: Strategy) -> str:
        if not isinstance(strategy, SELECTING):
            return (
                "it needs programs that can be executed and visible checks, and an answer is "
                f"neither: use one that only samples and selects, which are {_NAMES}"
            )
        if isinstance(strategy, (Fttt, Optune)) and not strategy.oracle:
            return "it learns from what failed, which only held-out answers tell: oracle=true"
        return ""

    async def search(self, sought: Sought, tools: Tools) -> Found:
        if why := self.unmet(sought.strategy):
            raise BadInput(f"{sought.strategy_name}: {why}")
        if sought.extraction != ROBUST:
            raise BadInput(
                f"extraction={sought.extraction} is about code, and {self.id} asks for an answer: "
                "leave it out"
            )
        comparing = await self._comparing(tools)
        verifier: Verifier = AnswerVerifier(comparing)
        if getattr(sought.strategy, "oracle", False):
            verifier = Oracle(verifier, HeldOutAnswer(comparing, self.question.answer))
        return _found(await self._searched(sought, tools, estimating(verifier, sought.scorer)))

    async def score(self, program: str, tools: Tools) -> Score:
        """Of a solution, or of an answer alone. Raises Missing."""
        found = answer_in(program, self.question.kind)
        if not found.text:
            return Score(False, NO_ANSWER, declared=1)
        comparing = await self._comparing(tools)
        try:
            same = await comparing.same(self.question.answer, found.text)
        except SandboxError as error:
            return Score(None, "infra_error", declared=1, error=str(error))
        outcome = {Same.YES: "pass", Same.NO: "fail", Same.UNDECIDED: "undecided"}[same]
        return Score(same is Same.YES, outcome, executed=1, declared=1)

    async def _comparing(self, tools: Tools) -> Comparing:
        if self.question.kind is Kind.NUMBER:
            return Numbers()
        make = partial(Symbolic.open, tools.detection, unsafe=tools.unsafe)
        try:
            return await tools.opened.get("symbolic", make)
        except (Lacking, SandboxError) as error:
            raise Missing(str(error)) from None

    async def _searched(self, sought: Sought, tools: Tools, verifier: Verifier) -> Outcome:
        problem, strategy = self.problem, sought.strategy
        begin = partial(header_of, problem, self.id, setup_of(sought, tools), strategy)
        with kept(sought.tracing, begin) as log:
            run = Run(
                problem,
                sought.model,
                verifier,
                sought.budget,
                sought.seed,
                AnswerReader(self.question.kind),
                log.beside(sought.trace),
            )
            log.follow(run)
            try:
                outcome = await solve(run, strategy)
            except Unmet as error:
                raise BadInput(str(error)) from None
            except ContextTooLong as error:
                raise Missing(str(error)) from None
            except SandboxError as error:
                raise Missing(str(error)) from None
            except ModelError as error:
                raise Stalled(str(error)) from None
            log.end(outcome.stop.value, oracle=outcome.oracle)
        return outcome


def _found(outcome: Outcome) -> Found:
    """Nothing visible steers, so nothing visible was passed or failed."""
    best = outcome.best
    program = best.candidate.completion.strip() if best is not None and best.candidate.code else ""
    return Found(
        program=program,
        visible=None,
        stop=outcome.stop.value,
        usage=outcome.usage,
        seconds=outcome.seconds,
        oracle=outcome.oracle,
        turn=sum(1 for _ in best.lineage()) if best is not None and program else 0,
    )
