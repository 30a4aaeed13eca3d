"""What models are asked: every question begins alike, and tells as much as its level says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from synthd.synth import likelihood, prompts
from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    Verdict,
)
from synthd.synth.feedback import Level, feedback
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Prompt
from synthd.synth.problem import Example, Problem, Spec

PROBLEM = Problem(
    "p",
    "Square.",
    start='def sq(x):\n    """Square."""',
    head="def sq(x):",
    entry_point="sq",
    spec=Spec(visible=(Example("a", "sq(2)", "4"), Example("b", "sq(3)", "9"))),
)


def attempt(code: str = "return x + x", parent: Attempt | None = None) -> Attempt:
    cases = (
        Case("a", CaseOutcome.PASS, "sq(2)", "4", "4"),
        Case("b", CaseOutcome.FAIL, "sq(3)", "9", "6"),
        Case("c", CaseOutcome.RUNTIME_ERROR, "sq('a')", "", "", "TypeError: no"),
    )
    said = f"Here:\n```python\ndef sq(x):\n    {code}\n```"
    return Attempt(Candidate(code, parent, completion=said), Evaluation(Verdict.REJECTED, 0, cases))


BROKEN = Attempt(
    Candidate("", completion="I cannot", extraction=Extraction.NO_CODE, note="no code block"),
    Evaluation(Verdict.REJECTED, 0.0, (Case("a", CaseOutcome.NO_CODE, "sq(2)"),)),
)
CHILD = attempt("return x * 3", attempt())
SEEN = (
    Observation("sq(5)", Happened.RETURNED, "25", "25"),
    Observation("sq(5)", Happened.RAISED, "TypeError", "TypeError: no"),
)
BUILDERS: dict[str, Callable[[], Prompt]] = {
    "draft": lambda: prompts.draft(PROBLEM),
    "plan": lambda: prompts.draft(PROBLEM, plan=True),
    "explain": lambda: prompts.explain(PROBLEM, CHILD, "it is wrong"),
    "repair": lambda: prompts.repair(PROBLEM, CHILD, "it is wrong", "multiply"),
    "refine": lambda: prompts.refine(PROBLEM, CHILD, "all"),
    "self_repair": lambda: prompts.self_repair(PROBLEM, CHILD, "diff", "full"),
    "reflect": lambda: prompts.reflect(prompts.draft(PROBLEM), "def f(x):\n    return x * 3"),
    "criticize": lambda: prompts.criticize(PROBLEM, CHILD),
    "improve": lambda: prompts.improve(PROBLEM, CHILD, "multiply"),
    "opening": lambda: prompts.opening(PROBLEM, CHILD),
    "reconsider": lambda: prompts.reconsider(PROBLEM, CHILD),
    "multi_turn": lambda: prompts.multi_turn(PROBLEM, CHILD),
    "revise": lambda: prompts.revise(PROBLEM, CHILD),
    "ask_inputs": lambda: prompts.ask_inputs(PROBLEM, CHILD, attempt()),
    "ask_which": lambda: prompts.ask_which(PROBLEM, CHILD, attempt(), SEEN),
}


def flat(prompt: Prompt) -> str:
    return "".join(f"<{message.role}>{message.content}" for message in prompt)


@pytest.mark.parametrize("name", BUILDERS)
def test_every_question_begins_with_the_task(name: str) -> None:
    shared = flat(prompts.draft(PROBLEM)).partition("Complete the function")[0]
    assert "def sq(x)" in shared and "sq(3) == 9" in shared
    assert flat(BUILDERS[name]()).startswith(shared)


@pytest.mark.parametrize("name", sorted(BUILDERS.keys() - {"draft", "plan"}))
def test_a_question_about_a_program_shows_it(name: str) -> None:
    assert "return x * 3" in flat(BUILDERS[name]())


def test_every_name_that_is_exported_is_tested() -> None:
    assert set(prompts.__all__) - {"issue", "choice"} <= BUILDERS.keys()


def test_turns_continue_the_draft_and_keep_their_order() -> None:
    for prompt in (prompts.multi_turn(PROBLEM, CHILD), prompts.revise(PROBLEM, CHILD)):
        draft = prompts.draft(PROBLEM)
        assert (prompt[:2], prompt[-1]) == (draft[:2], draft[-1])
        assert [message.role for message in prompt] == ["system"] + ["user", "assistant"] * 3
        assert "x + x" in prompt[2].content and "x * 3" in prompt[4].content
    short = prompts.multi_turn(PROBLEM, attempt())
    assert prompts.multi_turn(PROBLEM, CHILD)[: 2 + 2] == short[: 2 + 2]


def test_where_code_comes_first_the_answer_is_begun() -> None:
    begun = {name for name in BUILDERS if BUILDERS[name]()[-1].role == "assistant"}
    assert begun == {"draft", "repair", "refine", "improve", "opening", "multi_turn", "revise"}
    for name in begun:
        assert BUILDERS[name]()[-1].content == '```python\ndef sq(x):\n    """Square."""\n'


def test_history_is_all_programs_or_the_last() -> None:
    full = flat(prompts.self_repair(PROBLEM, CHILD, history="full"))
    assert full.index("x + x") < full.index("x * 3")
    assert "x + x" not in flat(prompts.self_repair(PROBLEM, CHILD))


def test_a_long_history_forgets_its_oldest() -> None:
    oldest = attempt("return 'the first'")
    chain = oldest
    for place in range(40):
        chain = attempt(f"return {place} # {'long ' * 40}", chain)
    said = flat(prompts.multi_turn(PROBLEM, chain))
    assert "the first" not in said and "return 39" in said and len(said) < 12000


@pytest.mark.parametrize(
    ("level", "told", "untold"),
    [
        ("none", [], ["sq"]),
        ("pass-fail", ["not correct"], ["sq", "9", "6"]),
        ("first-failing", ["`sq(3)` must give 9 but gives 6"], ["TypeError", "passes"]),
        ("diff", ["`sq(3)` must give 9 but gives 6", "TypeError: no"], ["passes"]),
        ("all", ["must give 9 but gives 6", "TypeError: no", "passes: `sq(2)`"], []),
    ],
)
def test_each_level_tells_what_it_says(level: Level, told: list[str], untold: list[str]) -> None:
    said = feedback(attempt(), level)
    assert all(text in said for text in told)
    assert not any(text in said for text in untold)
    assert (said == "") == (level == "none")


@pytest.mark.parametrize("level", ["first-failing", "diff", "all"])
def test_where_there_was_no_program_it_is_said_why(level: Level) -> None:
    assert feedback(BROKEN, level) == "no code block"


def test_very_many_checks_are_cut_and_the_failing_ones_come_first() -> None:
    cases = [Case(str(i), CaseOutcome.PASS, f"f({i})", "1") for i in range(50)]
    cases.append(Case("x", CaseOutcome.FAIL, "f(50)", "1", "2" * 10_000))
    many = Attempt(Candidate("c"), Evaluation(Verdict.REJECTED, 0.9, tuple(cases)))
    said = feedback(many, "all")
    assert said.startswith("- fails: `f(50)`") and said.endswith("- and 43 more")
    assert len(said) < 2000


@pytest.mark.parametrize(
    ("text", "letter"),
    [("A", "A"), ("**B**.", "B"), ("Not A, so B", "B"), ("neither", None), ("", None)],
)
def test_a_choice_is_read(text: str, letter: str | None) -> None:
    assert prompts.choice(text) == letter


def test_likelihood_of_the_code_leaves_prose_out() -> None:
    pieces = ("Sure", ":\n", "```", "python\n", "def sq(x):", " return 1", "\n", "```", "\nbye")
    logprobs = (-9.0, -9.0, -9.0, -9.0, -1.0, -3.0, -2.0, -9.0, -9.0)
    likely = Attempt(
        Candidate("return 1", completion="".join(pieces), logprobs=logprobs, pieces=pieces),
        Evaluation(Verdict.REJECTED, 0.0),
    )
    assert likelihood.code_mean(likely, "sq") == -2.0
    assert likelihood.mean(likely) == sum(logprobs) / 9
    assert likelihood.total(likely) == sum(logprobs)
    assert likelihood.mean(BROKEN) == likelihood.code_mean(BROKEN, "sq") == float("-inf")
