"""Slots of models."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.daemon.jobs.leases import Call, Leases, Model
from synthd.daemon.jobs.states import Priority

INTERACTIVE, BATCH = Priority.INTERACTIVE, Priority.BATCH
MODEL = Model("here", "m")
OTHER = Model("there", "m")


def call(job: str, lease: int, client: str = "c", priority: Priority = BATCH) -> Call:
    return Call(MODEL, job, lease, client, priority)


def leases(slots: int) -> Leases:
    made = Leases()
    assert made.limit(MODEL, slots) == []
    return made


def test_as_many_as_there_are_slots_and_the_next_with_each_release() -> None:
    held = leases(2)
    calls = [call("j", number) for number in range(4)]
    assert [held.ask(each) for each in calls] == [[calls[0]], [calls[1]], [], []]
    assert held.release(MODEL, "j", 0) == [calls[2]]
    assert held.release(MODEL, "j", 2) == [calls[3]]
    assert held.release(MODEL, "j", 1) == [] and held.held(MODEL) == 1
    assert held.release(MODEL, "j", 1) == []


def test_interactive_before_batch_then_clients_then_jobs() -> None:
    held = leases(1)
    held.ask(call("x", 0, "x"))
    waiting = [
        call("a1", 1, "a"),
        call("a1", 2, "a"),
        call("a2", 1, "a"),
        call("b1", 1, "b"),
        call("i", 1, "a", INTERACTIVE),
    ]
    for each in waiting:
        assert held.ask(each) == []
    order, last = [], call("x", 0, "x")
    while granted := held.release(MODEL, last.job, last.lease):
        (last,) = granted
        order.append((last.job, last.lease))
    # a was served last with its interactive call, so b comes first.
    assert order == [("i", 1), ("b1", 1), ("a1", 1), ("a2", 1), ("a1", 2)]


def test_two_clients_share_the_slots_evenly() -> None:
    held = leases(4)
    first = [call("a", number, "a") for number in range(20)]
    for each in first:
        held.ask(each)
    for number in range(20):
        held.ask(call("b", number, "b"))
    now = {(each.job, each.lease) for each in first[:4]}
    for _ in range(6):
        job, lease = min(now)
        now.remove((job, lease))
        now |= {(each.job, each.lease) for each in held.release(MODEL, job, lease)}
    assert Counter(job for job, _ in now) == {"a": 2, "b": 2}


def test_models_do_not_wait_for_each_other_and_a_limit_may_change() -> None:
    held = leases(1)
    held.ask(call("j", 0))
    assert held.ask(call("j", 1)) == []
    held.limit(OTHER, 1)
    assert held.ask(Call(OTHER, "j", 2, "c", BATCH))
    assert held.limit(MODEL, 2) == [call("j", 1)]
    assert held.limit(MODEL, 1) == []
    assert held.ask(call("j", 3)) == []
    assert held.release(MODEL, "j", 0) == [], "one is still lent, and one is the limit now"
    assert held.release(MODEL, "j", 1) == [call("j", 3)]


def test_what_a_dead_job_held_and_waited_for_goes_to_others() -> None:
    held = leases(2)
    for number in range(4):
        held.ask(call("dead", number))
    held.ask(call("alive", 0))
    assert held.drop("dead") == [call("alive", 0)]
    assert held.held(MODEL) == 1


def test_nonsense_is_refused() -> None:
    held = leases(1)
    for lease in (0, 1):
        held.ask(call("j", lease))
    for lease in (0, 1):  # one is lent, one waits
        with pytest.raises(ValueError, match="before"):
            held.ask(call("j", lease))
    with pytest.raises(ValueError, match="at least one"):
        held.limit(MODEL, 0)


steps = st.one_of(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "2"]), st.booleans()),
    st.integers(0, 1000),
)


@given(st.integers(1, 4), st.lists(steps, max_size=80))
def test_limits_order_and_fairness(slots: int, script: list[tuple[str, str, bool] | int]) -> None:
    """A step is a call, the end of one, or (every seventh) the end of a job."""
    held = leases(slots)
    waiting: dict[tuple[str, int], Call] = {}
    lent: dict[tuple[str, int], Call] = {}

    def check(granted: list[Call]) -> None:
        for each in granted:
            key = (each.job, each.lease)
            assert waiting.pop(key) == each
            if each.priority is BATCH:
                assert not any(w.priority is INTERACTIVE for w in waiting.values())
            rivals = [w for w in waiting.values() if w.priority is each.priority]
            mine = sum(x.client == each.client for x in lent.values())
            for rival in rivals:
                assert mine <= sum(x.client == rival.client for x in lent.values())
            same = [r for r in rivals if r.client == each.client and r.job == each.job]
            assert all(each.lease < r.lease for r in same), "of one job the first comes first"
            lent[key] = each
        assert len(lent) <= slots
        assert not waiting or len(lent) == slots, "no slot is free while somebody waits"

    for number, step in enumerate(script):
        if isinstance(step, tuple):
            client, job, interactive = step
            # A job has one priority.
            name = f"{client}{job}{'i' if interactive else 'b'}"
            asked = call(name, number, client, INTERACTIVE if interactive else BATCH)
            waiting[asked.job, number] = asked
            check(held.ask(asked))
        elif lent and step % 7:
            job, lease = sorted(lent)[step % len(lent)]
            del lent[job, lease]
            check(held.release(MODEL, job, lease))
        elif lent:
            job, _ = sorted(lent)[step % len(lent)]
            for calls in (lent, waiting):
                for key in [key for key in calls if key[0] == job]:
                    del calls[key]
            check(held.drop(job))
        assert held.held(MODEL) == len(lent)


@given(st.integers(1, 3), st.lists(st.sampled_from("abcd"), min_size=1, max_size=30))
def test_nobody_starves(slots: int, others: list[str]) -> None:
    """However often others come again, whoever waits is served after each of them a few times."""
    held = leases(slots)
    number = 0
    lent: list[Call] = []
    for client in others:
        number += 1
        lent += held.ask(call(client, number, client))
    patient = call("patient", 0, "patient")
    lent += held.ask(patient)
    rounds = 0
    while patient not in lent:
        done = lent.pop(0)
        number += 1
        granted = held.release(MODEL, done.job, done.lease)
        lent += granted + held.ask(call(done.job, number, done.client))
        rounds += 1
        assert rounds <= slots + 4
