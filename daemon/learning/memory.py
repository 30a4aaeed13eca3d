"""Whether a training fits into memory: said before it starts, with figures and what would fit.

Weights, gradients and AdamW's two moments are exact. Activations are an estimate for decoders of
Llama's kind: what the backward pass needs of each token, as in Korthikanti et al. (2022, arXiv
2205.05198, section 4) but with attention that keeps no matrix, and three copies of the logits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from synthd.daemon.exits import BadInput, Missing
from synthd.synth.models.hf.folder import BadFolder, size
from synthd.synth.models.hf.memory import free_memory

_BESIDE = 600 << 20  # torch and transformers themselves
_CGROUP = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a model: weights in all, and what decides about activations."""

    parameters: int
    layers: int
    hidden: int
    inner: int
    vocabulary: int


@dataclass(frozen=True, slots=True)
class Words:
    """How the command line names what needs less. few: that trains few parameters."""

    few: str = "--peft lora"
    length: str = "--max-length"


@dataclass(frozen=True, slots=True)
class Need:
    """What a training asks for. trained: parameters; frozen_width: bytes of one that is not.
    width: bytes of an activation. learning: so many last layers; those before the first that learns
    keep nothing for the backward pass. None: all."""

    shape: Shape
    trained: int
    batch: int
    length: int
    checkpointing: bool = False
    frozen_width: int = 4
    width: int = 4
    peft: str = "full"
    learning: int | None = None
    words: Words = Words()

    @property
    def weights(self) -> int:
        return self.trained * 4 + (self.shape.parameters - self.trained) * self.frozen_width

    @property
    def optimizer(self) -> int:
        """Gradients and two moments, float32."""
        return 12 * self.trained

    @property
    def activations(self) -> int:
        shape = self.shape
        of_layer = 12 * shape.hidden + 4 * shape.inner
        kept = shape.layers * shape.hidden + of_layer
        learning = shape.layers if self.learning is None else self.learning
        layers = kept if self.checkpointing else learning * of_layer
        logits = 3 * 4 * shape.vocabulary
        return self.batch * self.length * (layers * self.width + logits)

    @property
    def bytes(self) -> int:
        return self.weights + self.optimizer + self.activations + _BESIDE


@dataclass(frozen=True, slots=True)
class Room:
    """free: bytes; None where nobody can say. where: "this machine", "the GPU"."""

    free: int | None
    where: str


def shape_of(folder: Path) -> Shape:
    """From config.json and the headers of the weights. Raises BadInput."""
    try:
        told = json.loads((folder / "config.json").read_text("utf-8"))
        hidden = int(told["hidden_size"])
        return Shape(
            size(folder).parameters,
            int(told["num_hidden_layers"]),
            hidden,
            int(told.get("intermediate_size") or 4 * hidden),
            int(told["vocab_size"]),
        )
    except BadFolder as error:
        raise BadInput(str(error)) from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInput(f"{folder}/config.json does not describe a decoder: {error!r}") from None


def trained_by(peft: str, shape: Shape) -> int:
    """How many parameters a way of `train sft` trains; an estimate from above for adapters."""
    h, layers = shape.hidden, shape.layers
    match peft:
        case "full":
            return shape.parameters
        case "lora":
            return last_quarter(shape) * 2 * 2 * 16 * h
        case "adapter":
            return layers * 2 * (2 * h * max(1, h // 16) + 2 * h)
        case "ia3":
            return layers * (2 * h + shape.inner)
        case "ln":
            return (2 * layers + 1) * h
    return 10 * layers * 2 * h


def last_quarter(shape: Shape) -> int:
    """The layers that have the LoRA of `train sft`."""
    return max(1, round(shape.layers / 4))


def on_this_machine() -> Room:
    """The smaller of what the kernel says and what the control group leaves."""
    found = [free for free in (free_memory(), *map(_left, _CGROUP)) if free is not None]
    return Room(min(found, default=None), "this machine")


def require(need: Need, room: Room) -> None:
    """Raises Missing with the figures where it cannot fit."""
    if room.free is None or need.bytes <= room.free:
        return
    told = (
        f"weights {_gb(need.weights)}, gradients and optimizer {_gb(need.optimizer)}, activations "
        f"of {need.batch} × {need.length} tokens {_gb(need.activations)}"
    )
    raise Missing(
        f"this training needs about {_gb(need.bytes)} of memory ({told}), and {room.where} has "
        f"{_gb(room.free)} free. {_advice(need, room.free)}"
    )


def _advice(need: Need, free: int) -> str:
    """The first change that would do, the least first."""
    tried: list[tuple[str, Need]] = []
    if need.batch > 1:
        need = replace(need, batch=1)
        tried.append(("--batch 1 with more --accumulation", need))
    if not need.checkpointing:
        need = replace(need, checkpointing=True)
        tried.append((" ".join([*[t for t, _ in tried], "--gradient-checkpointing"]), need))
    if need.peft == "full":
        few = replace(need, trained=trained_by("lora", need.shape), peft="lora")
        tried.append((f"{need.words.few} --batch 1 --gradient-checkpointing", few))
        need = few
    short = replace(need, length=max(256, need.length // 4))
    tried.append((f"{need.words.length} {short.length} besides", short))
    for words, one in tried:
        if one.bytes <= free:
            return f"{words} would fit ({_gb(one.bytes)}); --even-if-memory starts all the same"
    return "Nothing here makes it fit: take a smaller --base, or a machine with more memory"


def _left(files: tuple[Path, Path]) -> int | None:
    try:
        limit, used = (int(file.read_text("ascii")) for file in files)
    except (OSError, ValueError):  # "max": there is no limit
        return None
    return max(0, limit - used) if limit < 1 << 60 else None


def _gb(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size < 1e11 else f"{size / 1e9:.0f} GB"
