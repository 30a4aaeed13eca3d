"""`--log mlflow:URI`: curves of a run in MLflow (extra `synthd[mlflow]`).

Told are counts and the experiment: no program and no prompt.
"""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import Any

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.tally import Tally, told

_TAG = "synthd.run"
_LONGEST = 500  # characters of a parameter's value, in any of its stores
_TOGETHER = 50  # results that are told at once


class MlflowSink:
    """uri: of the tracking server or store. experiment: its name there. id: of the run, the same
    when it is continued."""

    def __init__(self, uri: str, experiment: str, folder: Path, id: str, tally: Tally) -> None:
        self._uri = uri
        self._experiment = experiment
        self._name = folder.absolute().name
        self._id = id
        self._tally = tally
        self._client: Any = None
        self._run = ""
        self._points: list[tuple[str, float, int, int]] = []
        self._since = 0

    def begun(self, experiment: Experiment) -> None:
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        from mlflow.tracking import MlflowClient

        for name in ("mlflow", "alembic"):  # as importing it leaves them, they tell of each table
            logging.getLogger(name).setLevel(logging.WARNING)
        self._client = MlflowClient(tracking_uri=self._uri)
        found = self._client.get_experiment_by_name(self._experiment)
        group = found.experiment_id if found else self._client.create_experiment(self._experiment)
        query = f"tags.`{_TAG}` = '{self._id}'"
        earlier = self._client.search_runs([group], query, max_results=1)
        if earlier:
            self._run = earlier[0].info.run_id
            self._client.update_run(self._run, status="RUNNING")
            return
        made = self._client.create_run(group, run_name=self._name, tags={_TAG: self._id})
        self._run = made.info.run_id
        for name, value in told(experiment).items():
            self._client.log_param(self._run, name, json.dumps(value)[:_LONGEST])

    def sample(self, finished: Finished) -> None:
        self._tally.add(finished.record)
        now, step = int(1000 * time.time()), self._tally.all.finished
        numbers = self._tally.metrics(parts=False)
        self._points += [(_key(name), value, now, step) for name, value in numbers.items()]
        self._since += 1
        if self._since >= _TOGETHER:
            self._send()

    def ended(self) -> None:
        if not self._run:
            return
        now, step = int(1000 * time.time()), self._tally.all.finished
        numbers = self._tally.metrics()
        self._points += [(_key(name), value, now, step) for name, value in numbers.items()]
        self._send()
        self._client.set_terminated(self._run)

    def _send(self) -> None:
        from mlflow.entities import Metric

        points, self._points, self._since = self._points, [], 0
        for start in range(0, len(points), 500):  # a call takes 1000
            some = [Metric(*point) for point in points[start : start + 500]]
            self._client.log_batch(self._run, metrics=some)


def _key(name: str) -> str:
    """MLflow takes letters, digits and a few signs; no colon everywhere, and no plus."""
    name = name.replace("+", "-plus")
    return "".join(sign if sign.isalnum() or sign in "_-. /" else "_" for sign in name)
