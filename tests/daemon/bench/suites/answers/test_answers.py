"""GSM8K and MATH-500: searched for by what samples and selects, scored by the final answer."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from synthd.daemon.bench.case import BenchSuite, Sought, Tools
from synthd.daemon.exits import BadInput
from synthd.daemon.traces.kept import Told
from synthd.synth.budget import Budget
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.strategies import registry

pytest.importorskip("sympy")
pytest.importorskip("latex2sympy2_extended")

# The first question of GSM8K: 18 dollars.
NUMBERS = ["so\n#### 17", "The answer is 18.", "x y z\n#### $18.00", "I do not know"]
# The first problem of MATH-500: (3, pi/2).
FORMULAS = [
    "so \\boxed{(3,\\pi)}",
    "it is \\boxed{(3, \\pi/2)}",
    "Then \\boxed{\\left( 3, \\frac{\\pi}{2} \\right)}",
    "I do not know",
]


@pytest.mark.parametrize(("name", "tasks"), [("gsm8k", 1319), ("math500", 500)])
def test_what_the_suites_are(suite, name: str, tasks: int) -> None:
    one: BenchSuite = suite(name)
    assert len({case.id for case in one.cases}) == tasks
    assert len(one.sha256) == 64 and one.licence.startswith("MIT") and one.version
    assert "nothing steers" in one.split.visible
    assert all(case.language == "answer" for case in one.cases)


async def test_every_reference_passes_and_its_neighbour_does_not(suite, searched, tools) -> None:
    for name, every in (("gsm8k", 20), ("math500", 40)):
        cases = suite(name).cases[::every]
        for case, other in zip(cases, [*cases[1:], cases[0]], strict=True):
            assert (await case.score(case.reference, tools)).passed, case.id
            if case.question.answer != other.question.answer:
                assert not (await case.score(other.reference, tools)).passed, case.id
    # In the same test, as it takes seconds to start what compares formulas.
    await _votes(suite("math500").cases[0], FORMULAS, searched, tools)


async def test_votes_are_over_equal_answers(suite, searched, tools: Tools) -> None:
    await _votes(suite("gsm8k").cases[0], NUMBERS, searched, tools)


async def _votes(case: Any, texts: list[str], searched: Any, tools: Tools) -> None:
    found = await searched(case, texts, "self-consistency", n=4)
    assert found.program == texts[1], "two of four say the same, each in its own way"
    assert (found.visible, found.usage.programs) == (None, 4)
    score = await case.score(found.program, tools)
    assert (score.passed, score.outcome, score.executed) == (True, "pass", 1)


async def test_best_of_n_takes_the_likeliest(suite, searched) -> None:
    # Of the scripted model's words short ones are likely.
    texts = ["a very unlikelyindeed answer\n#### 17", "a b c d e f g h\n#### 18", "nothing"]
    found = await searched(suite("gsm8k").cases[0], texts, "best-of-n", n=3)
    assert found.program == texts[1]
    greedy = await searched(suite("gsm8k").cases[0], texts, "best-of-n", n=1, temperature=0)
    assert greedy.program == texts[0]


async def test_the_last_answer_of_a_conversation_counts(suite, searched) -> None:
    case = suite("gsm8k").cases[0]
    found = await searched(case, NUMBERS, "revision", n=4)
    assert (found.program, found.turn, found.stop) == (NUMBERS[2], 3, "finished")
    found = await searched(case, NUMBERS, "self-refine", n=3)
    assert (found.program, found.turn) == (NUMBERS[2], 3)


async def test_a_critique_that_finds_nothing_wrong_ends_it(suite, searched) -> None:
    script = ["#### 17", "It forgets an egg.", "#### 18", "The solution is correct.", "#### 19"]
    found = await searched(suite("gsm8k").cases[0], script, "self-refine", n=9, critique=True)
    assert (found.program, found.usage.model_calls) == ("#### 18", 4)


async def test_beams_and_oracles(suite, searched) -> None:
    case = suite("gsm8k").cases[0]
    found = await searched(case, NUMBERS, "beam", beams=4)
    assert found.program in NUMBERS[:3] and not found.oracle
    found = await searched(case, NUMBERS, "revision", n=4, oracle=True)
    assert (found.program, found.turn, found.oracle, found.stop) == (NUMBERS[1], 2, True, "solved")


async def test_a_budget_that_ends_keeps_what_there_is(suite, searched) -> None:
    found = await searched(suite("gsm8k").cases[0], NUMBERS[:1], "revision", tokens=60)
    assert found.program == NUMBERS[0]
    nothing = await searched(suite("gsm8k").cases[0], ["I do not know"], "revision", n=2)
    assert nothing.program == ""


def test_strategies_that_execute_say_so(suite) -> None:
    case = suite("gsm8k").cases[0]
    usable = {name for name in registry.STRATEGIES if not case.unmet(registry.build(name, {}))}
    assert usable == {"best-of-n", "self-consistency", "revision", "self-refine", "beam"}
    why = case.unmet(registry.build("seidr", {}))
    assert "programs that can be executed" in why and "self-consistency" in why


@pytest.mark.parametrize("name", ["fttt", "fttt+"])
async def test_what_learns_needs_an_oracle_here(suite, searched, name: str) -> None:
    case = suite("gsm8k").cases[0]
    assert "oracle=true" in case.unmet(registry.build(name, {}))
    # The second of fttt+ is what it says of the first.
    texts = [NUMBERS[0], *(["It forgets an egg."] if name == "fttt+" else []), NUMBERS[3]]
    found = await searched(case, [*texts, NUMBERS[2]], name, n=4, oracle=True)
    assert (found.oracle, found.stop, found.visible) == (True, "solved", None)
    assert found.program == NUMBERS[2]
    assert (found.usage.programs, found.usage.model_calls) == (3, len(texts) + 1)


async def test_ways_to_read_code_are_refused(suite, tools: Tools) -> None:
    strategy = registry.build("beam", {})
    sought = Sought(ScriptedModel(["#### 1"]), strategy, "beam", Budget(), 0, "whole")
    with pytest.raises(BadInput, match="extraction=whole is about code"):
        await suite("gsm8k").cases[0].search(sought, tools)


async def test_prompts_and_trace(suite, tools: Tools) -> None:
    """What is asked for is the form that is looked for; how an answer was found is kept."""
    case, asked = suite("gsm8k").cases[0], []

    def model(prompt: Prompt, sampling: Sampling, call: int) -> str:
        asked.append("\n".join(message.content for message in prompt))
        return NUMBERS[1]

    lines = _Kept()
    strategy = registry.build("self-consistency", {"n": 2})
    sought = Sought(
        ScriptedModel(model, slots=1), strategy, "self-consistency", Budget(), 0,
        tracing=Told("x", lines),
    )  # fmt: skip
    await case.search(sought, tools)
    assert case.text in asked[0] and "`#### N`" in asked[0] and "step by step" in asked[0]
    events = [json.loads(line) for line in lines.text.splitlines()]
    assert "read from the answer is" in lines.text
    assert (events[0]["kind"], events[-1]["kind"]) == ("run", "end") and len(events) > 5


class _Kept(io.StringIO):
    text: Any = ""

    def close(self) -> None:
        if not self.closed:
            self.text = self.getvalue()
        super().close()
