"""The figures of many verdicts, and the order in which programs are judged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from synthd.daemon.bulk.result import Given, Outcome, Scored, Verdict, verdict
from synthd.daemon.bulk.running import Item, judge_all
from synthd.daemon.bulk.summary import summarize
from synthd.sandbox.checks import CaseReport
from synthd.sandbox.level import Level
from synthd.sandbox.programs import Language, Program, ProgramReport, Row, Rows, Tests


def scored(task: str, verdicts: str) -> list[Scored]:
    """a accepted, r rejected, u undecided."""
    kinds = {
        "a": (Verdict.ACCEPTED, Outcome.PASS),
        "r": (Verdict.REJECTED, Outcome.FAIL),
        "u": (Verdict.UNDECIDED, Outcome.INFRA_ERROR),
    }
    return [Scored(number, task, "", *kinds[kind]) for number, kind in enumerate(verdicts)]


def test_figures() -> None:
    found = summarize([*scored("one", "ar"), *scored("two", "rrr")])
    assert (found.judged, found.accepted, found.rejected, found.tasks) == (5, 1, 4, 2)
    assert [(p.k, p.value) for p in found.pass_at] == [(1, pytest.approx(0.25))]
    assert [(c.what, c.number) for c in found.outcomes] == [("fail", 4), ("pass", 1)]


def test_every_task_needs_enough_samples_for_pass_at_10() -> None:
    found = summarize([*scored("one", "a" + "r" * 9), *scored("two", "r" * 10)])
    assert [p.k for p in found.pass_at] == [1, 10]
    assert [p.value for p in found.pass_at] == [pytest.approx(0.05), pytest.approx(0.5)]
    found = summarize([*scored("one", "a" + "r" * 9), *scored("two", "r" * 9)])
    assert [p.k for p in found.pass_at] == [1]


def test_undecided_is_never_a_zero() -> None:
    found = summarize([*scored("one", "auu"), *scored("two", "u")])
    assert found.undecided == 3 and found.tasks == 1
    assert [(p.k, p.value) for p in found.pass_at] == [(1, 1.0)]
    assert summarize(scored("one", "u")).pass_at == ()
    assert summarize([]).judged == 0


def report(*outcomes: Outcome, error: str = "", declared: int = 1) -> ProgramReport:
    cases = tuple(CaseReport(str(n), outcome) for n, outcome in enumerate(outcomes))
    passed = outcomes.count(Outcome.PASS)
    return ProgramReport(cases, len(cases), passed, declared, Level.BUBBLEWRAP, 0.1, error=error)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (report(Outcome.PASS), (Verdict.ACCEPTED, Outcome.PASS)),
        (report(Outcome.PASS, Outcome.FAIL), (Verdict.REJECTED, Outcome.FAIL)),
        (report(Outcome.INFRA_ERROR, Outcome.TIMEOUT), (Verdict.REJECTED, Outcome.TIMEOUT)),
        (report(Outcome.INFRA_ERROR), (Verdict.UNDECIDED, Outcome.INFRA_ERROR)),
        (report(Outcome.FAIL, error="no g++"), (Verdict.UNDECIDED, Outcome.INFRA_ERROR)),
        (report(), (Verdict.UNDECIDED, Outcome.INFRA_ERROR)),
        (report(Outcome.PASS, declared=2), (Verdict.UNDECIDED, Outcome.INFRA_ERROR)),
    ],
)
def test_verdicts(found: ProgramReport, expected: tuple[Verdict, Outcome]) -> None:
    assert verdict(found) == expected


class Slow:
    """Says how many it was asked for at once."""

    def __init__(self, fails_at: int = -1) -> None:
        self.most = self.now = self.asked = 0
        self.fails_at = fails_at

    async def judge(self, program: Program, tests: Tests) -> ProgramReport:
        self.asked += 1
        number = self.asked
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)
            if number == self.fails_at:
                raise RuntimeError("broken")
            return report(Outcome.PASS)
        finally:
            self.now -= 1


def items(count: int, drawn: list[int]) -> Iterator[Item]:
    for number in range(count):
        drawn.append(number)
        yield Item(Given(number, "t", ""), Program(Language.PYTHON, ""), Rows("f", (Row(()),)))


async def test_no_more_is_read_than_is_in_flight() -> None:
    judge, told, drawn = Slow(), [], []
    ahead: list[int] = []

    def tell(item: Item, _: ProgramReport) -> None:
        told.append(item.given.sample)
        ahead.append(len(drawn) - len(told))

    await judge_all(items(500, drawn), judge, tell, in_flight=4)
    assert sorted(told) == list(range(500))
    assert judge.most == 4 and max(ahead) <= 5


async def test_a_failure_ends_all() -> None:
    judge, drawn = Slow(fails_at=7), []
    with pytest.raises(RuntimeError, match="broken"):
        await judge_all(items(500, drawn), judge, lambda *_: None, in_flight=4)
    assert judge.now == 0 and len(drawn) < 20


async def test_a_cancellation_ends_all() -> None:
    judge, drawn, enough = Slow(), [], asyncio.Event()

    def tell(item: Item, _: ProgramReport) -> None:
        if item.given.sample == 100:
            enough.set()

    task = asyncio.create_task(judge_all(items(10**9, drawn), judge, tell, in_flight=4))
    await enough.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert judge.now == 0
