"""What is critiqued: a function of a file, and the text that says what it is to be."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.daemon.verus import sources
from synthd.synth.critique.words import documentation
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Against:
    """name: what to call the text: a file's name, or the doc comment."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Subject:
    source: SourceText
    function: RustFunction
    against: Against | None

    @property
    def text(self) -> str:
        return self.source.text


def subjects(argument: str, against: Path | None, *, compared: bool) -> tuple[Subject, ...]:
    """compared: a text to compare with is needed. Raises BadInput, before anything is started."""
    named = sources.resolve(argument)
    text = named.source.text
    if named.function:
        chosen = [sources.located(named.source, named.function)]
    else:
        chosen = [one for one in functions(text) if _promises(one)]
    if not chosen:
        raise BadInput(
            f"{named.path} has no function that promises anything: none has an `ensures`; "
            f"name one with {named.path}::FUNCTION"
        )
    given = _read(against) if against and compared else None
    return tuple(_subject(named.source, one, given, compared=compared) for one in chosen)


def _subject(
    source: SourceText, function: RustFunction, given: Against | None, *, compared: bool
) -> Subject:
    where = f"{source.path}::{function.path}"
    if function.mode is not Mode.EXEC or not function.in_verus:
        raise BadInput(f"{where} is not a function that runs inside `verus! {{ }}`: it has no spec")
    doc = documentation(source.text, function)
    if compared and given is None and not doc:
        raise BadInput(
            f"{where} has no doc comment to compare with: name a text with --against FILE, "
            "or leave the comparison out with --samples 0"
        )
    found = given or (Against("its doc comment", doc) if doc else None)
    return Subject(source, function, found if compared else None)


def _promises(function: RustFunction) -> bool:
    runs = function.mode is Mode.EXEC and function.in_verus and function.name != "main"
    return runs and any(word in ("ensures", "returns") for word, _ in function.clauses)


def _read(path: Path) -> Against:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise BadInput(f"--against {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadInput(f"--against {path}: not UTF-8 text") from None
    if not text.strip():
        raise BadInput(f"--against {path}: the file is empty")
    return Against(path.name, text)
