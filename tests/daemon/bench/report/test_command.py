"""`synthd bench report` and `compare` as users run them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.record import Record
from synthd.daemon.bench.report.page import BEGINNING

TASKS = {"mine:[:3]": ("a/1", "a/2", "a/10")}


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
    experiment: Callable[..., Experiment],
    searched: Callable[..., Iterator[Record]],
    run_folder: Callable[..., Path],
) -> tuple[Path, Path]:
    """An unfinished one, and a whole one that was run differently."""
    root = tmp_path_factory.mktemp("runs")
    asked = experiment(*TASKS, strategies=("greedy", "auto"))
    part = list(searched(asked, TASKS))[:-4]
    first = run_folder(root / "first", asked, TASKS, part, traces=False)
    other = asked.model_copy(update={"judge": "python 3.12, 10 s"})
    whole = searched(other, TASKS, -0.3)
    return first, run_folder(root / "second", other, TASKS, whole, traces=False)


def synthd(*words: str | Path, code: int = 0) -> str:
    """What it prints; with another code than 0, its complaint."""
    environment = {k: v for k, v in os.environ.items() if k != "SYNTHD_DATASETS"}
    command = [sys.executable, "-P", "-m", "synthd.daemon", "bench", *map(str, words)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr if code else done.stdout


def test_a_report_is_all_its_files(runs: tuple[Path, Path], tmp_path: Path) -> None:
    shown = synthd("report", runs[0], "--out", tmp_path / "out")
    assert shown.startswith("UNFINISHED: 4 of 18 searches are missing.")
    assert "greedy" in shown and f"written: {tmp_path}/out/report.html" in shown
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"report.html", "report.md", "tasks.csv", "curves.csv", "suites.csv"} <= names
    assert {path.rsplit(".", 1)[1] for path in names} == {"html", "md", "csv", "svg", "png"}
    text = (tmp_path / "out" / "report.html").read_text("ascii")
    assert text.startswith(BEGINNING)
    assert "its data is not here" in text or "No suite is called" in text
    markdown = (tmp_path / "out" / "report.md").read_text("utf-8")
    assert markdown.splitlines()[2].startswith("- UNFINISHED: 4 of 18")
    with (tmp_path / "out" / "tasks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["task"] for row in rows[:3]] == ["a/1", "a/2", "a/10"]
    assert sum(int(row["searches"]) for row in rows) == 14


def test_the_same_run_makes_the_same_files(runs: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        synthd("report", runs[0], "--out", tmp_path / name, "--format", "md,csv,svg")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_json_has_the_figures(runs: tuple[Path, Path], tmp_path: Path) -> None:
    told = json.loads(synthd("report", *runs, "--out", tmp_path / "x", "--format", "md", "--json"))
    assert told["schema"] == 1 and told["files"] == [str(tmp_path / "x" / "report.md")]
    assert {one["arm"]["run"] for one in told["figures"]} == {"first", "second"}
    assert told["compared"]["differences"][0]["what"] == "judge"


def test_two_runs_are_compared(runs: tuple[Path, Path]) -> None:
    shown = synthd("compare", *runs)
    assert "worse:" in shown and "→" in shown
    assert "judge: python 3.11, 10 s → python 3.12, 10 s" in shown


def test_what_cannot_be_reported_is_said(runs: tuple[Path, Path], tmp_path: Path) -> None:
    first = runs[0]
    assert "has no experiment.json" in synthd("report", tmp_path, code=2)
    assert "pass@7 needs 7 samples of every task" in synthd("report", first, "--k", "7", code=2)
    assert "numbers from 1 on" in synthd("report", first, "--k", "x", code=2)
    assert "html, md, csv, svg, png" in synthd("report", first, "--format", "pdf", code=2)
    assert "the same folder twice" in synthd("compare", first, first, code=2)
    assert "cannot be examined" in synthd("report", first, "--contamination", code=3)
    (tmp_path / "report.html").write_text("mine")
    assert "no report of synthd's" in synthd("report", first, "--out", tmp_path, code=2)
    assert (tmp_path / "report.html").read_text() == "mine"
