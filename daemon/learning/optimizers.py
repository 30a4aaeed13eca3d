"""Which bytes of a trained optimizer a search means: strategies read no files, keys need a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from synthd.daemon.exits import BadInput

OPTUNE = "optune"
WEIGHTS = "optimizer.safetensors"
_FOLDER, _SHA256 = "optimizer", "sha256"
V = TypeVar("V", bound=str | int | float | bool)


def pinned(strategy: str, parameters: Mapping[str, V]) -> dict[str, V | str]:
    """The parameters with the optimizer's folder in full and its hash; others' as they are.

    Raises BadInput where there is no optimizer, or it has other bytes than the hash that is given.
    """
    told: dict[str, V | str] = dict(parameters)
    named = str(parameters.get(_FOLDER, "")).strip()
    if strategy != OPTUNE or not named:
        return told
    folder = Path(named).expanduser().absolute()
    try:
        found = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(
            f"{OPTUNE}.{_FOLDER}: there is no trained optimizer in {folder} "
            f"({error.strerror or error}): `synthd train {OPTUNE} --out {folder}` makes one"
        ) from None
    given = str(parameters.get(_SHA256, "")).strip()
    if given not in ("", found):
        raise BadInput(
            f"{OPTUNE}.{_FOLDER}: {folder / WEIGHTS} has SHA-256 {found}, not {given}: it was "
            "trained anew; leave sha256 out, and begin another run"
        )
    return told | {_FOLDER: str(folder), _SHA256: found}
