"""Searches over programs that a real Verus was recorded with, and over invented proofs.

`Chain` holds one function: its right body and failing ones, each with what Verus said of it. The
verifier of a chain knows these bodies by their tokens, and says of all others that they do not
parse. An invented proof is a text `verified/errors`, with `+n` for n diagnostics.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    ProofCounts,
    Verdict,
)
from synthd.synth.budget import Budget
from synthd.synth.events import Asked, Event, Tried
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Problem, Spec
from synthd.synth.run import Read, Run, Strategy
from synthd.synth.rust.extract import body_reader
from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.solve import Outcome, solve

ROOMY = Budget(programs=600, seconds=60, tokens=10**6, tokens_per_call=2000)
Script = Callable[[Prompt, Sampling, int], str] | Sequence[str]


@dataclass
class Played:
    outcome: Outcome
    model: ScriptedModel
    prompts: list[Prompt]
    events: list[Event] = field(default_factory=list)

    @property
    def tried(self) -> list[Attempt]:
        return [event.attempt for event in self.events if isinstance(event, Tried)]

    @property
    def asked(self) -> list[Asked]:
        return [event for event in self.events if isinstance(event, Asked)]

    @property
    def parents(self) -> list[str]:
        """Of each drawn program in the order of asking: the code it was made from."""
        made = {a.candidate.node: a.candidate.parent for a in self.tried}
        found = [made.get(ask.node) for ask in self.asked]
        return [parent.candidate.code if parent else "-" for parent in found]


def searched(
    problem: Problem,
    verifier: Any,
    read: Read,
    strategy: Strategy,
    script: Script,
    budget: Budget = ROOMY,
    *,
    seed: int = 0,
    slots: int = 1,
    model: Any = None,
) -> Played:
    going = searching(
        problem, verifier, read, strategy, script, budget, seed=seed, slots=slots, model=model
    )
    return asyncio.run(going)


async def searching(
    problem: Problem,
    verifier: Any,
    read: Read,
    strategy: Strategy,
    script: Script,
    budget: Budget = ROOMY,
    *,
    seed: int = 0,
    slots: int = 1,
    model: Any = None,
) -> Played:
    prompts: list[Prompt] = []
    events: list[Event] = []

    def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
        prompts.append(prompt)
        return script(prompt, sampling, call) if callable(script) else script[call]

    scripted = model or ScriptedModel(answer, slots=slots)
    run = Run(problem, scripted, verifier, budget, seed, read, events.append)
    return Played(await solve(run, strategy), scripted, prompts, events)


@pytest.fixture(scope="session")
def search() -> Callable[..., Played]:
    return searched


@pytest.fixture(scope="session")
def search_on() -> Callable[..., Coroutine[Any, Any, Played]]:
    """A search inside a test that runs in a loop of its own."""
    return searching


# Invented proofs.


def evaluated(code: str) -> Evaluation:
    """`3/1+2`: three obligations hold, one fails, with two errors. `!` cheats, `?` is broken."""
    found = re.fullmatch(r"(\d+)/(\d+)(?:\+(\d+))?(?:~(\w+))?", code)
    if code.startswith("!"):
        return Evaluation(Verdict.FORBIDDEN, 0.0, report="line 1: `assume` (assume): prove it")
    if found is None:
        said = "error: unexpected token, expected `;`"
        cases = (Case("f", CaseOutcome.COMPILE_ERROR, detail=said),)
        return Evaluation(Verdict.REJECTED, 0.0, cases, said, proof=ProofCounts(0, 0, 1, 0))
    verified, errors = int(found[1]), int(found[2])
    counts = ProofCounts(verified, errors, int(found[3] or errors), 0)
    names = found[4] or ""
    cases = tuple(
        Case(name, CaseOutcome.PASS)
        if name.isupper()
        else Case(f"{place}:{name.upper()}:postcondition:line 1", CaseOutcome.FAIL)
        for place, name in enumerate(names)
    )
    verdict = Verdict.REJECTED if errors else Verdict.ACCEPTED
    report = f"error: postcondition not satisfied in {code}" if errors else ""
    return Evaluation(verdict, verified / (verified + errors), cases, report, proof=counts)


class Invented:
    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await asyncio.sleep(0)
        return evaluated(candidate.code)


def as_it_is(text: str, cut: bool) -> tuple[str, Extraction, str]:
    if not text or text.startswith("no"):
        return "", Extraction.NO_CODE, "the answer has no code"
    return text, Extraction.OK, ""


INVENTED = Problem(
    "f",
    "Prove f.",
    "verus",
    start="fn f() -> (r: u32)\n    ensures r == 1,\n{\n}",
    head="fn f() -> (r: u32)\n    ensures r == 1,",
    entry_point="f",
)


@pytest.fixture(scope="session")
def invented() -> Problem:
    return INVENTED


@pytest.fixture(scope="session")
def judged() -> Callable[..., Attempt]:
    def attempt(code: str, parent: Attempt | None = None) -> Attempt:
        return Attempt(Candidate(code, parent, code, f"said {code}"), evaluated(code))

    return attempt


@pytest.fixture(scope="session")
def play() -> Callable[..., Played]:
    """A search over invented proofs."""

    def played(strategy: Strategy, script: Script, *more: Any, **options: Any) -> Played:
        problem = options.pop("problem", INVENTED)
        return searched(problem, Invented(), as_it_is, strategy, script, *more, **options)

    return played


# Recorded programs.


@dataclass(frozen=True)
class Chain:
    """A function of a recorded program that verifies, and failing bodies of it, worst last."""

    name: str
    program: str
    function: RustFunction
    right: str
    failing: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Mapping[str, Any]]

    @property
    def head(self) -> str:
        return self.function.header.of(self.program)

    def problem(self, given: str = "") -> Problem:
        body = given or "{\n    unimplemented!()\n}"
        whole = self.function.whole
        rest = f"{self.program[: whole.start]}{self.program[whole.end :]}"
        return Problem(
            self.name,
            "Verify it.",
            "verus",
            start=f"{self.head}\n{body}",
            head=self.head,
            entry_point=self.function.path,
            context=rest,
            spec=Spec(contract=self.head),
            given=given,
        )

    @property
    def read(self) -> Read:
        return body_reader(self.program, self.function)

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await asyncio.sleep(0)
        row = self.rows.get(_tokens(candidate.code))
        if row is None:
            return evaluated("unknown")
        return of_row(row)


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in meaningful(text))


def of_row(row: Mapping[str, Any]) -> Evaluation:
    """What the JSON of a recorded run says, in the plainest way."""
    counted = json.loads(row["stdout"])["verification-results"]
    said = [json.loads(line) for line in row["stderr"].splitlines() if line.startswith("{")]
    errors = [d for d in said if d["level"] == "error" and not d["message"].startswith("aborting")]
    notes = [d for d in said if d["level"] == "note"]
    verified, failed = counted.get("verified", 0), counted.get("errors", 0)
    report = "\n\n".join(d["rendered"].strip() for d in errors)
    verdict = Verdict.ACCEPTED if counted["success"] else Verdict.REJECTED
    score = verified / (verified + failed) if verified + failed else 0.0
    proof = ProofCounts(verified, failed, len(errors), len(notes))
    return Evaluation(verdict, score, (), report, proof=proof)


def _body_of(program: str, solution: str, function: RustFunction) -> str:
    """The target's body in a mutant that differs from the solution nowhere else; else ""."""
    body = function.body
    assert body is not None
    end = len(program) - (len(solution) - body.end)
    same = program[: body.start] == solution[: body.start] and program[end:] == solution[body.end :]
    return program[body.start : end] if same and end > body.start else ""


