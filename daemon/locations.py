"""Where things are: the user's config, weights and kept searches, and Ollama."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path

from synthd.daemon.settings import Settings
from synthd.synth.models.ollama_server import DEFAULT_HOST


def user_config_file() -> Path:
    return user_config_path("synthd") / "config.toml"


def recordings_dir() -> Path:
    """Where answers of models are kept for --cache and --replay."""
    return user_cache_path("synthd") / "searches"


def features_dir() -> Path:
    """Where what frozen models say of programs is kept, for trainings of verifiers."""
    return user_cache_path("synthd") / "features"


def runs_dir() -> Path:
    """Where searches are kept for `synthd show`."""
    return user_state_path("synthd") / "runs"


def ollama_host(settings: Settings) -> str:
    return settings.ollama_host or DEFAULT_HOST


def models_dir(settings: Settings) -> Path:
    if settings.models_dir:
        return Path(settings.models_dir).expanduser()
    return user_data_path("synthd") / "models"
