"""How each method's paper reads code out of an answer, and that every search can be told to."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    Verdict,
)
from synthd.synth.budget import Budget
from synthd.synth.events import Event, Tried
from synthd.synth.extraction import named
from synthd.synth.extraction.named import OF_PAPERS, POLICIES
from synthd.synth.likelihood import code_mean
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Problem
from synthd.synth.reading import readings
from synthd.synth.run import Run
from synthd.synth.solve import Outcome, solve
from synthd.synth.strategies import registry
from synthd.synth.strategies.registry import BadStrategy

A = "def f(x):\n    return x\n"
B = "def g(y):\n    return y * 2 + 1\n"
USE = "f(1)\n"
TWO = f"First:\n```python\n{A}```\nBetter:\n```\n{B}```\nUse it:\n```sh\n{USE}```\n"
ONE = f"Here:\n```py\n{A}```\nDone."
OPEN = f"Here:\n```python\n{A}"
OPEN_SECOND = f"```python\n{A}```\nor\n```python\n{B}"
INLINE = f"Call it with ```f(1)```:\n```python\n{A}```"
TILDES = f"~~~python\n{A}~~~"
PROSE = "I cannot do that."
WORD = "Yes"
BETWEEN = f"{A}```\nBetter:\n```\n{B}```\nUse it:\n```sh\n{USE}"

TABLE = {
    "longest-block": {
        TWO: [B],
        ONE: [A],
        OPEN: [A],
        OPEN_SECOND: [B],
        TILDES: [A],
        A: [],
        PROSE: [],
    },
    "last-block": {TWO: [USE], ONE: [A], OPEN: [A], OPEN_SECOND: [B], A: [], PROSE: []},
    "first-or-whole": {TWO: [A], OPEN: [A], OPEN_SECOND: [A], A: [A], PROSE: [PROSE]},
    "first-or-compiles": {TWO: [A], OPEN: [A], A: [A], PROSE: [], WORD: []},
    "every-block": {
        TWO: [A, B, USE],
        OPEN_SECOND: [A, B],
        f"```\n{A}```\n```\n{A}```": [A],
        A: [A],
        PROSE: [PROSE],
    },
    "between-fences": {
        TWO: [A],
        ONE: [A],
        OPEN: [A],
        INLINE: ["f(1)"],
        f"```python\ns = '```'\n{A}```": ["s = '"],
        A: [],
        PROSE: [],
    },
    "outer-fences": {TWO: [BETWEEN], ONE: [A], OPEN: [A], INLINE: [A], A: [], PROSE: []},
    "until-fence": {TWO: [A], ONE: [A], f"{A}```\nDone.": [A], A: [A], PROSE: [PROSE]},
    "whole": {ONE: [ONE], A: [A]},
}


@pytest.mark.parametrize(
    ("name", "answer", "programs"),
    [(name, answer, wanted) for name, rows in TABLE.items() for answer, wanted in rows.items()],
)
def test_what_a_policy_takes(name: str, answer: str, programs: list[str]) -> None:
    found = POLICIES[name](answer, False)
    assert [one.program for one in found] == (programs or [""])
    wanted = Extraction.OK if programs else Extraction.NO_CODE
    assert all(one.extraction is wanted for one in found)


def test_every_policy_has_a_table() -> None:
    assert TABLE.keys() == POLICIES.keys()


@pytest.mark.parametrize("name", sorted(POLICIES.keys() - {"whole"}))
def test_a_block_that_was_cut_is_labelled_and_one_without_its_fence_is_not(name: str) -> None:
    (cut,) = POLICIES[name](OPEN, True)
    assert (cut.program, cut.extraction) == (A, Extraction.TRUNCATED)
    assert "token limit" in cut.note
    (forgotten,) = POLICIES[name](OPEN, False)
    assert (forgotten.program, forgotten.extraction) == (A, Extraction.OK)


@pytest.mark.parametrize(
    ("name", "program"),
    [("longest-block", A), ("last-block", A), ("every-block", A), ("first-or-whole", A)],
)
def test_a_whole_block_is_taken_before_one_that_was_cut(name: str, program: str) -> None:
    (found,) = POLICIES[name](OPEN_SECOND, True)
    assert (found.program, found.extraction) == (program, Extraction.OK)


@pytest.mark.parametrize("name", ["first-or-whole", "every-block", "until-fence", "whole"])
def test_a_whole_text_that_was_cut_is_labelled(name: str) -> None:
    (found,) = POLICIES[name](A, True)
    assert (found.program, found.extraction) == (A, Extraction.TRUNCATED)


ANSWERS = st.lists(
    st.sampled_from(["```", "````", "~~~", "python", "\n", " ", "def f(x):\n    return x\n", "Yes"])
    | st.text(max_size=8)
).map("".join)


@pytest.mark.parametrize("name", POLICIES)
@given(text=ANSWERS, cut=st.booleans())
@example("``````", True)
@example("```\n   \n```", False)
def test_every_answer_is_read(name: str, text: str, cut: bool) -> None:
    """Always to a result; what is taken stands in the answer; only what was cut is truncated."""
    found = POLICIES[name](text, cut)
    assert found
    for one in found:
        assert one.program in text
        assert bool(one.program.strip()) == (one.extraction is not Extraction.NO_CODE)
        assert cut or one.extraction is not Extraction.TRUNCATED
        assert bool(one.note) == (one.extraction is not Extraction.OK)


CODE = st.text(st.characters(codec="ascii", exclude_characters="`~\r"), min_size=1).filter(
    lambda text: bool(text.strip())
)


@pytest.mark.parametrize("name", sorted(POLICIES.keys() - {"whole"}))
@given(code=CODE)
def test_they_differ_only_in_answers_that_are_not_as_asked_for(name: str, code: str) -> None:
    (found,) = POLICIES[name](f"```python\n{code}\n```", False)
    assert (found.program.strip("\n"), found.extraction) == (code.strip("\n"), Extraction.OK)


def plain(text: str, cut: bool) -> tuple[str, Extraction, str]:
    """A Read of no policy: the only block of a text, without its fences."""
    lines = text.splitlines()
    inside = lines[1:-1] if lines[-1] == lines[0] else lines[1:]
    assert lines[0].strip("`") == ""
    return "\n".join(inside).strip("\n"), Extraction.OK, "cut" if cut else ""


@given(text=ANSWERS, cut=st.booleans())
def test_what_is_taken_goes_on_whole(text: str, cut: bool) -> None:
    read = named.reader(plain, "every-block")
    found = POLICIES["every-block"](text, cut)
    for one, reading in zip(found, readings(read, text, cut), strict=True):
        wanted = "\n".join(one.program.splitlines()).strip("\n")
        assert (reading.code, reading.program) == (wanted, one.program)
        assert bool(reading.note) == (one.extraction is not Extraction.OK)


def test_by_default_nothing_is_between() -> None:
    assert named.reader(plain, named.ROBUST) is plain
    for name in registry.STRATEGIES:
        assert registry.extraction(name, {}) == named.ROBUST


def test_the_paper_of_a_method_is_a_name_for_its_policy() -> None:
    assert OF_PAPERS.keys() == registry.STRATEGIES.keys() - {"auto"}
    assert registry.extraction("seidr", {"extraction": "paper"}) == "every-block"
    assert registry.extraction("rex", {"extraction": "whole"}) == "whole"
    assert registry.extraction("auto", {"extraction": "paper"}) == named.ROBUST
    assert registry.build("rex", {"extraction": "paper"}) == registry.build("rex", {})
    shown = {parameter.name: parameter for parameter in registry.parameters("seidr")}
    assert "every-block" in shown["extraction"].meaning
    with pytest.raises(BadStrategy, match="'first' is not one of robust, paper"):
        registry.build("seidr", {"extraction": "first"})


class Longer:
    """Accepts programs of two lines that return y; each line is worth something."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        right = "return y" in candidate.code
        case = Case("a", CaseOutcome.PASS if right else CaseOutcome.FAIL)
        verdict = Verdict.ACCEPTED if right else Verdict.REJECTED
        return Evaluation(verdict, min(len(candidate.code), 50) / 100, (case,))


