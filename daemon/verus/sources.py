"""Rust files as the user names them: `FILE.rs`, `FILE.rs::path::of::function`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import find, functions, verus_macros
from synthd.synth.rust.lexer import meaningful
from synthd.synth.source.text import SourceText

SUFFIX = ".rs"


@dataclass(frozen=True, slots=True)
class Named:
    """function: the path of the one that was asked for, "" for the whole file."""

    source: SourceText
    function: str = ""

    @property
    def path(self) -> Path:
        return Path(self.source.path)


def is_rust(argument: str) -> bool:
    """Whether it names a Rust file, or a folder, which only a crate can be."""
    file = argument.partition("::")[0]
    return Path(file).suffix == SUFFIX or (Path(file) / "Cargo.toml").is_file()


def is_crate(argument: str) -> bool:
    return (Path(argument) / "Cargo.toml").is_file()


def resolve(argument: str) -> Named:
    """Raises BadInput for what does not exist, before anything is started."""
    file, _, function = argument.partition("::")
    source = read(Path(file))
    return Named(source, located(source, function).path if function else "")


def read(path: Path) -> SourceText:
    """Raises BadInput also where there is nothing that Verus would look at."""
    if path.is_dir():
        raise BadInput(f"{path} is a crate: name a file in it, {path}/src/…")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    return of_bytes(raw, str(path))


def of_bytes(raw: bytes, path: str) -> SourceText:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{path}:{line}: byte 0x{raw[error.start]:02x} is not valid UTF-8, which Rust files are"
        ) from None
    if not verus_macros(text):
        raise BadInput(
            f"{path} has no `verus! {{ }}`: put the functions and what they promise into one, "
            "after `use vstd::prelude::*;`"
        )
    return SourceText(raw, text, "utf-8", path)


def located(source: SourceText, function: str) -> RustFunction:
    try:
        return find(source.text, function)
    except RustSourceError as error:
        raise BadInput(f"{source.path}: {error}") from None


def at(source: SourceText, offset: int) -> RustFunction:
    """The function that stands at an offset, or in its line. Raises BadInput."""
    text = source.text
    start = text.rfind("\n", 0, max(0, offset)) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    every = functions(text)
    for first, last in ((offset, offset), (start, end)):
        for one in every:
            if one.whole.start <= last and first <= one.whole.end:
                return located(source, one.path)
    line = text.count("\n", 0, start) + 1
    raise BadInput(f"{source.path}:{line}: there is no function here")


def stubs(source: SourceText) -> tuple[str, ...]:
    """The paths of all that is still to be written. Raises BadInput where nothing is."""
    found = tuple(
        one.path
        for one in functions(source.text)
        if one.stub and one.in_verus and one.mode is not Mode.SPEC
        if not is_external(source.text, one)
    )
    if not found:
        raise BadInput(
            f"{source.path} has no stub (a function without a body, or with only `todo!()` or "
            f"`unimplemented!()` in it); name one with {source.path}::FUNCTION"
        )
    return found


def is_external(text: str, function: RustFunction) -> bool:
    """Verus takes somebody's word for it and never looks at its body."""
    words = {token.text for span in function.attributes for token in meaningful(span.of(text))}
    return any(word == "external" or word.startswith("external_") for word in words)
