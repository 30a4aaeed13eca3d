"""Settings come from five places, and a bad one is named with its file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthd.daemon.config import BadConfig, load


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_later_places_win(tmp_path: Path) -> None:
    write(tmp_path / "synthd.toml", "max_programs = 1\nmax_tokens = 1\nseed = 1\nmax_seconds = 1")
    write(tmp_path / "pyproject.toml", "[tool.synthd]\nmax_programs = 2\nmax_tokens = 2\nseed = 2")
    user = write(tmp_path / "home/config.toml", "max_programs = 3\nmax_tokens = 3")
    loaded = load(tmp_path, user, {"SYNTHD_MAX_PROGRAMS": "4"}, {"strategy": "best-of-n"})
    found = loaded.settings
    assert (found.max_programs, found.max_tokens, found.seed, found.max_seconds) == (4, 3, 2, 1)
    assert found.strategy == "best-of-n"
    assert loaded.sources["seed"] == str(tmp_path / "pyproject.toml")
    assert loaded.sources["max_programs"] == "the environment"
    assert load(tmp_path, user, {}, {"max_programs": 5}).settings.max_programs == 5


def test_nested_tables_are_merged(tmp_path: Path) -> None:
    write(tmp_path / "synthd.toml", "[parameters.seidr]\nbeam_width = 2\nheat = 0.5")
    user = write(
        tmp_path / "config.toml", "[parameters.seidr]\nbeam_width = 3\n[limits]\ncpu_seconds = 2"
    )
    found = load(tmp_path, user, {}, {}).settings
    assert found.parameters == {"seidr": {"beam_width": 3, "heat": 0.5}}
    assert found.limits.cpu_seconds == 2


def test_without_any_file_there_are_defaults(tmp_path: Path) -> None:
    found = load(tmp_path / "nowhere", tmp_path / "none.toml", {}, {}).settings
    assert (found.max_programs, found.max_seconds, found.max_tokens) == (24, 120.0, 8192)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "max_program = 3",
            r"synthd\.toml: unknown key 'max_program'\. Did you mean 'max_programs'\?",
        ),
        (
            "max_programs = 'many'",
            r"synthd\.toml: max_programs = 'many': input should be a valid integer",
        ),
        ("max_programs = 0", r"max_programs = 0: input should be greater than or equal to 1"),
        ("[limits]\ncpu = 3", r"unknown key 'limits\.cpu'\. .*Allowed: cpu_seconds"),
        ("max_programs = ", r"synthd\.toml: not valid TOML"),
        ("max_seconds = inf", r"max_seconds = inf"),
        ("models_dir = '/tmp/evil'", r"models_dir may not be set by a workspace"),
        ("model = 'hf/./evil'", r"may not decide which weights are loaded"),
        ("model = 'hf/some/evil'", r"may not decide which weights are loaded"),
        ("hf_device = 'cuda'", r"hf_device may not be set by a workspace"),
        ("ollama_host = 'http://evil'", r"ollama_host may not be set by a workspace"),
        ("model = 'local/'", r"synthd\.toml: model = 'local/': .*is not a model name"),
        ("model = 'openai/gpt'", r"model 'openai/gpt' is remote"),
    ],
)
def test_a_bad_workspace_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    write(tmp_path / "synthd.toml", text)
    with pytest.raises(BadConfig, match=says):
        load(tmp_path, tmp_path / "none.toml", {}, {})


def test_the_user_may_choose_what_a_workspace_may_not(tmp_path: Path) -> None:
    user = write(tmp_path / "config.toml", "model = 'openai/gpt'\nmodels_dir = '/models'")
    found = load(None, user, {"OLLAMA_HOST": "http://127.0.0.1:1"}, {}).settings
    assert (found.model, found.models_dir) == ("openai/gpt", "/models")
    assert found.ollama_host == "http://127.0.0.1:1"


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="SYNTHD_SEED must be an integer, not 'x'"):
        load(None, tmp_path / "none.toml", {"SYNTHD_SEED": "x"}, {})


def test_another_tools_broken_pyproject_is_not_our_business(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.synthd\n")
    assert load(tmp_path, tmp_path / "none.toml", {}, {}).settings.max_programs == 24
