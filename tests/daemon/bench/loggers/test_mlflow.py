"""`--log mlflow:URI` with a SQLite store."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.parsing import parse


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries below MLflow
def test_a_run_and_its_continuation_are_one_there(
    tmp_path: Path, experiment: Experiment, result: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mlflow", reason="mlflow is not installed: pip install 'synthd[mlflow]'")
    monkeypatch.chdir(tmp_path)
    store, lines = tmp_path / "runs.db", list[str]()
    for part in ([True, False, None], [True]):
        logger = parse(f"mlflow:sqlite:///{store}#mine", tmp_path / "my run", lines.append)
        logger.begun(experiment)
        for number, passed in enumerate(part):
            logger.finished(result(f"T/{number}", len(part), passed, "the program's text"))
        logger.ended()
    assert lines == []
    with sqlite3.connect(store) as base:
        base.row_factory = sqlite3.Row
        (run,) = base.execute("select * from runs")
        (name,) = base.execute("select name from experiments where name = 'mine'")
        metrics = [tuple(row) for row in base.execute("select key, step, value from metrics")]
        params = {row["key"]: row["value"] for row in base.execute("select * from params")}
    base.close()
    assert (run["name"], run["status"], name["name"]) == ("my run", "FINISHED", "mine")
    first = sorted({(step, value) for key, step, value in metrics if key == "solved"})
    assert first == [(1, 1.0), (2, 1.0)]
    assert ("humaneval/greedy/ollama/coder/rate", 2, 0.5) in metrics
    assert json.loads(params["strategies"])[0]["label"] == "greedy"
    told = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"passphrase" not in told and b"the program's text" not in told


def test_a_store_that_cannot_be(tmp_path: Path, experiment: Experiment, result: Any) -> None:
    pytest.importorskip("mlflow", reason="mlflow is not installed: pip install 'synthd[mlflow]'")
    lines: list[str] = []
    logger = parse("mlflow:nonsense://user:passphrase@x/y", tmp_path, lines.append)
    logger.begun(experiment)
    logger.finished(result("a"))
    logger.ended()
    assert len(lines) == 1 and lines[0].startswith("mlflow nonsense://x/y: ")
    assert "passphrase" not in lines[0] and lines[0].endswith("the run goes on")
