"""A model's card: what it was made of and how, as README.md and as JSON beside the weights."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from synthd.daemon.bench.folder.layout import replace
from synthd.daemon.learning.bases import Base

SCHEMA = 1
README, JSON = "README.md", "training_card.json"
_LIBRARIES = ("synthd", "torch", "transformers", "peft", "accelerate", "safetensors")


@dataclass(frozen=True, slots=True)
class DataSource:
    """name: as the user wrote it; rows: examples that came of it."""

    name: str
    sha256: str
    rows: int
    licence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """what: "fine-tuned model", "verifier", "optimizer". use: a sentence and a command.
    limits: what it must not be used for, or was not trained on."""

    what: str
    method: str
    base: Base
    data: tuple[DataSource, ...]
    settings: Mapping[str, Any]
    metrics: Mapping[str, Any]
    use: str
    limits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=lambda: versions())


def write(card: Card, folder: Path) -> None:
    """Raises OSError."""
    row = {"schema": SCHEMA, **asdict(card)}
    row["base"] = {"name": card.base.name, "sha256": card.base.sha256}
    replace(folder / JSON, json.dumps(row, indent=1, default=str) + "\n")
    replace(folder / README, text(card))


def text(card: Card) -> str:
    parts = [
        f"# {card.what[:1].upper()}{card.what[1:]} of {Path(card.base.name).name}",
        f"{card.method}. {card.use}",
        "## Base\n\n" + _rows((("name", card.base.name), ("SHA-256", card.base.sha256))),
        "## Data\n\n" + "\n".join(_source(one) for one in card.data),
        "## Settings\n\n" + _rows(card.settings.items()),
        "## Measured\n\n" + _rows(card.metrics.items()),
        "## Made with\n\n" + _rows(card.libraries.items()),
    ]
    if card.limits or card.notes:
        told = "\n".join(f"- {line}" for line in (*card.limits, *card.notes))
        parts.insert(2, "## To know\n\n" + told)
    return "\n\n".join(parts) + "\n"


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _source(one: DataSource) -> str:
    licence = f", licence: {one.licence}" if one.licence else ""
    note = f" ({one.note})" if one.note else ""
    return f"- {one.name}: {one.rows} examples{licence}; SHA-256 {one.sha256}{note}"


def _rows(rows: Any) -> str:
    return "| | |\n| --- | --- |\n" + "\n".join(f"| {name} | {value} |" for name, value in rows)
