"""Small files that say themselves whether they are whole."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def digest(value: object) -> str:
    """The SHA-256 of a value in one canonical JSON spelling."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def write(path: Path, body: Mapping[str, Any]) -> None:
    """In one step: a reader sees the old file, the new one or none. Raises OSError."""
    name = _written(path, body)
    try:
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def add(path: Path, body: Mapping[str, Any]) -> bool:
    """The same where there is no file yet; else False, whoever was first. Raises OSError."""
    name = _written(path, body)
    try:
        os.link(name, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(name)
    return True


def _written(path: Path, body: Mapping[str, Any]) -> str:
    """A whole file beside the path."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    held, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(held, "w", encoding="ascii") as file:
            json.dump({"sha256": digest(body), "body": body}, file, ensure_ascii=True)
    except BaseException:
        os.unlink(name)
        raise
    return name


def read(path: Path) -> dict[str, Any] | None:
    """The body; None where there is no file, or one that is cut or was changed."""
    try:
        held = json.loads(path.read_bytes())
        body = held["body"]
        whole = held["sha256"] == digest(body)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return body if whole and isinstance(body, dict) else None
