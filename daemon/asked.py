"""The settings of what an editor asks for: files, what was picked, its own, the request's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthd.daemon import config
from synthd.daemon.locations import user_config_file
from synthd.daemon.picked import Picked
from synthd.daemon.settings import Settings
from synthd.lsp.engine import Request
from synthd.synth.source.place import find_workspace


def given(request: Request, picked: Picked) -> dict[str, Any]:
    """What counts over all files. A model that is named for this very job may be any: the user has
    named it. Raises BadConfig."""
    values = picked.under(config.from_editor(request.settings))
    if request.strategy:
        values["strategy"] = request.strategy
    if request.model:
        values["model"] = request.model
    return values


def settings(request: Request, picked: Picked, environment: Mapping[str, str]) -> Settings:
    """Reads files: for threads. Raises BadConfig."""
    path = Path(request.path)
    workspace = Path(request.workspace) if request.workspace else find_workspace(path)
    over = given(request, picked)
    found = config.load(workspace, user_config_file(), environment, over).settings
    if path.suffix == ".rs":
        from synthd.daemon.verus.defaults import defaults

        return defaults(found)
    return found
