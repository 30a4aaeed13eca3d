"""Opens a trained verifier for searches: its description, its base, and the process that scores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.daemon.learning import bases
from synthd.daemon.learning.launching import require_extra
from synthd.daemon.settings import Settings
from synthd.synth.learning.verifier import description
from synthd.synth.learning.verifier.description import BadVerifier, Description
from synthd.synth.learning.verifier.settings import Tune
from synthd.synth.store.estimates import Estimates
from synthd.synth.verifiers.estimating import KeptScorer
from synthd.synth.verifiers.scorer_process import ScorerSettings
from synthd.synth.verifiers.scoring import ChildScorer, Scorer


def described(folder: str) -> Description:
    """Raises BadInput."""
    try:
        return description.read(_folder(folder))
    except BadVerifier as error:
        raise BadInput(f"--verifier: {error}") from None


@asynccontextmanager
async def opened_scorer(
    folder: str | None, settings: Settings, kept: Path | None, *, replay: bool = False
) -> AsyncIterator[Scorer | None]:
    """folder: of the verifier; None: there is none. kept: where what it says is kept. Its process
    begins with the first question, and is gone at the end. Raises BadInput and Missing."""
    if folder is None:
        yield None
        return
    told = described(folder)
    estimates = Estimates(kept) if kept is not None else None
    if replay and estimates is not None:
        yield KeptScorer(told.identity, estimates, None)
        return
    require_extra()
    child = ChildScorer(await _settings(folder, told, settings))
    try:
        yield KeptScorer(told.identity, estimates, child) if estimates else child
    finally:
        await child.aclose()


async def _settings(name: str, told: Description, settings: Settings) -> ScorerSettings:
    folder = _folder(name)
    path = folder / description.MODEL
    if told.tune is not Tune.FULL:
        base = await bases.resolve(told.base.name, settings)
        if base.sha256 != told.base.sha256:
            raise BadInput(
                f"--verifier {folder}: it was trained from {told.base.name} with weights "
                f"{told.base.sha256[:12]}…, and that has others now ({base.sha256[:12]}…): train "
                "it again"
            )
        path = base.path
    return ScorerSettings(
        folder,
        path,
        told.identity,
        settings.hf_threads or None,
        settings.hf_device,
        settings.hf_dtype,
    )


def _folder(name: str) -> Path:
    return Path(name).expanduser()
