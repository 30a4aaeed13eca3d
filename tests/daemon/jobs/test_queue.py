"""Whose turn it is."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.daemon.jobs.queue import Entry, Queue
from synthd.daemon.jobs.states import Priority

INTERACTIVE, BATCH = Priority.INTERACTIVE, Priority.BATCH
clients = st.sampled_from("abc")
priorities = st.sampled_from([INTERACTIVE, BATCH])


def entries(count: int) -> st.SearchStrategy[list[Entry]]:
    made = st.lists(st.tuples(clients, priorities), max_size=count)
    return made.map(lambda rows: [Entry(f"j{n}", *row) for n, row in enumerate(rows)])


def taken(queue: Queue) -> list[Entry]:
    """All that wait, one place at a time."""
    order = []
    while (entry := queue.take()) is not None:
        order.append(entry)
        queue.free(entry.job)
    return order


def test_clients_take_turns_and_each_is_served_in_order() -> None:
    queue = Queue(1)
    for job in ("a1", "a2", "a3", "b1", "b2", "c1"):
        queue.add(Entry(job, job[0], BATCH))
    assert [entry.job for entry in taken(queue)] == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_whoever_was_just_served_waits_for_the_others() -> None:
    queue = Queue(1)
    for job in ("a1", "b1", "a2"):
        queue.add(Entry(job, job[0], BATCH))
    first = queue.take()
    assert first is not None and first.job == "a1"
    queue.add(Entry("c1", "c", BATCH))
    queue.free("a1")
    assert [entry.job for entry in taken(queue)] == ["b1", "a2", "c1"]


def test_an_interactive_job_starts_whatever_batch_does() -> None:
    queue = Queue(2)
    for number in range(5):
        queue.add(Entry(f"b{number}", "b", BATCH))
    assert [queue.take(), queue.take()] == [Entry("b0", "b", BATCH), Entry("b1", "b", BATCH)]
    assert queue.take() is None
    queue.add(Entry("i", "e", INTERACTIVE))
    assert queue.take() == Entry("i", "e", INTERACTIVE)
    queue.free("b0")
    assert queue.take() is None, "the extra place is not for batch"


def test_the_same_job_is_not_queued_twice() -> None:
    queue = Queue(1)
    queue.add(Entry("a", "c", BATCH))
    with pytest.raises(ValueError, match="queued already"):
        queue.add(Entry("a", "d", INTERACTIVE))
    with pytest.raises(ValueError, match="at least one"):
        Queue(0)


@given(entries(30))
def test_everybody_comes_exactly_once_and_interactive_first(waiting: list[Entry]) -> None:
    queue = Queue(1)
    for entry in waiting:
        queue.add(entry)
    foreseen = queue.ahead()
    order = taken(queue)
    assert Counter(order) == Counter(waiting)
    assert {entry.job: place for place, entry in enumerate(order)} == foreseen
    assert [e.priority for e in order] == sorted((e.priority for e in order), key=ORDER.index)
    for client in "abc":
        for priority in ORDER:
            mine = [e.job for e in order if (e.client, e.priority) == (client, priority)]
            assert mine == [e.job for e in waiting if (e.client, e.priority) == (client, priority)]


ORDER = [INTERACTIVE, BATCH]


@given(entries(40))
def test_no_client_is_served_twice_while_another_waits(waiting: list[Entry]) -> None:
    """So nobody starves: whoever waits is served after every other client once at most."""
    queue = Queue(1)
    for entry in waiting:
        queue.add(entry)
    left = Counter((entry.priority, entry.client) for entry in waiting)
    since: dict[tuple[Priority, str], Counter[str]] = defaultdict(Counter)
    for entry in taken(queue):
        key = (entry.priority, entry.client)
        assert all(count <= 1 for count in since[key].values())
        left[key] -= 1
        since[key].clear()
        for other in list(left):
            if left[other] and other != key and other[0] is entry.priority:
                since[other][entry.client] += 1


@given(st.integers(1, 4), st.lists(st.one_of(st.tuples(clients, priorities), st.integers(0, 50))))
def test_places(at_once: int, steps: list[tuple[str, Priority] | int]) -> None:
    """A step is a job that comes, or one that ends or is withdrawn."""
    queue, running, waiting = Queue(at_once), dict[str, Entry](), dict[str, Entry]()
    for number, step in enumerate(steps):
        if isinstance(step, tuple):
            entry = Entry(f"j{number}", *step)
            queue.add(entry)
            waiting[entry.job] = entry
        elif step % 3 and running:
            gone = sorted(running)[step % len(running)]
            queue.free(gone)
            del running[gone]
        elif waiting:
            gone = sorted(waiting)[step % len(waiting)]
            assert queue.withdraw(gone) and not queue.withdraw(gone)
            del waiting[gone]
        while (started := queue.take()) is not None:
            running[started.job] = waiting.pop(started.job)
        batch = sum(entry.priority is BATCH for entry in running.values())
        assert batch <= at_once and len(running) <= at_once + 1
        waits = {entry.priority for entry in waiting.values()}
        if INTERACTIVE in waits:
            assert len(running) == at_once + 1
        if BATCH in waits:
            assert len(running) >= at_once
        assert (queue.running, queue.waiting) == (len(running), len(waiting))
