"""The process that trains a verifier: `python -P -m synthd.synth.learning.verifier.train FILE`.

FILE is the configuration that daemon/learning/verifier.py writes. The description is written last,
so that a folder with one is a whole verifier.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthd.synth.learning.training.child import Child, run
from synthd.synth.learning.training.errors import NothingToLearn
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.learning.verifier import description as described
from synthd.synth.learning.verifier.data import BadData
from synthd.synth.learning.verifier.description import Base, Data, Description, Rates
from synthd.synth.learning.verifier.examining import Examined, examined
from synthd.synth.learning.verifier.reading import FORM
from synthd.synth.learning.verifier.settings import Loss, Tune
from synthd.synth.learning.verifier.training import Trained, Wanted, trained


def main() -> None:
    run(_work)


def _work(config: Mapping[str, Any], child: Child) -> Mapping[str, Any]:
    wanted = wanted_of(config)
    try:
        made = trained(wanted, child.tell, child.say, child.stopping)
    except BadData as error:
        raise NothingToLearn(str(error)) from None
    child.say("trained; the tasks that were held out are scored")
    found = examined(made.verifier, made.parts.train, made.parts.held_out, wanted.training.seed)
    if child.main:
        return finish(wanted, made, found, Base(**config["base"]), Data(**config["described"]))
    return {}


def wanted_of(config: Mapping[str, Any]) -> Wanted:
    return Wanted(
        base=Path(config["base_folder"]),
        data=Path(config["data"]),
        out=Path(config["out"]),
        folder=Path(config["checkpoints"]),
        features=Path(config["features"]),
        tune=Tune(config["tune"]),
        loss=Loss(config["loss"]),
        pairs=config["pairs"],
        max_tokens=config["max_tokens"],
        training=TrainingSettings(**config["training"]),
    )


def finish(
    wanted: Wanted, made: Trained, found: Examined, base: Base, data: Data
) -> Mapping[str, Any]:
    """Metrics, then the description. base: its hash is filled in. Raises OSError."""
    training = wanted.training
    told = Description(
        base=base.model_copy(update={"sha256": made.base_sha256}),
        tune=wanted.tune,
        loss=wanted.loss,
        form=FORM,
        max_tokens=wanted.max_tokens,
        hidden=made.hidden,
        weights_sha256=made.weights,
        slope=found.platt.slope,
        offset=found.platt.offset,
        data=data,
        rates=Rates(
            lr=training.lr,
            epochs=training.epochs,
            weight_decay=training.weight_decay,
            eps=training.eps,
            pairs_per_step=training.batch * training.accumulation,
            pairs_per_prompt=wanted.pairs,
            seed=training.seed,
        ),
    )
    row = {
        "verifier": told.identity,
        "steps": made.steps,
        "loss": {"first": made.losses[0], "last": made.losses[-1]},
        **found.row(),
    }
    _write(wanted.out / described.METRICS, json.dumps({**row, "losses": made.losses}, indent=1))
    _write(wanted.out / described.CONFIG, told.model_dump_json(by_alias=True, indent=1))
    return row


def _write(path: Path, text: str) -> None:
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_text(text + "\n", "utf-8")
    os.replace(made, path)


if __name__ == "__main__":
    main()
