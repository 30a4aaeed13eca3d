"""Relabelling and expansion, for any rollouts (μCode, algorithm 1; defect D13 of its reference)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from synthd.daemon.learning.expert.relabel import expand, rejection, relabel
from synthd.daemon.learning.expert.rollouts import Rollout, Turn
from synthd.daemon.learning.expert.writing import get_relabelled, put_relabelled
from synthd.synth.ports import Message

turns = st.builds(
    Turn,
    prompt=st.sampled_from([(Message("user", "a"),), (Message("user", "a"), Message("user", "b"))]),
    completion=st.text("xyz", min_size=1, max_size=3),
    code=st.sampled_from(["", "code"]),
    cut=st.booleans(),
)
rollout = st.builds(
    Rollout,
    task=st.sampled_from(["one", "two", "three"]),
    turns=st.lists(turns, min_size=1, max_size=3).map(tuple),
    right=st.booleans(),
)
valued = st.lists(st.tuples(rollout, st.floats(-500, 500)), max_size=12)


@given(valued, st.booleans(), st.integers(0, 4))
def test_only_chosen_failures_get_another_end_and_only_a_right_one(
    told: list[tuple[Rollout, float]], imitate: bool, failures: int
) -> None:
    rollouts, values = [one for one, _ in told], [value for _, value in told]
    found = relabel(rollouts, values, failures=failures, imitate_unsolved=imitate)
    given_end = [one for one in found if not one.own]
    assert all(not one.rollout.right for one in given_end)
    assert max(Counter(one.rollout.task for one in given_end).values(), default=0) <= failures
    right = {r.task: r for r in rollouts if r.right and r.can_teach}
    answers = {r.task: {o.last.completion for o in rollouts if o.task == r.task and o.right}
               for r in rollouts}  # fmt: skip
    for one in given_end:
        if one.rollout.task in right:
            assert one.answer in answers[one.rollout.task]
        else:
            assert imitate
    kept = [one.rollout for one in found if one.own]
    assert kept == sorted(
        (r for r in rollouts if r.right and r.can_teach),
        key=lambda r: list(dict.fromkeys(o.task for o in rollouts)).index(r.task),
    )
    assert all(one.answer == one.rollout.last.completion for one in found if one.own)


@given(valued)
def test_of_right_ends_the_most_valued_is_taken(told: list[tuple[Rollout, float]]) -> None:
    rollouts, values = [one for one, _ in told], [value for _, value in told]
    for one in relabel(rollouts, values):
        if one.own:
            continue
        same = [
            (value, other.last.completion)
            for other, value in told
            if other.task == one.rollout.task and other.right and other.can_teach
        ]
        best = max(value for value, _ in same)
        assert one.answer in [completion for value, completion in same if value == best]


@given(st.lists(rollout, max_size=8))
def test_every_turn_becomes_one_chat_that_ends_with_the_answer(rollouts: list[Rollout]) -> None:
    relabelled = relabel(rollouts, [0.0] * len(rollouts))
    chats = expand(relabelled)
    assert len(chats) == sum(len(one.rollout.turns) for one in relabelled)
    expected = [(t.prompt, one.answer) for one in relabelled for t in one.rollout.turns]
    assert [(c.messages[:-1], c.messages[-1].content) for c in chats] == expected
    assert all(chat.messages[-1].role == "assistant" for chat in chats)


@given(st.lists(rollout, max_size=8))
def test_rejection_keeps_what_was_right_and_nothing_else(rollouts: list[Rollout]) -> None:
    assert [one.rollout for one in rejection(rollouts)] == [
        one for one in rollouts if one.right and one.can_teach
    ]


def test_a_large_reward_lifts_no_wrong_program_above_a_right_one() -> None:
    wrong = Rollout("t", (Turn((Message("user", "q"),), "wrong", "w"),), False)
    right = Rollout("t", (Turn((Message("user", "q"),), "right", "r"),), True)
    found = relabel([wrong, right], [1e6, -1e6])
    assert [(one.answer, one.own) for one in found] == [("right", False), ("right", True)]


def test_a_task_that_nobody_solved_teaches_nothing_unless_asked() -> None:
    wrong = Rollout("t", (Turn((Message("user", "q"),), "wrong", "w"),), False)
    assert relabel([wrong], [5.0]) == []
    assert [one.answer for one in relabel([wrong], [5.0], imitate_unsolved=True)] == ["wrong"]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    right = Rollout("t é", (Turn((Message("user", "q\n"),), "r\u2028", "r", True),), True)
    found = relabel([right, right], [1.0, 2.0]) + rejection([right])
    put_relabelled(tmp_path / "r.jsonl", found)
    assert get_relabelled(tmp_path / "r.jsonl") == found
