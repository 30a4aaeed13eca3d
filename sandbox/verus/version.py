"""What a Verus says about itself: its version, its Rust toolchain, the options it knows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_LINE = re.compile(r"^\s*(Version|Toolchain|Commit):\s*(\S+)", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


@dataclass(frozen=True, slots=True)
class Build:
    """toolchain and commit: "" where that version does not say."""

    version: str
    toolchain: str = ""
    commit: str = ""


def build_of(said: str) -> Build | None:
    """From `--version`, in JSON (`--output-json`) or in lines for people; None if it is neither."""
    try:
        told = json.loads(said)
    except ValueError:
        return _from_lines(said)
    told = told.get("verus", told) if isinstance(told, dict) else told
    if isinstance(told, str):
        return Build(told)
    if not isinstance(told, dict) or not told.get("version"):
        return None
    return Build(
        str(told["version"]), str(told.get("toolchain") or ""), str(told.get("commit") or "")
    )


def options_of(said: str) -> frozenset[str]:
    """The long options that `--help` names."""
    return frozenset(_OPTION.findall(said))


def _from_lines(said: str) -> Build | None:
    found = {name.lower(): value for name, value in _LINE.findall(said)}
    if "version" not in found:
        return None
    return Build(found["version"], found.get("toolchain", ""), found.get("commit", ""))
