"""What a critique finds, tells, keeps and spends."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.critiquing import pairs
from synthd.daemon.exits import Missing
from synthd.synth.budget import Budget
from synthd.synth.critique.exploiting import Pair

Critique = Callable[..., Awaitable[Any]]
YES, NO, UNREAD = "Wanted: it.\nFinal answer: yes", "Final answer: no", "It may well be."


@pytest.mark.parametrize(
    ("votes", "status"),
    [
        ([YES] * 6 + [NO] * 2, "sound"),
        ([YES] * 5 + [NO] * 3, "faulty"),
        ([YES, NO] + [UNREAD] * 6, "faulty"),
        ([YES] + [UNREAD] * 7, "sound"),
        ([UNREAD], "undecided"),
        ([""], "undecided"),
    ],
)
async def test_answers_are_counted(
    critiqued: Critique, script: Any, votes: Sequence[str], status: str
) -> None:
    said = await critiqued(script=script(votes=votes), samples=8)
    assert said.report.status == status
    assert said.report.exploits is None
    assert len(said.of("vote")) == 8


async def test_the_comparison_shows_no_comments_and_the_text(critiqued: Critique) -> None:
    said = await critiqued(samples=1)
    shown = said.prompts[0][-1].content
    assert "The larger of two numbers." in shown
    assert "///" not in shown
    assert said.report.comparison.source == "its doc comment"


async def test_every_answer_is_kept_with_its_seed_and_prompt(critiqued: Critique) -> None:
    said = await critiqued(samples=4)
    votes, asked = said.of("vote"), said.of("prompt")
    assert [one["sha256"] for one in asked] == [votes[0]["prompt_sha256"]]
    assert len({one["seed"] for one in votes}) == 4
    assert all(one["answer"] == "Final answer: yes" for one in votes)
    assert all(one["opinion"] == "yes" and one["model"] == "local/scripted" for one in votes)
    assert all(one["max_tokens"] == 2048 and one["temperature"] == 0.7 for one in votes)


async def test_a_body_that_the_spec_admits(
    critiqued: Critique, script: Any, texts: Mapping[str, str], tmp_path: Path
) -> None:
    collect = tmp_path / "pairs"
    said = await critiqued(
        script=script(bodies=["no body", texts["answer"]]), exploits=8, collect=collect
    )
    found = said.report.exploits
    assert (said.report.status, found.standing) == ("faulty", "faulty")
    assert "the spec admits this body: { a }" in said.report.message
    assert [one.came for one in found.admitted] == ["admitted"]
    assert texts["admitted"] in found.admitted[0].program
    # Those of our own first, then the model's until one is enough.
    trials = [one["came"] for one in said.of("trial")]
    assert trials[:3] == ["refuted", "refuted", "no-body"]
    assert "admitted" in trials
    kept = pairs.load(collect)
    assert [pair.body for pair in kept] == [texts["admitted"]]
    assert kept[0].spec.endswith("m >= a || m >= b,")


async def test_the_same_in_a_file_with_a_body_that_is_no_trivial_one(
    critiqued: Critique, script: Any, texts: Mapping[str, str]
) -> None:
    said = await critiqued(texts["loop"], script=script(bodies=[texts["answer"]]), exploits=2)
    assert said.report.status == "faulty"


async def test_where_the_files_own_body_is_as_trivial_nothing_is_decided(
    critiqued: Critique, script: Any, texts: Mapping[str, str]
) -> None:
    said = await critiqued(texts["trivial"], script=script(bodies=[texts["answer"]]), exploits=2)
    assert said.report.status == "undecided"
    assert "as trivial" in said.report.message
    assert {one.came for one in said.report.exploits.admitted} == {"as-trivial"}


async def test_the_files_own_body_is_no_exploit(
    critiqued: Critique, script: Any, texts: Mapping[str, str], rules: Sequence[Any]
) -> None:
    own = "```rust\n{\n    if a > b { a } else { b }\n}\n```"
    more = {"contains": "if a > b { a } else { b }", "answer": {"outcome": "proved", "verified": 2}}
    said = await critiqued(
        texts["trivial"], script=script(bodies=[own]), exploits=2, rules=[*rules, more]
    )
    assert said.report.status == "sound"
    assert said.report.exploits.counts == {"refuted": 2, "own": 2}
    assert said.report.exploits.admitted == []


async def test_a_trivial_body_is_right_where_only_one_result_keeps_the_contract(
    critiqued: Critique, script: Any, texts: Mapping[str, str], rules: Sequence[Any]
) -> None:
    lemma = {**rules[1], "answer": {"outcome": "proved", "verified": 3}}
    said = await critiqued(
        script=script(bodies=[texts["answer"]]), exploits=8, rules=[rules[0], lemma, rules[2]]
    )
    assert said.report.status == "sound"
    assert [one.came for one in said.report.exploits.admitted] == ["determined"]
    assert said.report.exploits.looked < 8  # the rest could find nothing


async def test_none_found(critiqued: Critique) -> None:
    said = await critiqued(exploits=3)
    assert said.report.status == "sound"
    assert said.report.exploits.counts == {"refuted": 5}
    assert (said.report.exploits.looked, said.report.exploits.wanted) == (3, 3)


async def test_an_honest_program_is_no_exploit_and_is_not_verified(
    critiqued: Critique, script: Any
) -> None:
    honest = "```rust\n{\n    while b > a { }\n    a\n}\n```"
    said = await critiqued(script=script(bodies=[honest]), exploits=2, default="crash")
    assert said.report.exploits.counts["not-trivial"] == 2
    assert said.report.status == "undecided"  # Verus decided about none


async def test_a_body_that_assumes_is_no_exploit(
    critiqued: Critique, script: Any, texts: Mapping[str, str]
) -> None:
    cheat = "```rust\n{\n    assume(false);\n    a\n}\n```"
    rules = [{"contains": "assume(false)", "answer": {"outcome": "proved", "verified": 2}}]
    said = await critiqued(script=script(bodies=[cheat]), exploits=2, rules=rules)
    assert said.report.exploits.counts["forbidden"] == 2
    assert said.report.status == "sound"


async def test_bodies_that_do_not_compile_are_no_evidence(critiqued: Critique) -> None:
    wrong = {"outcome": "syntax", "at": "b / 2"}
    said = await critiqued(exploits=2, rules=[{"absent": "assert(false)", "answer": wrong}])
    assert set(said.report.exploits.counts) == {"broken"}
    assert said.report.status == "undecided"


async def test_a_contract_of_nothing_needs_no_example(
    critiqued: Critique, texts: Mapping[str, str]
) -> None:
    text = texts["stub"].replace("m >= a || m >= b", "true")
    said = await critiqued(text, exploits=4)
    assert said.report.status == "faulty"
    assert "ensures-true" in said.report.message
    assert not said.of("trial") and not said.prompts


async def test_preconditions_that_contradict_each_other(
    critiqued: Critique, texts: Mapping[str, str]
) -> None:
    text = texts["stub"].replace("    ensures", "    requires a < b, b < a,\n    ensures")
    said = await critiqued(text, exploits=4, rules=[], default={"outcome": "proved", "verified": 2})
    assert said.report.status == "faulty"
    assert "contradict" in said.report.message
    assert not said.prompts


async def test_the_budget_ends_the_votes_where_nothing_is_decided(
    critiqued: Critique, script: Any
) -> None:
    long = "word " * 60 + "\nFinal answer: yes"
    said = await critiqued(script=script(votes=[long]), samples=8, budget=Budget(1, 60, 200, 2048))
    assert said.report.comparison.yes < 8
    assert said.report.status == "undecided"
    assert "the budget was spent" in said.report.message
    assert said.report.spent.completion_tokens <= 200


async def test_the_budget_of_programs_ends_the_trials(critiqued: Critique) -> None:
    said = await critiqued(exploits=8, budget=Budget(4, 60, 100_000, 2048))
    assert said.report.spent.programs == 4
    assert said.report.exploits.looked == 2
    assert "2 of 8 answers" in said.report.message


async def test_the_time_ends_it(critiqued: Critique) -> None:
    said = await critiqued(exploits=8, budget=Budget(40, 0.05, 100_000, 2048))
    assert said.report.status == "undecided"
    assert "time was up" in said.report.message


async def test_a_model_that_fails_is_no_verdict_even_after_a_body_was_verified(
    critiqued: Critique, texts: Mapping[str, str], rules: Sequence[Any]
) -> None:
    text = texts["stub"].replace("unimplemented!()", "0")
    more = {"contains": "{\n    0\n}", "answer": {"outcome": "proved", "verified": 2}}

    def fails(*_: Any) -> str:
        from synthd.synth.models.errors import ConnectionRefused

        raise ConnectionRefused("nobody is there")

    with pytest.raises(Missing, match="nobody is there"):
        await critiqued(text, script=_With(fails), exploits=2, rules=[*rules, more])


async def test_answers_are_drawn_once_where_they_are_kept(
    critiqued: Critique, script: Any, tmp_path: Path
) -> None:
    first = await critiqued(samples=3, kept=tmp_path / "kept")
    (tmp_path / "verus-stand-in").rename(tmp_path / "other")
    again = await critiqued(samples=3, kept=tmp_path / "kept", record="second.jsonl")
    assert (len(first.prompts), len(again.prompts)) == (3, 0)
    assert again.report.comparison == first.report.comparison
    assert len(again.of("vote")) == 3


async def test_collected_pairs_are_shown_but_never_that_of_the_same_spec(
    critiqued: Critique, tmp_path: Path
) -> None:
    first = await critiqued(exploits=1)
    spec = first.prompts[0][-1].content.split("\n", 1)[1].split("\n{\n")[0]
    pairs.keep(tmp_path / "pairs", Pair(spec, "{ THE SAME }"))
    pairs.keep(tmp_path / "pairs", Pair("fn other()", "{ ANOTHER }"))
    assert not pairs.keep(tmp_path / "pairs", Pair("fn other( ) // again", "{ LATER }"))
    (tmp_path / "verus-stand-in").rename(tmp_path / "old")
    again = await critiqued(exploits=1, collect=tmp_path / "pairs", record="second.jsonl")
    shown = json.dumps([message.content for message in again.prompts[0]])
    assert "ANOTHER" in shown
    assert "THE SAME" not in shown and "LATER" not in shown


class _With:
    """A script that is a function of its own."""

    def __init__(self, answer: Callable[..., str]) -> None:
        self.answer, self.prompts = answer, []

    def __call__(self, *asked: Any) -> str:
        return self.answer(*asked)
