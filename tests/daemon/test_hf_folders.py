"""Folders of `hf/…`: what is known of them, and what becomes of a conversion or a download."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from synthd.daemon.models import make
from synthd.daemon.weights import Store, Weights
from synthd.daemon.weights.folders import Folders
from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.errors import NoModel, UnknownModel
from synthd.synth.models.hf.options import Options
from synthd.synth.models.names import parse

pytest.importorskip("transformers", reason="the extra `train` is not installed")
CONTENT = b"GGUF, but not really"
WEIGHTS = Weights(
    "small:1b", "small.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "r", "v", "none"
)
LOCAL, ON_HUB = parse("hf/local/small:1b"), parse("hf/some/model")


def unheard(_: str) -> None:
    pass


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    (tmp_path / "models").mkdir()
    return Folders(Store(tmp_path / "models", (WEIGHTS,)))


async def test_a_folder_of_the_users_is_hashed_once_and_never_written_to(
    folders: Folders, tiny_directory: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(tiny_directory, own)
    name, there = parse(f"hf/{own}"), sorted(os.listdir(own))
    assert folders.path_of(name) == own and folders.identity(name) == ""
    await folders.prepare(name, unheard)
    whole = hashlib.sha256((own / "model.safetensors").read_bytes()).hexdigest()
    assert folders.identity(name) == whole
    assert sorted(os.listdir(own)) == there
    os.utime(own / "model.safetensors", ns=(1, 1))
    assert folders.identity(name) == "", "it may be another one now"
    await folders.prepare(name, unheard)
    assert folders.identity(name) == whole
    with pytest.raises(UnknownModel, match="a folder of yours"):
        folders.remove(name)
    with pytest.raises(UnknownModel, match="is not a folder with a model"):
        await folders.prepare(parse(f"hf/{tmp_path}/none"), unheard)


async def test_other_numbers_are_another_model(folders: Folders, tiny_directory: Path) -> None:
    """What float32 answered is not replayed for bfloat16."""
    name = parse(f"hf/{tiny_directory}")
    await folders.prepare(name, unheard)
    whole = folders.identity(name)
    assert whole

    def identity(device: str, dtype: str) -> str:
        made = make(name, "", folders.store, Options(device, dtype))
        assert isinstance(made, EmbeddedModel)
        return made.identity

    assert identity("cpu", "auto") == identity("cpu", "float32") == whole
    half, on_gpu = identity("cpu", "bfloat16"), identity("cuda", "auto")
    assert whole in half and half != whole
    assert on_gpu == half != identity("cuda", "float16")


async def test_a_copy_needs_the_very_weights(folders: Folders) -> None:
    with pytest.raises(UnknownModel, match=r"run `synthd models pull small:1b`"):
        await folders.prepare(LOCAL, unheard)
    with pytest.raises(UnknownModel, match=r"choose one of hf/local/small:1b"):
        await folders.prepare(parse("hf/local/other"), unheard)
    file = folders.store.path_of(WEIGHTS)
    file.write_bytes(CONTENT)
    assert folders.store.verify(WEIGHTS)
    said: list[str] = []
    with pytest.raises(NoModel, match="cannot be made"):  # it is no GGUF file
        await folders.prepare(LOCAL, said.append)
    assert "once" in said[0] and str(folders.path_of(LOCAL)) in said[0]
    assert not folders.path_of(LOCAL).exists() and list(folders.copies()) == []
    state = file.stat()
    file.write_bytes(CONTENT[::-1])
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))  # so it looks like the one before
    with pytest.raises(NoModel, match="is not the file that it should be"):
        await folders.prepare(LOCAL, unheard)
    assert os.listdir(folders.path_of(LOCAL).parent) == [".small-1b.lock"]


async def test_the_hub_is_asked_when_somebody_says_so_and_not_before(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://user:secret@127.0.0.1:9")
    with pytest.raises(UnknownModel, match=r"run `synthd models pull hf/some/model`"):
        await folders.prepare(ON_HUB, unheard)
    said: list[str] = []
    with pytest.raises(NoModel, match="cannot be pulled: the hub cannot be reached"):
        await folders.pull(ON_HUB, said.append)
    assert "127.0.0.1:9/some/model" in said[0] and "secret" not in said[0]
    assert not folders.path_of(ON_HUB).exists()
