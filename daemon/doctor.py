"""What synthd needs on this machine: found or not, and how to get what is missing.

Never shows a key, starts a model, downloads anything or talks to a machine other than the
Ollama server that the user configured.
"""

from __future__ import annotations

import asyncio
import ctypes.util
import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from synthd.daemon.locations import models_dir, ollama_host
from synthd.daemon.settings import Settings
from synthd.daemon.weights import installed
from synthd.sandbox.level import Level, detect
from synthd.sandbox.verus.errors import VerusMissing
from synthd.sandbox.verus.found import find as find_verus
from synthd.synth.models import ollama_server
from synthd.synth.models.scrub import address
from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import place as find_place

# Providers whose keys litellm reads from the environment.
KEYS = (
    "ANTHROPIC_API_KEY",
    "AZURE_API_KEY",
    "DEEPSEEK_API_KEY",
    "GEMINI_API_KEY",
    "GROQ_API_KEY",
    "MISTRAL_API_KEY",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
)


class State(StrEnum):
    OK = "ok"
    MISSING = "missing"
    OPTIONAL = "optional"  # missing, and synthd does its job without it


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    state: State
    found: str
    fix: str = ""


async def examine(
    settings: Settings, environment: Mapping[str, str], folder: Path, python: Path | None = None
) -> list[Finding]:
    """Every finding, in the order in which a new user meets them."""
    sandbox, models, verus = await asyncio.gather(
        _sandbox(), _models(settings, environment), _verus(settings, environment)
    )
    return [
        _own_python(),
        _project_python(folder, environment, python),
        sandbox,
        *models,
        verus,
        *_editors(environment),
    ]


def _own_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", State.OK, f"{version} ({sys.executable})")


def _project_python(folder: Path, environment: Mapping[str, str], python: Path | None) -> Finding:
    fix = 'name one that exists: --python PATH, or python = "PATH" in synthd.toml'
    try:
        place = find_place(folder / "any.py", environment=environment, python=python)
    except SourceError as error:
        return Finding("project's Python", State.MISSING, str(error), fix)
    if os.access(place.python, os.X_OK):
        return Finding("project's Python", State.OK, f"{place.python} ({place.python_why})")
    return Finding("project's Python", State.MISSING, f"{place.python} cannot be run", fix)


async def _sandbox() -> Finding:
    detection = await detect()
    found = f"{detection.level}" + "".join(f"; {reason}" for reason in detection.reasons)
    if detection.level is Level.NONE:
        return Finding("sandbox", State.MISSING, found, detection.fix)
    return Finding("sandbox", State.OK, found, detection.fix)


async def _models(settings: Settings, environment: Mapping[str, str]) -> list[Finding]:
    embedded = _weights(settings)
    ollama = await _ollama(settings)
    keys = [key for key in KEYS if environment.get(key)]
    default = settings.model or "none set; the first that is found is used"
    pull = "synthd models pull qwen2.5-coder:1.5b"
    some = bool(settings.model) or State.OK in (embedded.state, ollama.state)
    return [
        Finding(
            "default model", State.OK if some else State.MISSING, default, "" if some else pull
        ),
        _engine(),
        embedded,
        ollama,
        Finding(
            "API keys",
            State.OK if keys else State.OPTIONAL,
            ", ".join(f"{key} is set" for key in keys) or "none (only remote models need one)",
        ),
    ]


def _engine() -> Finding:
    if importlib.util.find_spec("xllamacpp") is None:
        fix = "from a clone of synthd: pipx install --force '.[local]'"
        return Finding("embedded engine", State.OPTIONAL, "xllamacpp is not installed", fix)
    if ctypes.util.find_library("gomp") is None:
        fix = f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install -y libgomp1"
        return Finding("embedded engine", State.OPTIONAL, "it needs libgomp.so.1", fix)
    return Finding("embedded engine", State.OK, "xllamacpp")


def _weights(settings: Settings) -> Finding:
    folder = models_dir(settings)
    names = [model.name for model in installed(folder)]
    if names:
        return Finding("weights", State.OK, f"{', '.join(names)} in {folder}")
    fix = "synthd models pull qwen2.5-coder:1.5b"
    return Finding("weights", State.OPTIONAL, f"none in {folder}", fix)


async def _ollama(settings: Settings) -> Finding:
    host = ollama_host(settings)
    where = address(host)
    if not await ollama_server.is_running(host):
        return Finding("Ollama", State.OPTIONAL, f"does not answer at {where}", "ollama serve")
    names = await ollama_server.models(host)
    return Finding("Ollama", State.OK, f"{len(names)} models at {where}: {', '.join(names[:5])}")


async def _verus(settings: Settings, environment: Mapping[str, str]) -> Finding:
    try:
        found = await find_verus(settings.verus, environment)
    except VerusMissing as missing:
        text = "not usable (only proofs of Rust code need it)"
        return Finding("Verus", State.OPTIONAL, text, str(missing))
    told = dict(found.environment)
    beside = found.program.parent / "z3"
    solver = told.get("VERUS_Z3_PATH") or (str(beside) if beside.exists() else "z3 of its own")
    parts = [f"{found.version} ({found.program})"]
    parts += [f"toolchain {found.build.toolchain}"] if found.build.toolchain else []
    parts += [f"solver {solver}"]
    parts += ["cargo-verus"] if found.cargo else []
    return Finding("Verus", State.OK, ", ".join(parts))


def _editors(environment: Mapping[str, str]) -> list[Finding]:
    found: list[Finding] = []
    for name, program in (("Neovim", "nvim"), ("VS Code", "code")):
        path = shutil.which(program, path=environment.get("PATH"))
        if path is None:
            found.append(Finding(name, State.OPTIONAL, "not found"))
        elif program == "nvim":
            found.append(_neovim(path, environment))
        else:
            text = f"{path}; there is no synthd extension for it yet"
            found.append(Finding(name, State.OPTIONAL, text))
    return found


def _neovim(path: str, environment: Mapping[str, str]) -> Finding:
    home = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    config = home / "nvim" / "lsp" / "synthd.lua"
    if config.exists():
        return Finding("Neovim", State.OK, f"{path}, plugin {config}")
    fix = "put editors/neovim of the clone on your runtimepath (its README shows how)"
    return Finding("Neovim", State.OPTIONAL, f"{path}, synthd is not set up in it", fix)
