"""Model names carry their backend: `local/…`, `ollama/…`, `hf/…`, anything else is litellm's.

After `hf/` comes a folder (`hf//home/me/model`, `hf/./model`), weights of ours in another form
(`hf/local/qwen2.5-coder:0.5b`), or a name of the hub (`hf/ORG/NAME`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from synthd.synth.models.errors import UnknownModel


class Backend(StrEnum):
    LOCAL = "local"
    OLLAMA = "ollama"
    HF = "hf"
    REMOTE = "remote"


# Of a name of the hub; nothing in it leads out of a folder.
ON_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
HERE = ("./", "../", "~")


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
    if prefix == Backend.HF:
        return ModelName(Backend.HF, _checked(rest))
    if prefix in (Backend.LOCAL, Backend.OLLAMA):
        return ModelName(Backend(prefix), rest)
    return ModelName(Backend.REMOTE, f"{prefix}/{rest}")


class Form(StrEnum):
    """What follows `hf/`."""

    FOLDER = "folder"
    LOCAL = "local"
    HUB = "hub"


def form(name: ModelName) -> Form:
    """Of a name whose backend is HF."""
    if name.name.startswith(("/", *HERE)):
        return Form.FOLDER
    return Form.LOCAL if name.name.startswith("local/") else Form.HUB


def absolute(name: str) -> str:
    """The same name, which means the same from any folder: other names are left alone."""
    prefix, _, rest = name.strip().partition("/")
    if prefix == Backend.HF and (rest.startswith(HERE) or rest in (".", "..")):
        return f"{prefix}/{Path(rest).expanduser().resolve()}"
    return name


def _checked(rest: str) -> str:
    if rest in (".", ".."):
        return f"{rest}/"
    named = rest.removeprefix("local/")
    if rest.startswith(("/", *HERE)) or ON_HUB.fullmatch(rest):
        return rest
    if named != rest and named and "/" not in named:
        return rest
    raise UnknownModel(
        f"'hf/{rest}' is not a model name: write hf//PATH/OF/A/FOLDER, hf/./FOLDER, "
        "hf/local/NAME or hf/ORGANIZATION/NAME"
    )
