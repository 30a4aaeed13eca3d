"""Where pages lie for editors that cannot be given them in any other way. Imports nothing heavy."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path


def folder() -> Path:
    return user_cache_path("synthd", appauthor=False) / "shown"
