"""Model names carry their backend."""

from __future__ import annotations

import pytest

from synthd.synth.models.errors import UnknownModel
from synthd.synth.models.names import Backend, ModelName, parse


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
