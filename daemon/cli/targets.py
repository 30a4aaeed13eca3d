"""What `FILE::FUNCTION` names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.synth.source.errors import SourceError
from synthd.synth.source.target import find, stubs
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Named:
    """A file and the functions of it, in the file's order where the file alone was named."""

    path: Path
    functions: tuple[str, ...]


def resolve(arguments: tuple[str, ...]) -> list[Named]:
    """Raises BadInput for what does not exist, before anything is started."""
    return [_resolve(argument) for argument in arguments]


def read(path: Path) -> SourceText:
    """Raises BadInput with the reason and what to do."""
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder; name a Python file in it")
        return SourceText.load(path)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    except SourceError as error:
        raise BadInput(str(error)) from None


def _resolve(argument: str) -> Named:
    file, colons, function = argument.partition("::")
    path = Path(file)
    source = read(path)
    try:
        if colons:
            return Named(path, (find(source, function.replace("::", ".")).qualname,))
        names = tuple(target.qualname for target in stubs(source))
    except SourceError as error:
        raise BadInput(f"{path}: {error}") from None
    if not names:
        raise BadInput(
            f"{path} has no stub (a function whose body is `...`, `pass` or only a docstring); "
            f"name one with {path}::FUNCTION"
        )
    return Named(path, names)
