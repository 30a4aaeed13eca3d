"""`--log wandb:PROJECT`: curves of a run in Weights & Biases (extra `synthd[wandb]`).

Told are counts and the experiment: no program, prompt or code, and nothing of this machine. Where
WANDB_MODE is offline it goes to files in the run's folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.tally import Tally, told

# Curves have a point for every so many results, beyond the first ones.
_FEW = 1000


class WandbSink:
    """project: `PROJECT` or `ENTITY/PROJECT`. id: of the run, the same when it is continued."""

    def __init__(self, project: str, folder: Path, id: str, tally: Tally) -> None:
        self._entity, _, self._project = project.rpartition("/")
        self._folder = folder
        self._id = id
        self._tally = tally
        self._run: Any = None

    def begun(self, experiment: Experiment) -> None:
        os.environ["WANDB_ERROR_REPORTING"] = "false"
        import wandb

        self._folder.mkdir(parents=True, exist_ok=True)
        settings = wandb.Settings(
            silent=True,
            console="off",
            disable_code=True,
            disable_git=True,
            save_code=False,
            x_disable_meta=True,
            x_disable_stats=True,
            x_disable_machine_info=True,
            x_save_requirements=False,
        )
        self._run = wandb.init(
            entity=self._entity or None,
            project=self._project,
            dir=str(self._folder),
            id=self._id,
            name=self._folder.absolute().name,
            resume="allow",
            config=told(experiment),
            allow_val_change=True,
            settings=settings,
        )

    def sample(self, finished: Finished) -> None:
        self._tally.add(finished.record)
        done = self._tally.all.finished
        if done <= _FEW or done % (done // _FEW) == 0:
            self._run.log(self._tally.metrics(), step=done)

    def ended(self) -> None:
        if self._run is not None:
            import wandb

            self._run.summary.update(self._tally.metrics())
            self._run.finish()
            wandb.teardown()  # only then its files are whole, and its process has ended