def search(
    name: str, answers: list[str], budget: Budget, **given: str | int
) -> tuple[Outcome, list[Tried]]:
    events: list[Event] = []
    waiting = iter(answers)

    def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
        return next(waiting)

    read = named.reader(plain, registry.extraction(name, given))
    problem = Problem("p", "A number.", "python", "def f(x):", "def f(x):", "f")
    run = Run(problem, ScriptedModel(answer), Longer(), budget, 1, read, events.append)
    outcome = asyncio.run(solve(run, registry.build(name, given)))
    return outcome, [event for event in events if isinstance(event, Tried)]


def test_each_block_of_an_answer_is_a_program_that_counts() -> None:
    """The last block of three is right: with the others it is one of three programs."""
    answer = f"```\n{A}```\n```\npass\n```\n```\n{B}```"
    outcome, tried = search("best-of-n", [answer], Budget(), n=1, extraction="every-block")
    assert outcome.best is not None and outcome.best.accepted
    assert [event.attempt.candidate.node for event in tried] == [
        "draft.0",
        "draft.0.block.1",
        "draft.0.block.2",
    ]
    assert (outcome.usage.programs, outcome.usage.model_calls) == (3, 1)
    outcome, tried = search("best-of-n", [answer], Budget(), n=1, extraction="longest-block")
    assert outcome.usage.programs == 1 and outcome.best is not None and outcome.best.accepted


def test_blocks_beyond_the_budget_are_not_judged() -> None:
    answer = f"```\n{A}```\n```\npass\n```\n```\n{B}```"
    outcome, tried = search("best-of-n", [answer], Budget(2), n=1, extraction="every-block")
    assert len(tried) == outcome.usage.programs == 2
    assert outcome.best is not None and not outcome.best.accepted


def test_a_method_that_asks_for_one_program_goes_on_from_the_best_of_several() -> None:
    """Self-refine shows the last program: of two blocks that which is worth more."""
    answers = [f"```\npass\n```\n```\n{A}```", f"```\n{B}```"]
    outcome, tried = search("self-refine", answers, Budget(), n=2, extraction="every-block")
    assert outcome.best is not None and outcome.best.accepted
    parent = outcome.best.candidate.parent
    assert parent is not None and parent.candidate.code == A.strip("\n")
    assert len(tried) == 3


@pytest.mark.parametrize(("policy", "mean"), [("longest-block", -1.0), ("first-or-whole", -5.0)])
def test_the_likelihood_is_that_of_the_program_that_was_taken(policy: str, mean: float) -> None:
    pieces = ("```\n", A, "```\n", "```\n", B, "```")
    said = "".join(pieces)
    (reading,) = readings(named.reader(plain, policy), said, False)
    candidate = Candidate(
        reading.code,
        completion=said,
        logprobs=(-9.0, -5.0, -9.0, -9.0, -1.0, -9.0),
        pieces=pieces,
        program=reading.program,
    )
    assert code_mean(Attempt(candidate, Evaluation(Verdict.REJECTED, 0.0)), "f") == mean
