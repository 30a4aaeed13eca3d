"""A Python task as a user would have it: a file with a function to write, and what it must do."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import place
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Stub:
    """module: the file's name without its suffix, part of what seeds are made of. examples: what
    must hold beyond what the text says, as `f(2) == 4`."""

    module: str
    text: str
    entry: str
    examples: tuple[str, ...] = ()

    def prepared(self, folder: Path, *, tested: bool = True) -> Prepared:
        """Written into the folder, and read as a user's file is. tested: with its examples, where
        they can be read. Raises BadInput where the text has no such function."""
        path = folder / f"{self.module}.py"
        _write(path, self.text)
        return self._prepared(path, folder, tested=tested)

    @property
    def steers(self) -> bool:
        """Whether there is an example that can be read. Nothing is written or executed."""
        path = Path("/nowhere") / f"{self.module}.py"
        return self._prepared(path, path.parent, tested=True).tested

    def _prepared(self, path: Path, folder: Path, *, tested: bool) -> Prepared:
        source = SourceText.from_text(self.text, str(path))
        try:
            target = find(source, self.entry)
            where = place(path, workspace=folder, environment={})
        except SourceError as error:
            raise BadInput(str(error)) from None
        if tested:
            try:
                return prepare(source, target, where, Wanted(examples=self.examples))
            except BadInput:
                pass  # no example, or none that can be read
        return _unsteered(prepare(source, target, where, Wanted(accept_untested=True)))


def _unsteered(prepared: Prepared) -> Prepared:
    """Without checks: with some that contradict each other or fail by themselves nothing passes."""
    from dataclasses import replace

    spec = replace(prepared.problem.spec, visible=())
    return replace(prepared, problem=replace(prepared.problem, spec=spec))


def module_name(suite: str, task: str) -> str:
    return "task_" + re.sub(r"\W+", "_", f"{suite}_{task}").strip("_").lower()


def _write(path: Path, text: str) -> None:
    """Whole or not at all: many searches of one process share the file."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    part.write_text(text, "utf-8", newline="\n")
    os.replace(part, path)
