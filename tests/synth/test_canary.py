"""What may not steer a search is never seen by a model: in no prompt of any strategy.

Every strategy of the registry is covered, with every option that it has, as soon as it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from synthd.synth import problem as problems
from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.extract import fenced_blocks
from synthd.synth.extraction import named
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.observation import Happened, Observation
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Prompt, Sampling, Verifier
from synthd.synth.problem import Check, Doctest, Example, Problem, Spec
from synthd.synth.run import Run
from synthd.synth.solve import solve
from synthd.synth.strategies import registry
from synthd.synth.unmet import Unmet

SEEN, ACCEPTANCE, HELD_OUT = "canary-in-the-open", "canary-of-acceptance", "canary-held-out"


def checks(canary: str) -> tuple[Check, ...]:
    """One of each kind, with the canary wherever there is text."""
    return (
        Example(f"e {canary}", f"f('{canary}')", f"'{canary}'"),
        Doctest(f"d {canary}", f"f('{canary}')\n", f"'{canary}'\n", 3),
        problems.TestFile(f"t {canary}", f"/{canary}.py", f"def test(): assert f('{canary}')"),
    )


PROBLEM = Problem(
    "p",
    "Give a number.",
    start='def f(x: int) -> int:\n    """Give a number."""',
    head="def f(x: int) -> int:",
    entry_point="f",
    spec=Spec(checks(SEEN), checks(ACCEPTANCE), checks(HELD_OUT)),
)


class VisibleOnly:
    """As PythonVerifier does: every visible check is a case. Programs are numbers; 5 is best."""

    def __init__(self, solvable: bool) -> None:
        self._solvable = solvable

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        number = int(candidate.code or 0)
        if self._solvable and number >= 5:
            found = [CaseOutcome.PASS] * 3
        else:
            kinds = [CaseOutcome.FAIL, CaseOutcome.RUNTIME_ERROR, CaseOutcome.TIMEOUT]
            found = [CaseOutcome.PASS if number > place else kinds[place] for place in range(3)]
            found[-1] = kinds[number % 3]
        cases = tuple(
            Case(check.id, outcome, f"input {SEEN}", SEEN, f"got {number}", "KeyError: 1")
            for check, outcome in zip(problem.spec.visible, found, strict=True)
        )
        passed = sum(case.passed for case in cases)
        verdict = Verdict.ACCEPTED if passed == 3 else Verdict.REJECTED
        return Evaluation(verdict, passed / 3, cases)

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        return tuple(
            Observation(call, Happened.RETURNED, candidate.code, candidate.code) for call in calls
        )

    async def estimate(self, problem: Problem, candidate: Candidate) -> float:
        return float(candidate.code or 0)


class HeldOut:
    """An oracle that tells all it knows to whoever would listen."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        case = Case(HELD_OUT, CaseOutcome.FAIL, HELD_OUT, HELD_OUT, HELD_OUT, HELD_OUT)
        return Evaluation(Verdict.REJECTED, 0.0, (case,), HELD_OUT)


def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
    asked = prompt[-1].content
    if "Do not write code" in asked:
        return "It should be larger."
    if "one call a line" in asked:
        return "```python\nf(1)\nf(2)\n```"
    if "letter A or B" in asked:
        return "A"
    return f"So:\n```python\n{sampling.seed % 8}\n```" if call % 9 else "I do not know."


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    blocks = fenced_blocks(text)
    if not blocks:
        return "", Extraction.NO_CODE, "no code"
    code = blocks[0][0].strip()
    return (code, Extraction.OK, "") if code.isdigit() else ("", Extraction.UNUSABLE, "no number")


def variants() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every strategy as it is by default, and once with each value of each choice."""
    for name in registry.STRATEGIES:
        yield name, {}
        for parameter in registry.parameters(name):
            options: list[str] = []
            if parameter.type.startswith("one of "):
                options = parameter.type.removeprefix("one of ").split(", ")
            elif isinstance(parameter.default, bool):
                options = ["true", "false"]
            for option in options:
                if option != str(parameter.default).lower():
                    yield name, {parameter.name: option}


@pytest.mark.parametrize("solvable", [True, False], ids=["solvable", "unsolvable"])
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        pytest.param(name, given, id=" ".join([name, *map("=".join, given.items())]))
        for name, given in variants()
    ],
)
def test_no_prompt_tells_what_it_may_not(
    needed: Callable[[str], dict[str, str]],
    name: str,
    parameters: Mapping[str, str],
    solvable: bool,
) -> None:
    prompts: list[Prompt] = []

    def listening(prompt: Prompt, sampling: Sampling, call: int) -> str:
        prompts.append(prompt)
        return answer(prompt, sampling, call)

    budget = Budget(programs=24, seconds=30, tokens=4000, tokens_per_call=100)
    verifier: Verifier = VisibleOnly(solvable)
    if parameters.get("oracle") == "true":
        verifier = Oracle(verifier, HeldOut())
    reading = named.reader(read, registry.extraction(name, parameters))
    run = Run(PROBLEM, ScriptedModel(listening), verifier, budget, 1, reading)
    try:
        asyncio.run(solve(run, registry.build(name, needed(name) | dict(parameters))))
    except Unmet:
        assert parameters, "by default a strategy needs nothing special"
    said = [" ".join(message.content for message in prompt) for prompt in prompts]
    assert said
    for text in said:
        assert ACCEPTANCE not in text and HELD_OUT not in text
        assert SEEN in text, "the canary sings where it may: this test could fail"


def test_a_leak_would_be_noticed() -> None:
    """The same search over a problem whose visible checks hold the canary does tell it."""
    prompts: list[Prompt] = []

    def listening(prompt: Prompt, sampling: Sampling, call: int) -> str:
        prompts.append(prompt)
        return answer(prompt, sampling, call)

    leaking = replace(PROBLEM, spec=Spec(visible=checks(HELD_OUT)))
    run = Run(leaking, ScriptedModel(listening), VisibleOnly(False), Budget(4), 1, read)
    asyncio.run(solve(run, registry.build("best-of-n", {})))
    assert all(HELD_OUT in prompt[-1].content for prompt in prompts)
