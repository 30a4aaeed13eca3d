"""Figures of runs against what can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.separated import separated
from synthd.daemon.bench.report.tables import curves, ledger, tables
from synthd.daemon.bench.report.tabulate import Source, tabulate
from synthd.daemon.bench.report.values import Axis, Report
from synthd.synth.metrics.interval import Bootstrap
from synthd.synth.metrics.passing import TooFewSamples

Make = Callable[..., Record]
QUICK = Wanted(bootstrap=Bootstrap(200))


def report(*records: Record, wanted: Wanted = QUICK, **other: object) -> Report:
    return tabulate([Source("run", records)], wanted, **other).report  # type: ignore[arg-type]


def test_a_task_counts_once_however_many_seeds_it_has(record: Make) -> None:
    found = report(
        *(record("a", seed=seed, passed=seed < 1) for seed in range(3)),
        record("b", passed=True),
    )
    (one,) = found.figures
    assert one.solved.mean == pytest.approx((1 / 3 + 1) / 2)
    assert one.solved.count == 2 and one.searches == 4
    assert [(each.seed, each.solved) for each in one.seeds] == [(0, 1.0), (1, 0.0), (2, 0.0)]
    assert [at.k for at in one.pass_at] == [1]
    assert one.pass_at[0].value.mean == one.solved.mean


def test_pass_at_k_that_cannot_be_told_is_refused(record: Make) -> None:
    records = [record("a", sample=i) for i in range(5)] + [record("b", sample=i) for i in range(3)]
    assert [
        at.k for at in report(*records, wanted=Wanted((1, 3), Bootstrap(100))).figures[0].pass_at
    ] == [
        1,
        3,
    ]
    with pytest.raises(TooFewSamples, match=r"pass@5 needs 5 samples of every task: b has 3"):
        report(*records, wanted=Wanted((5,), Bootstrap(100)))


def test_what_broke_is_counted_and_never_scored(record: Make) -> None:
    broken = record("b", kind=Kind.INFRA, passed=None, visible=None, error="the judge was gone")
    found = report(record("a"), broken, broken)
    assert found.figures[0].infra == 2
    assert found.figures[0].solved.mean == 1 and found.figures[0].searches == 1
    assert [(one.error, one.number) for one in found.errors] == [("the judge was gone", 2)]
    assert "2 attempts broke" in found.told[1]


def test_nothing_at_all_is_a_report_too(record: Make) -> None:
    assert report().told == ("Nothing is finished yet: there are no figures.",)
    assert report(record(kind=Kind.INFRA, passed=None, error="x")).figures == ()


def test_the_selector_is_judged_by_what_it_accepts(record: Make) -> None:
    found = report(
        record("a", visible=True, passed=True),
        record("b", visible=True, passed=False, outcome="timeout"),
        record("c", visible=False, passed=False, stop="time"),
        record("d", visible=None, passed=True),
    ).figures[0]
    assert (found.steered, found.visible) == (3, 2)
    assert found.selector is not None and found.selector.mean == 0.5
    assert (found.timeouts, found.out_of_time) == (1, 1)
    assert [one.task for one in found.tasks if one.fooled] == ["b"]
    assert report(record("a", visible=None)).figures[0].selector is None


def test_costs_add_up_and_curves_count_only_what_was_cheap_enough(record: Make) -> None:
    (one,) = report(
        record("a", completion_tokens=100, money=0.5, turn=2),
        record("b", completion_tokens=300, money=0.25, turn=1),
        record("c", completion_tokens=900, money=0.25, passed=False, turn=9),
    ).figures
    assert (one.cost.completion_tokens, one.cost.money) == (1300, 1.0)
    curve = next(each for each in one.curves if each.axis is Axis.TOKENS)
    assert [(p.x, round(p.solved.mean, 3)) for p in curve.points] == [
        (0, 0),
        (100, 0.333),
        (300, 0.667),
        (900, 0.667),
    ]
    assert [round(p.solved.mean, 3) for p in one.turns] == [0.333, 0.667]


def test_attempts_are_programs_whatever_else_was_asked(record: Make) -> None:
    found = report(
        record("a", programs=1, model_calls=1),
        record("b", programs=3, model_calls=5),
        record("c", programs=6, model_calls=11, passed=False),
        record("a", strategy="b", programs=6, model_calls=6),
        record("b", strategy="b", programs=2, model_calls=2, passed=False),
        record("c", strategy="b", programs=4, model_calls=4),
    )
    (table,) = (each for each in tables(found) if each.key == "attempts-s")
    assert [column.name for column in table.columns] == ["strategy", "by 1", "by 2", "by 4", "by 6"]
    assert table.rows == (
        ("a", "33.3", "33.3", "66.7", "66.7"),
        ("b", "0.0", "0.0", "33.3", "66.7"),
    )
    (summary,) = (each for each in tables(found) if each.key == "summary-s")
    names = [column.name for column in summary.columns]
    places = [names.index(name) for name in ("attempts", "calls", "tokens")]
    assert [summary.rows[0][place] for place in places] == ["3.3", "5.7", "100"]
    axes = {row[5] for row in curves(found.figures).rows}
    assert {"programs", "model_calls", "completion_tokens"} <= axes
    one_each = report(record("a", programs=1), record("b", programs=1))
    assert not [each for each in tables(one_each) if each.key == "attempts-s"]


def test_without_a_price_for_all_there_is_no_money(record: Make) -> None:
    (one,) = report(record("a", money=1.0), record("b")).figures
    assert one.cost.money is None
    assert Axis.MONEY not in {each.axis for each in one.curves}


def test_pairs_are_made_of_what_both_finished(record: Make) -> None:
    found = report(
        *(record(task, strategy="a", seed=s) for task in "xy" for s in range(2)),
        record("x", strategy="b", seed=0, passed=False),
        record("z", strategy="b", passed=False),
    )
    (pair,) = found.pairs
    assert (pair.first.strategy, pair.second.strategy) == ("a", "b")
    assert (pair.found.tasks, pair.found.wins, pair.found.difference.mean) == (1, 1, 1.0)


def test_an_oracle_is_labelled_everywhere(record: Make) -> None:
    found = report(record("x", strategy="a", oracle=True), record("x", strategy="b", passed=False))
    assert "a [oracle]" in found.told[1]
    shown = tables(found)
    for table in shown:
        cells = {cell for row in table.rows for cell in row}
        assert "a [oracle]" in cells or not cells & {"a", "b"}, table.key
    for table in (ledger(found.figures), curves(found.figures)):
        oracle = [column.name for column in table.columns].index("oracle")
        assert {(row[2], row[oracle]) for row in table.rows} == {("a", "oracle"), ("b", "")}


def test_an_unfinished_run_says_so_first(
    experiment: Callable[..., Experiment], searched: Callable[..., Iterator[Record]]
) -> None:
    asked, tasks = experiment("s[:4]"), {"s[:4]": ("a", "b", "c", "d")}
    records = list(searched(asked, tasks))
    whole = tabulate([Source("run", records, asked, tasks)], QUICK).report
    assert whole.told[0] == "Complete: all 60 searches are there."
    part = tabulate([Source("run", records[:23], asked, tasks)], QUICK).report
    assert part.told[0].startswith("UNFINISHED: 37 of 60 searches are missing.")
    assert sum(one.missing or 0 for one in part.figures) == 37
    unknown = tabulate([Source("run", records[:23], asked)], QUICK).report
    assert "nobody noted how many" in unknown.told[0]
    assert {one.missing for one in unknown.figures} == {None}


def test_the_order_of_the_log_does_not_matter(
    experiment: Callable[..., Experiment], searched: Callable[..., Iterator[Record]]
) -> None:
    asked, tasks = experiment("s", "r"), {"s": ("a", "b"), "r": ("x",)}
    records = list(searched(asked, tasks))
    forward = tabulate([Source("run", records, asked, tasks)], QUICK).report
    back = tabulate([Source("run", records[::-1], asked, tasks)], QUICK).report
    assert forward == back


def test_tasks_that_are_excluded_count_for_nothing(record: Make) -> None:
    found = report(record("a"), record("b", passed=False), exclude={"s": {"b"}})
    assert found.figures[0].solved.mean == 1 and len(found.figures[0].tasks) == 1


def test_runs_side_by_side_keep_their_names(record: Make) -> None:
    sources = [Source(name, [record("x", passed=name == "new")]) for name in ("old", "new")]
    found = tabulate(sources, QUICK).report
    assert {(one.arm.run, one.solved.mean) for one in found.figures} == {("old", 0), ("new", 1)}
    assert found.runs == ("new", "old")


def test_csv_has_a_row_for_every_task_of_every_arm(record: Make) -> None:
    found = report(record('a,"b"\n'), record("c", strategy="b"))
    lines = separated(ledger(found.figures)).splitlines()
    assert len(lines) == 4  # one id has a line break
    assert '"a,""b""' in lines[1]
