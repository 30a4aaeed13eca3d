"""Reads the settings from their places and says where a bad one stands.

A workspace comes from strangers: its files may not say where prompts are sent or where weights
are loaded from. Those keys count only in the user's own config, the environment, or on the
command line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from synthd.daemon.exits import BadInput
from synthd.daemon.settings import Dtype, Settings
from synthd.synth.models.names import Backend, Form, absolute, form, parse
from synthd.synth.models.scrub import without_secrets

PREFIX = "SYNTHD_"
NOT_FOR_WORKSPACES = (
    "models_dir",
    "verifier",
    "hf_device",
    "hf_dtype",
    "hf_threads",
    "ollama_host",
    "keep_runs",
    "verus",
    "keep_exemplars",
    "alphaverus",
    "daemon",
)


class BadConfig(BadInput):
    """A config value that cannot be used: which file, which key, what is allowed."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The values of one place, with the place's name for messages."""

    where: str
    values: Mapping[str, Any]
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and where each of those that were set came from."""

    settings: Settings
    sources: Mapping[str, str] = field(default_factory=dict)


def load(
    workspace: Path | None,
    user_file: Path,
    environment: Mapping[str, str],
    command_line: Mapping[str, Any],
) -> Loaded:
    """All layers merged, the later over the earlier. Raises BadConfig."""
    return merged([read(file) for file in files(workspace, user_file)], environment, command_line)


@dataclass(frozen=True, slots=True)
class File:
    """A file of settings. table: where in it they are; else in all of it."""

    path: Path
    table: tuple[str, ...] = ()
    trusted: bool = False


def files(workspace: Path | None, user_file: Path) -> list[File]:
    """In the order in which they count, the last one most."""
    theirs: list[File] = []
    if workspace is not None:
        theirs.append(File(workspace / "synthd.toml"))
        theirs.append(File(workspace / "pyproject.toml", ("tool", "synthd")))
    return [*theirs, File(user_file, trusted=True)]


def read(file: File) -> Layer:
    """What it says, if that may be. Raises BadConfig."""
    layer = _file(file.path, file.table, trusted=file.trusted)
    _check(layer)
    return layer


def merged(
    layers: Iterable[Layer], environment: Mapping[str, str], command_line: Mapping[str, Any]
) -> Loaded:
    """layers: those that were read, which are right. Raises BadConfig."""
    given = {key: value for key, value in command_line.items() if value is not None}
    others = [
        Layer("the environment", _environment(environment)),
        Layer("the command line", given),
    ]
    for layer in others:
        _check(layer)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for layer in (*layers, *others):
        for key, value in layer.values.items():
            values[key] = _merge(values.get(key), value)
            sources[key] = layer.where
    if isinstance(model := values.get("model"), str):
        values["model"] = absolute(model)
    return Loaded(Settings.model_validate(values), sources)


def from_editor(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an editor's own settings say, once checked. Raises BadConfig.

    An editor takes settings from workspaces, too: they may say no more than a workspace's files.
    """
    _check(Layer("the editor's settings", values, trusted=False))
    return dict(values)


def _file(path: Path, table: tuple[str, ...] = (), *, trusted: bool = True) -> Layer:
    try:
        values: Any = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Layer(str(path), {}, trusted)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if table:  # Somebody else's file: other tools will complain about it.
            return Layer(str(path), {}, trusted)
        raise BadConfig(f"{path}: not valid TOML: {error}") from None
    except OSError as error:
        raise BadConfig(f"{path}: cannot be read: {error.strerror}") from None
    for name in table:
        values = values.get(name, {}) if isinstance(values, dict) else {}
    if not isinstance(values, dict):
        raise BadConfig(f"{path}: [{'.'.join(table)}] must be a table")
    return Layer(str(path), values, trusted)


def _environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """SYNTHD_MAX_PROGRAMS=12 and the like; OLLAMA_HOST as Ollama's own client reads it."""
    values: dict[str, Any] = {}
    for key, info in Settings.model_fields.items():
        text = environment.get(PREFIX + key.upper())
        if text is None or not text.strip():
            continue
        values[key] = _scalar(PREFIX + key.upper(), info.annotation, text.strip())
    if "ollama_host" not in values and environment.get("OLLAMA_HOST"):
        values["ollama_host"] = environment["OLLAMA_HOST"]
    return values


def _scalar(name: str, annotation: Any, text: str) -> Any:
    try:
        if annotation is int:
            return int(text)
        if annotation is float:
            return float(text)
    except ValueError:
        kind = "an integer" if annotation is int else "a number"
        raise BadConfig(f"the environment: {name} must be {kind}, not {text!r}") from None
    if annotation in (str, str | None, Dtype):
        return text
    raise BadConfig(f"the environment: {name} cannot be set here; put it into a config file")


def _merge(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merge(old.get(key), value) for key, value in new.items()}}
    return new


def _check(layer: Layer) -> None:
    try:
        Settings.model_validate(dict(layer.values))
    except ValidationError as error:
        raise BadConfig(_explain(layer.where, error)) from None
    if not layer.trusted:
        _check_workspace(layer)


def _check_workspace(layer: Layer) -> None:
    for key in NOT_FOR_WORKSPACES:
        if key in layer.values:
            raise BadConfig(
                f"{layer.where}: {key} may not be set by a workspace; "
                "set it in your user config or the environment"
            )
    model = layer.values.get("model")
    if not isinstance(model, str):
        return
    name = parse(model)
    if name.backend is Backend.HF and form(name) is not Form.LOCAL:
        raise BadConfig(
            f"{layer.where}: model {model!r} is a folder or a name of the hub, and a workspace may "
            "not decide which weights are loaded; name it in your user config, in SYNTHD_MODEL or "
            "with --model"
        )
    if name.backend is Backend.REMOTE:
        raise BadConfig(
            f"{layer.where}: model {model!r} is remote, and a workspace may not decide that code "
            "leaves the machine; name it in your user config, in SYNTHD_MODEL or with --model"
        )


def _explain(where: str, error: ValidationError) -> str:
    """The first problem in one line: the file, the key, what is allowed."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        known = _keys(Settings, path[:-1])
        near = get_close_matches(path[-1], known, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"{where}: unknown key {key!r}.{hint} Allowed: {', '.join(known)}"
    message = first["msg"][0].lower() + first["msg"][1:]
    # What stands there by mistake may be a key.
    return without_secrets(f"{where}: {key} = {first['input']!r}: {message}")


def _keys(model: type[BaseModel], path: list[str]) -> list[str]:
    for part in path:
        annotation = model.model_fields[part].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)
