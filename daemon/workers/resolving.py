"""From what was submitted to a prepared problem and settings: as for any buffer of an editor."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from synthd.daemon import config
from synthd.daemon.exits import BadInput
from synthd.daemon.jobs.messages import Start
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.locations import user_config_file
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.settings import Settings
from synthd.synth.source.function import Target
from synthd.synth.source.place import place as find_place
from synthd.synth.source.target import at, find
from synthd.synth.source.text import SourceText

# What is the user's rather than the job's: it may hold credentials, or change between attempts.
NOT_PINNED = ("ollama_host", "models_dir", "daemon", "keep_runs")


@dataclass(frozen=True, slots=True)
class Resolved:
    """named: the model was named for this very job, rather than configured."""

    prepared: Prepared
    settings: Settings
    named: bool


def resolved(start: Start) -> Resolved:
    """Raises BadInput and SourceError."""
    spec = start.spec
    untrusted(spec)
    source = SourceText.from_text(spec.text, spec.path)
    workspace = Path(spec.workspace) if spec.workspace else None
    path = Path(spec.path)
    place = find_place(path, workspace=workspace, environment=os.environ)
    settings = settings_of(start, place.workspace)
    if settings.python:
        python = Path(settings.python)
        place = find_place(path, workspace=workspace, environment=os.environ, python=python)
    prepared = prepare(source, _target(source, spec), place, _wanted(spec))
    prepared = dataclasses.replace(prepared, warnings=(*prepared.warnings, *held_back(start)))
    return Resolved(prepared, settings, spec.settings.get("model") is not None)


def held_back(start: Start) -> tuple[str, ...]:
    """Warnings about files of settings that are wrong now."""
    return tuple(f"{file.problem} (the settings of before count)" for file in start.files)


def pinned(settings: Settings, model: str) -> Mapping[str, object]:
    """What a later attempt runs with, too, whatever the files say by then."""
    told = settings.model_copy(update={"model": model}).model_dump(mode="json")
    return {name: value for name, value in told.items() if name not in NOT_PINNED}


def untrusted(spec: Spec) -> None:
    """Raises BadInput."""
    if not spec.trusted:
        raise BadInput("this workspace is not trusted, and synthesis runs its code; trust it first")


def settings_of(start: Start, workspace: Path) -> Settings:
    given = start.spec.settings
    layers = [_layer(start, file) for file in config.files(workspace, user_config_file())]
    settings = config.merged(layers, os.environ, given).settings
    if start.settings is not None:
        # Only by its own names: an attempt of another version may have had others.
        known = {n: v for n, v in start.settings.items() if n in Settings.model_fields}
        try:
            return Settings.model_validate({**settings.model_dump(mode="json"), **known})
        except ValidationError as error:
            raise BadInput(
                f"what the job ran with cannot be used any more ({error.error_count()} values): "
                "submit it anew"
            ) from None
    if start.spec.options.hasty:
        return hasty(settings)
    return settings


def _layer(start: Start, file: config.File) -> config.Layer:
    """Of a file that is wrong now what it said before, which the daemon has seen."""
    for held in start.files:
        if Path(held.path) == file.path:
            return config.Layer(held.path, held.values, file.trusted)
    return config.read(file)


def hasty(settings: Settings) -> Settings:
    """Who waits for an edit gets it when its examples hold; who wants more has said so."""
    if "tested_seconds" in settings.model_fields_set or settings.ask:
        return settings
    auto = {"agree": 1, **settings.parameters.get("auto", {})}
    parameters = {**settings.parameters, "auto": auto}
    return settings.model_copy(update={"tested_seconds": 0.0, "parameters": parameters})


def _target(source: SourceText, spec: Spec) -> Target:
    if spec.function is not None:
        return find(source, spec.function)
    if spec.offset is not None:
        return at(source, spec.offset)
    raise BadInput("which function? name it, or say where it stands")


def _wanted(spec: Spec) -> Wanted:
    options = spec.options
    tests = tuple(Path(test) for test in options.tests)
    return Wanted(options.examples, tests, options.accept_untested, options.replace, options.repair)
