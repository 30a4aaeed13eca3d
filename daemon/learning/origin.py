"""Who drew a run that a model is to learn from: the methods are meant for a model's own answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from synthd.daemon.bench.experiment import ModelSpec
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import EXPERIMENT
from synthd.daemon.learning.bases import Base
from synthd.synth.models.hf.converted import note_of


def others(runs: Iterable[str], base: Base) -> tuple[str, ...]:
    """A sentence for each run that other weights drew, or weights that nobody noted.

    runs: folders and files, as a user names them; what is no run says nothing of it. Raises
    BadInput where a run cannot be read.
    """
    own = {base.sha256}
    if (note := note_of(base.path)) is not None:
        own.add(note.source_sha256)  # of the GGUF that it was made from
    return tuple(
        f"{run}: drawn by {', '.join(models)}, not by {base.name}; the method is meant for a "
        "model's own answers"
        for run in (Path(name).expanduser() for name in runs)
        if (run / EXPERIMENT).is_file() and (models := _strangers(run, own))
    )


def _strangers(run: Path, own: set[str]) -> list[str]:
    with RunFolder.open(run, writer=False) as folder:
        models = folder.experiment.models
    return [model.name for model in models if _weights(model) not in own]


def _weights(model: ModelSpec) -> str:
    """Without what is said of their numbers (synth/models/hf/options.py)."""
    return model.identity.rpartition(":")[2]
