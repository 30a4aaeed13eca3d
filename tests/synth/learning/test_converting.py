"""A GGUF file as a folder that transformers loads: the same weights, whole or not there."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from synthd.synth.models.hf.converted import note_of
from synthd.synth.models.hf.folder import files_sha256, size

pytest.importorskip("transformers", reason="the extra `train` is not installed")
CHAT = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
WIDTH, INNER = 32, 64


def tokens() -> list[str]:
    from tokenizers import pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    return [*letters, "er", "<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def written(path: Path, layers: int = 2) -> dict[str, Any]:
    """A Qwen2 drawn by chance; its tensors by their names in the file."""
    import gguf
    import numpy

    random = numpy.random.default_rng(0)
    words = tokens()
    file = gguf.GGUFWriter(path, "qwen2")
    file.add_block_count(layers)
    file.add_context_length(512)
    file.add_embedding_length(WIDTH)
    file.add_feed_forward_length(INNER)
    file.add_head_count(4)
    file.add_head_count_kv(2)
    file.add_layer_norm_rms_eps(1e-6)
    file.add_rope_freq_base(10000.0)
    file.add_tokenizer_model("gpt2")
    file.add_tokenizer_pre("qwen2")
    file.add_token_list(words)
    file.add_token_types([1] * (len(words) - 3) + [3] * 3)
    file.add_token_merges(["e r"])
    file.add_eos_token_id(len(words) - 1)
    file.add_pad_token_id(len(words) - 3)
    file.add_chat_template(CHAT)
    shapes = {"token_embd": (len(words), WIDTH), "output": (len(words), WIDTH)}
    shapes["output_norm"] = (WIDTH,)
    for at in range(layers):
        for name, shape in {
            "attn_q": (WIDTH, WIDTH),
            "attn_k": (WIDTH // 2, WIDTH),
            "attn_v": (WIDTH // 2, WIDTH),
            "attn_output": (WIDTH, WIDTH),
            "ffn_gate": (INNER, WIDTH),
            "ffn_up": (INNER, WIDTH),
            "ffn_down": (WIDTH, INNER),
            "attn_norm": (WIDTH,),
            "ffn_norm": (WIDTH,),
        }.items():
            shapes[f"blk.{at}.{name}"] = shape
    made = {f"{name}.weight": shape for name, shape in shapes.items()}
    for at in range(layers):
        for name, width in (("attn_q", WIDTH), ("attn_k", WIDTH // 2), ("attn_v", WIDTH // 2)):
            made[f"blk.{at}.{name}.bias"] = (width,)
    tensors = {
        name: random.standard_normal(shape).astype(numpy.float32) for name, shape in made.items()
    }
    for name, tensor in tensors.items():
        file.add_tensor(name, tensor)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()
    return tensors


def test_the_same_weights_once_and_whole(tmp_path: Path) -> None:
    import torch

    from synthd.synth.learning.converting import CannotConvert, convert
    from synthd.synth.learning.loading import load, parameters_sha256, weights_sha256

    source, into = tmp_path / "tiny.gguf", tmp_path / "hf" / "tiny"
    tensors = written(source)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    left = into.with_name(".tiny.part")  # as a process that was killed leaves it
    left.mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"half")
    note = convert(source, sha256, into)
    assert not left.exists() and note_of(into) == note
    assert (note.source_sha256, note.sha256) == (sha256, files_sha256(into))
    assert note.sha256 == weights_sha256(into)
    assert size(into).parameters == sum(tensor.size for tensor in tensors.values())

    loaded = load(into, device="cpu")
    assert loaded.dtype == torch.float32
    own = dict(loaded.model.named_parameters())
    for ours, theirs in (
        ("model.layers.1.mlp.down_proj.weight", "blk.1.ffn_down.weight"),
        ("model.layers.0.self_attn.k_proj.bias", "blk.0.attn_k.bias"),
        ("model.embed_tokens.weight", "token_embd.weight"),
        ("lm_head.weight", "output.weight"),
    ):
        assert torch.equal(own[ours], torch.from_numpy(tensors[theirs])), ours
    before = parameters_sha256(loaded.model)
    with torch.no_grad():
        own["lm_head.weight"][0, 0] += 1
    assert parameters_sha256(loaded.model) != before

    made = (into / "model.safetensors").stat().st_mtime_ns
    assert convert(source, sha256, into) == note
    assert (into / "model.safetensors").stat().st_mtime_ns == made, "what is there is taken"
    with pytest.raises(CannotConvert, match="is not the file that it should be"):
        convert(source, "0" * 64, into)
    assert note_of(into) == note, "a conversion that fails leaves what was there"
    (into / "model.safetensors").write_bytes(b"changed")
    assert note_of(into) is None
    assert convert(source, sha256, into).sha256 == note.sha256
