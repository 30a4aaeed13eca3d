"""What tests of every layer share: the real model's environment, and how often to repeat."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from hypothesis import settings

from synthd.daemon.weights import Store, find

SMALL = "qwen2.5-coder:0.5b"
SOAK = os.environ.get("SYNTHD_SOAK") == "1"

# Properties that name no number of their own try this many examples.
settings.register_profile("short", max_examples=60, deadline=None)
settings.register_profile("soak", max_examples=3000, deadline=None)
settings.load_profile("soak" if SOAK else "short")


@pytest.fixture(scope="session")
def weights() -> Mapping[str, str]:
    """The environment in which synthd finds the 0.5B weights, or a skip with the reason."""
    folder = Path(
        os.environ.get("SYNTHD_TEST_WEIGHTS_DIR")
        or platformdirs.user_data_path("synthd") / "models"
    )
    if not Store(folder).has(find(SMALL)):
        pytest.skip(f"no {SMALL} weights in {folder}: run `synthd models pull {SMALL}`")
    return {"SYNTHD_MODELS_DIR": str(folder), "SYNTHD_MODEL": f"local/{SMALL}"}


@pytest.fixture(scope="session")
def needed() -> Callable[[str], dict[str, str]]:
    """By a strategy's name the hyperparameters that it cannot do without and has no default for."""
    optimizer = {"optimizer": "/optimizer", "sha256": "0" * 64}
    return lambda name: dict(optimizer) if name == "optune" else {}


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether the repeating tests run with their full counts."""
    return SOAK


@pytest.fixture
def patient(soak: bool) -> None:
    """Before anything is prepared: for what others test too, with less patience."""
    if not soak:
        pytest.skip("half a minute of processors: SYNTHD_SOAK=1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every property is worth repeating: `make soak` runs them all with full counts."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.soak)


@pytest.fixture
def verus_stand_in(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder `verus-stand-in` with an executable `verus`, and gives that one's path.

    recordings: rows of a recording file. rules, default: see tests/synth/verus/stand_in.py.
    """
    python = next(iter(sorted(Path("/usr/bin").glob("python3*"))), None)
    if python is None:
        pytest.skip("the stand-in for Verus needs a Python in /usr/bin, where its sandbox sees it")
    script = (Path(__file__).parent / "synth" / "verus" / "stand_in.py").read_text()

    def make(
        *,
        recordings: Iterable[Mapping[str, Any]] = (),
        rules: Sequence[Mapping[str, Any]] = (),
        default: str | Mapping[str, Any] = "refuted",
        version: str = "",
        folder: str = "verus-stand-in",
    ) -> Path:
        place = tmp_path / folder
        (place / "answers").mkdir(parents=True)
        for row in recordings:
            name = sha256(row["program"].encode()).hexdigest()
            (place / "answers" / name).write_text(json.dumps(row))
        told = {"rules": list(rules), "default": default} | (
            {"version": version} if version else {}
        )
        (place / "rules.json").write_text(json.dumps(told))
        program = place / "verus"
        program.write_text(f"#!{python} -IS\n{script}")
        program.chmod(0o755)
        return program

    return make


@pytest.fixture(scope="session")
def verus_recordings() -> Callable[[str], tuple[Mapping[str, Any], ...]]:
    """The rows of `flags`, `benchmarks` or `mutants`: what a real Verus answered.

    From SYNTHD_VERUS_RECORDED, or a folder beside the checkout; or a skip with the reason.
    """
    beside = Path(__file__).parents[2] / "shared" / "verus-recorded"
    folder = Path(os.environ.get("SYNTHD_VERUS_RECORDED") or beside)
    if not (folder / "flags.jsonl.gz").is_file():
        pytest.skip(f"no recordings of Verus in {folder}: set SYNTHD_VERUS_RECORDED")

    @cache
    def load(name: str) -> tuple[Mapping[str, Any], ...]:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return tuple(json.loads(line) for line in lines)

    return load


CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True)
class Tiny:
    """A decoder with weights drawn by chance, a tokenizer of bytes, and both as a folder."""

    model: Any
    tokenizer: Any

    def saved(self, folder: Path) -> Path:
        """The folder, with config, safetensors and tokenizer in it."""
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        return folder


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Tiny]:
    """Makes a Qwen2 of 2 layers and a ChatML tokenizer, from nothing but the seed."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    def make(seed: int = 0, dtype: str = "float32", hidden: int = 32, layers: int = 2) -> Tiny:
        import torch

        letters = sorted(pre_tokenizers.ByteLevel.alphabet())
        raw = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
        raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        raw.decoder = decoders.ByteLevel()
        marks = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
        raw.add_special_tokens([AddedToken(m, special=True, normalized=False) for m in marks])
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=raw,
            pad_token="<|endoftext|>",
            eos_token="<|im_end|>",
            chat_template=CHAT,
            model_max_length=2048,
        )
        config = Qwen2Config(
            vocab_size=len(tokenizer),
            hidden_size=hidden,
            intermediate_size=2 * hidden,
            num_hidden_layers=layers,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=2048,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = Qwen2ForCausalLM(config).to(getattr(torch, dtype)).eval()
        model.generation_config.eos_token_id = tokenizer.eos_token_id
        return Tiny(model, tokenizer)

    return make


@pytest.fixture(scope="session")
def tiny_directory(tiny: Callable[..., Tiny], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `tiny()`; nobody writes to it."""
    return tiny().saved(tmp_path_factory.mktemp("tiny-model"))
