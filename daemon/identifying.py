"""Finds out, once for each run, which weights stand behind a model's name."""

from __future__ import annotations

import contextlib
import dataclasses

from synthd.daemon.recording import Recording
from synthd.daemon.setup import Setup
from synthd.synth.models.identified import Identifiable, IdentifiedModel
from synthd.synth.store.identities import Identities


async def identified(setup: Setup) -> Setup:
    """With a model that says which weights it has, where its server does.

    A replay asks nobody: it goes by what was there when its answers were kept. So does a search
    whose server does not answer: what was kept of its weights is still theirs.
    """
    model, recording = setup.model, setup.recording
    if not isinstance(model, Identifiable):
        return setup
    kept = Identities(recording.folder / "identities") if recording else None
    known = kept.get(model.name) if kept else ""
    replay = isinstance(recording, Recording) and recording.replay
    identity = known if replay else await model.identify() or known
    if kept and identity != known:
        with contextlib.suppress(OSError):  # only a replay would miss it
            kept.put(model.name, identity)
    return dataclasses.replace(setup, model=IdentifiedModel(model, identity)) if identity else setup
