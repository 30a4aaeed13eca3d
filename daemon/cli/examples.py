"""`synthd examples`: what tests and uses of a function state about it, for its docstring."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import out
from synthd.daemon.cli.targets import read
from synthd.daemon.exits import BadInput, Exit
from synthd.synth.source.errors import SourceError
from synthd.synth.source.mined import Suggestion, mined, with_examples
from synthd.synth.source.place import find_workspace
from synthd.synth.source.target import Target, find
from synthd.synth.source.text import SourceText

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Options:
    target: str
    write: bool = False
    json: bool = False


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    path, source, target = _resolved(options.target)
    workspace = str(find_workspace(path))
    found = mined(source.text, target.head.start, str(path), workspace)
    if options.json:
        print(json.dumps(_facts(target, found)))
    else:
        _show(target, found)
    if options.write and found:
        _write(path, source, target, found)
        if not options.json:
            out().print(f"written to {options.target.partition('::')[0]}", markup=False)
    return Exit.VERIFIED if found else Exit.UNSOLVED


def _resolved(argument: str) -> tuple[Path, SourceText, Target]:
    file, colons, name = argument.partition("::")
    if not colons or not file.endswith(".py"):
        raise BadInput(f"{argument}: name one Python function, as FILE.py::FUNCTION")
    source = read(Path(file))
    try:
        return Path(file).absolute(), source, find(source, name.replace("::", "."))
    except SourceError as error:
        raise BadInput(str(error)) from None


def _facts(target: Target, found: Sequence[Suggestion]) -> dict[str, object]:
    examples = [{"example": s.example, "origin": s.origin, "kind": str(s.kind)} for s in found]
    return {"schema": SCHEMA, "function": target.qualname, "examples": examples}


def _show(target: Target, found: Sequence[Suggestion]) -> None:
    if not found:
        out().print(
            f"no test and no use of {target.qualname} says more of it than its docstring does",
            markup=False,
        )
    for one in found:
        out().print(one.example, markup=False)
        out().print(f"    ({one.kind}, {one.origin})", markup=False, style="dim")


def _write(path: Path, source: SourceText, target: Target, found: Sequence[Suggestion]) -> None:
    from synthd.daemon.writing import NotWritten, replace

    try:
        edit = with_examples(source.text, target.head.start, found)
        before, after = source.byte(edit.start), source.byte(edit.end)
        new = source.raw[:before] + source.encode(edit.new_text) + source.raw[after:]
        replace(path, source.raw, new)
    except (SourceError, NotWritten) as error:
        raise BadInput(str(error)) from None
