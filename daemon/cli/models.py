"""`synthd models`: list, pull, rm, default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from synthd.daemon import config
from synthd.daemon.cli.running import finish
from synthd.daemon.locations import user_config_file
from synthd.daemon.settings import Settings


def list_models_(json: bool) -> NoReturn:
    finish(lambda: _list(json))


def _settings() -> Settings:
    return config.load(Path.cwd(), user_config_file(), os.environ, {}).settings
