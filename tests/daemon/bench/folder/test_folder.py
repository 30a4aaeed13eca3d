"""The folder of a run: what goes in comes out, once; and what a killed process left of it."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import geteuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.record import Key, Kind
from synthd.daemon.exits import BadInput, Missing

Made = Callable[..., Finished]
Filled = Callable[[Path], Path]


def files(path: Path) -> dict[str, bytes]:
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_what_was_appended_is_there(tmp_path: Path, filled, keys: list[Key], made: Made) -> None:
    path = filled(tmp_path / "run")
    found = {record.key: record for record in RunFolder.records(path)}
    assert list(found) == keys
    with RunFolder.open(path, writer=False) as folder:
        for key in keys:
            record = found[key]
            assert folder.program(record.program) == made(key).program
            assert (path / record.trace).read_text() == made(key).events
            assert key in folder.done
        assert folder.samples == len(keys)
        with pytest.raises(BadInput, match="has no program"):
            folder.program("0" * 64)


def test_second_and_late_results_are_discarded(
    tmp_path: Path, experiment: Experiment, keys: list[Key], made: Made
) -> None:
    with RunFolder.open(tmp_path, experiment) as folder:
        assert folder.append(made(keys[0], passed=True))
        assert not folder.append(made(keys[0], passed=False))
        assert not folder.append(made(keys[0], kind="infra", error="lost"))
        assert folder.discarded == 2
    with RunFolder.open(tmp_path, experiment) as folder:
        assert not folder.append(made(keys[0], passed=False))
    assert [record.passed for record in RunFolder.records(tmp_path)] == [True]


def test_attempts_that_broke_are_counted_apart(
    tmp_path: Path, experiment: Experiment, keys: list[Key], made: Made
) -> None:
    with RunFolder.open(tmp_path, experiment) as folder:
        for _ in range(2):
            assert folder.append(made(keys[0], kind="infra", error="lost"))
    with RunFolder.open(tmp_path, experiment) as folder:
        assert folder.infra_attempts(keys[0]) == 2
        assert keys[0] not in folder.done
        folder.append(made(keys[0]))
        assert keys[0] in folder.done
    kinds = [record.kind for record in RunFolder.records(tmp_path)]
    assert kinds == [Kind.INFRA, Kind.INFRA, Kind.SAMPLE]


def test_the_last_rejudged_line_is_the_verdict(
    tmp_path: Path, filled: Filled, keys: list[Key], made: Made
) -> None:
    path = filled(tmp_path / "run")
    with RunFolder.open(path) as folder:
        for passed in (None, True, False):
            line = made(keys[3], kind=Kind.REJUDGED, passed=passed, outcome=str(passed))
            assert folder.append(Finished(line.record))
        assert folder.samples == len(keys)
    records = list(RunFolder.records(path))
    assert [record.key for record in records] == keys
    assert (records[3].passed, records[3].outcome) == (False, "False")
    assert records[3].completion_tokens == 7
    assert records[3].program


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_whatever_a_kill_leaves_is_continued(
    tmp_path: Path, filled: Filled, experiment: Experiment, keys, made: Made, data: st.DataObject
) -> None:
    """Both files cut anywhere, as long as a record's program was written before it."""
    path = tmp_path / "run"
    if not path.exists():
        filled(path)
        files_then = {name: (path / name).read_bytes() for name in ("log.jsonl", "programs.jsonl")}
        (tmp_path / "log").write_bytes(files_then["log.jsonl"])
        (tmp_path / "programs").write_bytes(files_then["programs.jsonl"])
    log, programs = (tmp_path / "log").read_bytes(), (tmp_path / "programs").read_bytes()
    cut = data.draw(st.integers(0, len(log)))
    whole = log[:cut].count(b"\n")
    least = sum(len(line) for line in programs.splitlines(keepends=True)[:whole])
    zeros = data.draw(st.sampled_from([b"", b"\0\0\0"]))
    (path / "log.jsonl").write_bytes(log[:cut] + zeros)
    kept = data.draw(st.integers(least, len(programs)))
    (path / "programs.jsonl").write_bytes(programs[:kept] + zeros)

    assert [record.key for record in RunFolder.records(path)] == keys[:whole]
    with RunFolder.open(path, experiment) as folder:
        assert folder.samples == whole
        assert [key in folder.done for key in keys] == [at < whole for at in range(len(keys))]
        for key in keys[whole:]:
            folder.append(made(key))
    assert (path / "log.jsonl").read_bytes() == log
    assert (path / "programs.jsonl").read_bytes() == programs


