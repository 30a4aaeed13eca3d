"""Changes one key of the user's config file and leaves the rest as the user wrote it."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from pathlib import Path

from synthd.daemon.exits import BadInput

MODEL = re.compile(r"^model[ \t]*=.*$", re.MULTILINE)


def set_model(path: Path, name: str) -> None:
    """`model = NAME` at the top level. Raises BadInput where the file is no TOML."""
    old = path.read_text("utf-8") if path.exists() else ""
    # A JSON string is a TOML basic string.
    line = f"model = {json.dumps(name)}"
    top, tables = _split(old)
    top = MODEL.sub(lambda _: line, top, 1) if MODEL.search(top) else f"{line}\n{top}"
    new = top + tables
    try:
        right = tomllib.loads(new).get("model") == name
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: not valid TOML: {error}; mend it first") from None
    if not right:
        raise BadInput(f"{path}: cannot find where to set the model; write {line} yourself")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(new)
    os.replace(fresh, path)


def _split(text: str) -> tuple[str, str]:
    """What stands before the first table, and the rest."""
    table = re.search(r"^\s*\[", text, re.MULTILINE)
    at = table.start() if table else len(text)
    return text[:at], text[at:]
