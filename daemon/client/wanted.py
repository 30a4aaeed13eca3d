"""A job as it is submitted (daemon/jobs/spec.py reads it)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from synthd.daemon.client.errors import NoSource
from synthd.daemon.client.jobs import Priority
from synthd.daemon.client.subject import Subject

SCHEMA = 1


class Options(TypedDict, total=False):
    """As `synthesize` takes them."""

    examples: Sequence[str] | str
    tests: Sequence[str | os.PathLike[str]]
    strategy: str | None
    model: str | None
    max_programs: int | None
    max_seconds: float | None
    max_tokens: int | None
    seed: int | None
    parameters: Sequence[str]
    settings: Mapping[str, Any] | None
    replace: bool
    accept_untested: bool
    unsafe: bool
    write: bool
    batch: bool
    workspace: str | None


_SETTINGS = ("strategy", "model", "max_programs", "max_seconds", "max_tokens", "seed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Beyond the function itself. settings: as in a config file, over those; None: as configured.
    parameters: of a strategy, "seidr.beam_width=4"."""

    examples: Sequence[str] = ()
    tests: Sequence[str | os.PathLike[str]] = ()
    parameters: Sequence[str] = ()
    replace: bool = False
    accept_untested: bool = False
    unsafe: bool = False
    write: bool = False
    priority: Priority = Priority.INTERACTIVE
    workspace: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Options) -> Wanted:
        examples = options.get("examples", ())
        named = {key: options.get(key) for key in _SETTINGS}
        given = {key: value for key, value in named.items() if value is not None}
        return cls(
            examples=(examples,) if isinstance(examples, str) else tuple(examples),
            tests=tuple(options.get("tests", ())),
            parameters=tuple(options.get("parameters", ())),
            replace=options.get("replace", False),
            accept_untested=options.get("accept_untested", False),
            unsafe=options.get("unsafe", False),
            write=options.get("write", False),
            priority=Priority.BATCH if options.get("batch") else Priority.INTERACTIVE,
            workspace=options.get("workspace"),
            settings={**(options.get("settings") or {}), **given},
        )

    @property
    def test_files(self) -> list[str]:
        return [os.path.abspath(test) for test in self.tests]


def spec(subject: Subject, wanted: Wanted) -> dict[str, Any]:
    """Raises NoSource where nothing could be written."""
    if wanted.write and not subject.is_file:
        raise NoSource(f"{subject.function} is in no file: without write=True its code is returned")
    # What this process has imported its own interpreter can import, too.
    python = {"python": subject.python} if subject.python else {}
    return {
        "schema": SCHEMA,
        "kind": "synthesize",
        "path": subject.path,
        "text": subject.text,
        "function": subject.function,
        "workspace": os.path.abspath(wanted.workspace) if wanted.workspace else None,
        "priority": Priority(wanted.priority).value,
        "options": {
            "examples": list(wanted.examples),
            "tests": wanted.test_files,
            "parameters": list(wanted.parameters),
            "replace": wanted.replace,
            "accept_untested": wanted.accept_untested,
            "unsafe": wanted.unsafe,
        },
        "settings": {**python, **wanted.settings},
    }
