"""Model names carry their backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthd.synth.models.errors import UnknownModel
from synthd.synth.models.names import Backend, Form, ModelName, absolute, form, parse


@pytest.mark.parametrize(
    ("text", "backend", "name", "full"),
    [
        ("qwen2.5-coder:0.5b", Backend.LOCAL, "qwen2.5-coder:0.5b", "local/qwen2.5-coder:0.5b"),
        ("local/qwen2.5-coder:0.5b", Backend.LOCAL, "qwen2.5-coder:0.5b", None),
        ("gpt-4o", Backend.LOCAL, "gpt-4o", "local/gpt-4o"),
        ("ollama/codellama:7b", Backend.OLLAMA, "codellama:7b", None),
        ("ollama/someone/theirs:7b", Backend.OLLAMA, "someone/theirs:7b", None),
        ("openai/gpt-4o", Backend.REMOTE, "openai/gpt-4o", None),
        ("openrouter/qwen/qwen-coder", Backend.REMOTE, "openrouter/qwen/qwen-coder", None),
        ("hf//home/me/model", Backend.HF, "/home/me/model", None),
        ("hf/./model", Backend.HF, "./model", None),
        ("hf/local/qwen2.5-coder:0.5b", Backend.HF, "local/qwen2.5-coder:0.5b", None),
        ("hf/Qwen/Qwen2.5-Coder-7B", Backend.HF, "Qwen/Qwen2.5-Coder-7B", None),
        (" openai/gpt-4o ", Backend.REMOTE, "openai/gpt-4o", "openai/gpt-4o"),
    ],
)
def test_the_backend_is_the_first_word(
    text: str, backend: Backend, name: str, full: str | None
) -> None:
    parsed = parse(text)
    assert parsed == ModelName(backend, name)
    assert str(parsed) == (full or text)
    assert parse(str(parsed)) == parsed


@pytest.mark.parametrize("text", ["", "  ", "/", "local/", "ollama/", "/gpt-4o"])
def test_half_a_name_is_none(text: str) -> None:
    with pytest.raises(UnknownModel, match="is not a model name: write"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["hf/", "hf/model", "hf/a/b/c", "hf/local/", "hf/local/a/b", "hf/../x/..", "hf/a/..b"]
)
def test_what_follows_hf_is_a_folder_or_two_words(text: str) -> None:
    if text == "hf/../x/..":
        assert form(parse(text)) is Form.FOLDER
        return
    with pytest.raises(UnknownModel, match="is not a model name: write"):
        parse(text)


def test_a_folder_means_the_same_from_anywhere() -> None:
    here = Path.cwd()
    assert absolute("hf/./model") == f"hf/{here}/model"
    assert absolute("hf/..") == f"hf/{here.parent}"
    for other in ("hf//abs/model", "hf/org/name", "local/./x", "ollama/x"):
        assert absolute(other) == other
    assert form(parse("hf/org/name")) is Form.HUB
    assert form(parse("hf/local/name")) is Form.LOCAL
