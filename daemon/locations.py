"""Where synthd keeps what is the user's: config and weights."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path, user_data_path

from synthd.daemon.settings import Settings


def user_config_file() -> Path:
    return user_config_path("synthd") / "config.toml"


def models_dir(settings: Settings) -> Path:
    if settings.models_dir:
        return Path(settings.models_dir).expanduser()
    return user_data_path("synthd") / "models"
