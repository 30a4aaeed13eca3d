"""Folders that overlap: the first verdict counts, and who disagrees is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.merging import Merged, merge
from synthd.daemon.bench.record import Key, Kind, Record
from synthd.daemon.exits import BadInput

Made = Callable[..., Finished]


def merged(folders: list[Path], out: Path) -> Merged:
    return merge(folders, out, lambda text: None)


@pytest.fixture
def two(tmp_path: Path, experiment: Experiment, keys: list[Key], made: Made) -> list[Path]:
    """Six keys and six keys, two of them the same, one of these with another verdict."""
    for name, mine in (("a", keys[:6]), ("b", keys[4:])):
        with RunFolder.open(tmp_path / name, experiment) as folder:
            folder.append(made(mine[0], kind="infra", error=f"lost by {name}"))
            for key in mine:
                passed = name == "a" if key == keys[5] else True
                folder.append(made(key, passed=passed))
    return [tmp_path / "a", tmp_path / "b"]


def test_overlapping_folders(tmp_path: Path, two: list[Path], keys: list[Key], made: Made) -> None:
    found = merged(two, tmp_path / "all")
    assert (found.samples, found.added, found.same, found.infra) == (10, 10, 1, 1)
    (one,) = found.disagreements
    assert (one.key, one.first, one.second, one.folder) == (keys[5], True, False, two[1])
    records = {r.key: r for r in RunFolder.records(tmp_path / "all") if r.kind is Kind.SAMPLE}
    assert list(records) == keys
    assert all(record.passed for record in records.values())
    with RunFolder.open(tmp_path / "all", writer=False) as folder:
        for key in keys:
            assert folder.program(records[key].program) == made(key).program
            assert (tmp_path / "all" / records[key].trace).read_text() == made(key).events


def test_merging_again_adds_nothing(tmp_path: Path, two: list[Path]) -> None:
    merged(two, tmp_path / "all")
    log = (tmp_path / "all" / "log.jsonl").read_bytes()
    (tmp_path / "all" / "log.jsonl").write_bytes(log[: len(log) // 2])  # it was cut off
    again = merged(two, tmp_path / "all")
    assert again.samples == 10
    assert (tmp_path / "all" / "log.jsonl").read_bytes() == log
    assert merged(two, tmp_path / "all").added == 0


def test_verdicts_of_a_second_judging_are_taken_along(
    tmp_path: Path, two: list[Path], keys: list[Key], made: Made
) -> None:
    with RunFolder.open(two[0]) as folder:
        line = made(keys[0], kind=Kind.REJUDGED, passed=False, outcome="fail")
        folder.append(Finished(line.record))
    merged(two, tmp_path / "all")
    first = next(r for r in RunFolder.records(tmp_path / "all") if r.kind is Kind.SAMPLE)
    assert (first.key, first.passed, first.outcome) == (keys[0], False, "fail")


def test_other_meanings_are_refused_before_anything_is_written(
    tmp_path: Path, two: list[Path], experiment: Experiment
) -> None:
    with RunFolder.open(tmp_path / "c", experiment.model_copy(update={"slots": 4})):
        pass
    with pytest.raises(BadInput, match=r"c is of another experiment than .*a: slots"):
        merged([*two, tmp_path / "c"], tmp_path / "all")
    assert not (tmp_path / "all").exists()
    with pytest.raises(BadInput, match="is one of the folders"):
        merged(two, two[0])


def test_no_path_of_a_record_is_followed(tmp_path: Path, two: list[Path], keys: list[Key]) -> None:
    (tmp_path / "secret").write_text("{}")
    log = two[0] / "log.jsonl"
    lines = [Record.model_validate_json(line) for line in log.read_bytes().splitlines()]
    led = [line.model_copy(update={"trace": "../secret"}) for line in lines]
    log.write_text("".join(line.json_text() + "\n" for line in led))
    shutil.rmtree(two[0] / "traces")
    merged(two, tmp_path / "all")
    first = next(r for r in RunFolder.records(tmp_path / "all") if r.kind is Kind.SAMPLE)
    assert (first.key, first.trace) == (keys[0], "")