@pytest.mark.parametrize("name", ["log.jsonl", "programs.jsonl"])
@pytest.mark.parametrize("line", [b"notes\n", b'{"suite":3}\n', b"\n", b'{"sha256":"ab"}\n'])
def test_a_line_that_is_not_ours_is_named_and_nothing_touched(
    tmp_path: Path, filled: Filled, experiment: Experiment, name: str, line: bytes
) -> None:
    path = filled(tmp_path / "run")
    lines = (path / name).read_bytes().splitlines(keepends=True)
    lines.insert(1, line)
    (path / name).write_bytes(b"".join(lines) + b'{"sui')
    before = files(path)
    with pytest.raises(BadInput, match=f"{name}, line 2,"), RunFolder.open(path, experiment):
        pass
    assert files(path) == before


def test_a_log_of_another_version_is_refused(
    tmp_path: Path, filled: Filled, experiment: Experiment
) -> None:
    path = filled(tmp_path / "run")
    whole = (path / "log.jsonl").read_bytes()
    (path / "log.jsonl").write_bytes(b'{"schema":9,' + whole[1:])
    with pytest.raises(BadInput, match="version 9"), RunFolder.open(path, experiment):
        pass
    (path / "log.jsonl").write_bytes(whole)
    text = (path / "experiment.json").read_text()
    (path / "experiment.json").write_text(text.replace('"schema": 1', '"schema": 9'))
    before = files(path)
    with pytest.raises(BadInput, match=r"of version 9.*name another"):
        RunFolder.open(path, experiment).__enter__()
    assert files(path) == before


def test_one_process_writes_and_others_read(
    tmp_path: Path, experiment: Experiment, keys: list[Key], made: Made
) -> None:
    with RunFolder.open(tmp_path, experiment) as folder:
        folder.append(made(keys[0]))
        with (
            pytest.raises(BadInput, match="another synthd bench is writing"),
            RunFolder.open(tmp_path, experiment),
        ):
            pass
        with RunFolder.open(tmp_path, writer=False) as reader:
            assert keys[0] in reader.done
        with open(tmp_path / "log.jsonl", "ab") as file:  # the writer is in the middle of a line
            file.write(b'{"suite":"human')
        assert [record.key for record in RunFolder.records(tmp_path)] == keys[:1]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path, experiment: Experiment) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(BadInput, match="holds other things"):
        RunFolder.open(tmp_path, experiment).__enter__()
    with pytest.raises(BadInput, match="is no folder of a benchmark run"):
        RunFolder.open(tmp_path).__enter__()
    assert files(tmp_path) == {"thesis.tex": b"x"}


@contextmanager
def smaller_files(size: int) -> Iterator[None]:
    """No file of this process grows beyond it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [150, 700, 901, 1333])
def test_a_write_that_fails_in_the_middle_leaves_nothing(
    tmp_path: Path, filled: Filled, experiment: Experiment, keys, made: Made, size: int
) -> None:
    whole = files(filled(tmp_path / "whole"))
    path = tmp_path / "run"
    kept = 0
    with RunFolder.open(path, experiment) as folder:
        folder.note_tasks({"humaneval[:5]": tuple({key.task: None for key in keys})})
        with smaller_files(size), pytest.raises(Missing, match="the same command continues"):
            for key in keys:
                folder.append(made(key))
                kept += 1
        assert folder.samples == kept
    assert kept < len(keys)
    assert (path / "log.jsonl").read_bytes().count(b"\n") == kept
    with RunFolder.open(path, experiment) as folder:
        assert folder.samples == kept
        for key in keys[kept:]:
            assert folder.append(made(key))
    assert files(path) == whole


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    if geteuid() != 0:
        pytest.skip("only root can mount a small disk; the test of file sizes says the same")
    disk = tmp_path / "disk"
    disk.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(made, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_loses_nothing(
    tiny: Path, experiment: Experiment, made: Made, tmp_path: Path
) -> None:
    tasks = tuple(f"HumanEval/{number}" for number in range(160))
    keys = list(experiment.keys({"humaneval[:5]": tasks}))
    path = tiny / "run"
    with (
        RunFolder.open(path, experiment) as folder,
        pytest.raises(Missing, match="No space left on device"),
    ):
        for key in keys:
            folder.append(made(key))
    done = {record.key for record in RunFolder.records(path)}
    assert 0 < len(done) < len(keys)
    subprocess.run(["mount", "-o", "remount,size=8m", str(tiny)], check=True)
    with RunFolder.open(path, experiment) as folder:
        assert folder.samples == len(done)
        for key in keys:
            assert folder.append(made(key)) is (key not in done)
    assert [record.key for record in RunFolder.records(path)] == keys