def _chains(rows: Sequence[Mapping[str, Any]]) -> Iterator[Chain]:
    families: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows:
        base, _, kind = row["name"].rpartition("/")
        families[base][kind] = row
    for base, family in families.items():
        solution = family.get("solution")
        if solution is None or '"success": true' not in solution["stdout"]:
            continue
        program = solution["program"]
        for function in functions(program):
            if function.body is None or function.name == "main" or function.mode != "exec":
                continue
            right = function.body.of(program)
            known = {_tokens(right): solution}
            failing: list[tuple[float, str]] = []
            for kind, row in family.items():
                body = _body_of(row["program"], program, function)
                if kind in ("task", "solution") or not body or "verified" not in row["stdout"]:
                    continue
                known[_tokens(body)] = row
                found = of_row(row)
                if found.proof and found.proof.verified and found.proof.errors:
                    failing.append((found.score, body))
            if len(failing) >= 3:
                bodies = tuple(body for _, body in sorted(failing, reverse=True))
                yield Chain(base, program, function, right, bodies, known)


def said(body: str) -> str:
    return f"The invariant is too weak.\n```rust\n{body}\n```\n"


def climbing(steps: Sequence[str]) -> Callable[[Prompt, Sampling, int], str]:
    """A model that answers the body that it is shown last with the next one of the steps."""

    def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
        shown = "\n".join(message.content for message in prompt[1:])
        places = [shown.rfind(step) for step in steps[:-1]]
        if max(places, default=-1) < 0:
            return said(steps[0])
        return said(steps[places.index(max(places)) + 1])

    return answer


@pytest.fixture(scope="session")
def climb() -> Callable[[Sequence[str]], Callable[[Prompt, Sampling, int], str]]:
    return climbing


@pytest.fixture(scope="session")
def chains(verus_recordings: Callable[[str], tuple[Mapping[str, Any], ...]]) -> list[Chain]:
    """Every function among the recordings with three failing bodies that verify something."""
    found = list(_chains([*verus_recordings("mutants"), *verus_recordings("benchmarks")]))
    assert len(found) >= 6
    return found
