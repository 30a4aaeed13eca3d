"""Model names carry their backend: `local/…`, `ollama/…`, anything else is litellm's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.models.errors import UnknownModel


class Backend(StrEnum):
    LOCAL = "local"
    OLLAMA = "ollama"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class ModelName:
    """name is what the backend itself calls the model; str() is the full name again."""

    backend: Backend
    name: str

    def __str__(self) -> str:
        return self.name if self.backend is Backend.REMOTE else f"{self.backend}/{self.name}"


def parse(name: str) -> ModelName:
    """A bare name means local. Raises UnknownModel where there is no name at all."""
    prefix, slash, rest = name.strip().partition("/")
    if not slash:
        prefix, rest = Backend.LOCAL, prefix
    if not prefix or not rest:
        raise UnknownModel(
            f"{name!r} is not a model name: write local/NAME, ollama/NAME or PROVIDER/NAME"
        )
    if prefix in (Backend.LOCAL, Backend.OLLAMA):
        return ModelName(Backend(prefix), rest)
    return ModelName(Backend.REMOTE, f"{prefix}/{rest}")
