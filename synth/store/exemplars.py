"""Repairs on disk: a file of JSON lines in a folder that the user named, and AlphaVerus' file.

Nothing is kept unless the caller gives a folder. Lines are appended, so that two searches may add
to one file; what a stop has torn, or somebody damaged, is skipped and told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from synthd.synth.proving.exemplars import Fix
from synthd.synth.rust.function import Span
from synthd.synth.rust.functions import functions

SCHEMA = 1
NAME = "repairs.jsonl"


class NoExemplars(Exception):
    """A file is not what it should be. str() is for the user."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """skipped: what was left out and why, one sentence each."""

    fixes: tuple[Fix, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlphaVerus:
    """What the state file of AlphaVerus' training holds.

    solved: (Dafny program, path of its Verus translation as the file has it). exploits: (program,
    body that its spec wrongly admits).
    """

    fixes: tuple[Fix, ...] = ()
    solved: tuple[tuple[str, str], ...] = ()
    exploits: tuple[tuple[str, str], ...] = ()
    skipped: tuple[str, ...] = ()


def load(folder: Path) -> Loaded:
    """All repairs of a folder, each once, in the order they came. Raises OSError."""
    path = folder / NAME
    if not path.exists():
        return Loaded()
    fixes: list[Fix] = []
    skipped: list[str] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            fixes.append(_fix(json.loads(line)))
        except (ValueError, LookupError, TypeError, RecursionError):
            skipped.append(f"{path}:{number} is no repair and was left out")
    return Loaded(tuple(dict.fromkeys(fixes)), tuple(skipped))


def add(folder: Path, fixes: Iterable[Fix]) -> int:
    """Append the repairs that are not there yet; how many. Raises OSError."""
    known = set(load(folder).fixes)
    new = [fix for fix in dict.fromkeys(fixes) if fix not in known]
    if new:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        rows = "".join(json.dumps({"schema": SCHEMA, **asdict(fix)}) + "\n" for fix in new)
        with (folder / NAME).open("a+b") as file:
            # In one write, and on a line of its own also where the last one was torn.
            file.write((b"" if _ends_a_line(file.name) else b"\n") + rows.encode("ascii"))
    return len(new)


def alphaverus(path: Path) -> AlphaVerus:
    """The state file of AlphaVerus (`histories/iterN.json` of cmu-l3/alphaverus, which its training
    writes): `error_pairs` of [incorrect, error, corrected program], `solved_pairs`, `critic_pairs`.

    A list of such triples alone is read, too. As its search does, only triples are taken whose
    programs begin to differ in the last body. Raises NoExemplars and OSError.
    """
    try:
        held = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise NoExemplars(f"{path} is not JSON: give the file of AlphaVerus' state") from None
    state = {"error_pairs": held} if isinstance(held, list) else held
    if not isinstance(state, dict) or not {"error_pairs", "solved_pairs"} & state.keys():
        raise NoExemplars(f"{path} has neither `error_pairs` nor `solved_pairs`")
    skipped: list[str] = []
    learned = [_learned(*row) for row in _rows(state, "error_pairs", 3, skipped, path)]
    return AlphaVerus(
        tuple(fix for fix in learned if fix is not None),
        tuple((a, b) for a, b in _rows(state, "solved_pairs", 2, skipped, path)),
        tuple((a, b) for a, b in _rows(state, "critic_pairs", 2, skipped, path)),
        tuple(skipped),
    )


def _learned(incorrect: str, error: str, right: str) -> Fix | None:
    """None where more than the last body changed: its repair is not about that body."""
    before, after = _last_body(incorrect), _last_body(right)
    if before is None or after is None or incorrect[: before.start] != right[: after.start]:
        return None
    return Fix(incorrect, error, after.of(right))


def _last_body(program: str) -> Span | None:
    """Of the last function before `main`."""
    bodies = [each.body for each in functions(program) if each.body and each.name != "main"]
    return bodies[-1] if bodies else None


def _rows(
    state: dict[str, object], name: str, width: int, skipped: list[str], path: Path
) -> Iterator[tuple[str, ...]]:
    rows = state.get(name, [])
    if not isinstance(rows, list):
        raise NoExemplars(f"{path}: `{name}` is not a list")
    for number, row in enumerate(rows):
        texts = row[:width] if isinstance(row, list) else ()
        if len(texts) == width and all(isinstance(text, str) for text in texts):
            yield tuple(texts)
        else:
            skipped.append(f"{path}: {name}[{number}] is not {width} texts and was left out")


def _fix(row: dict[str, object]) -> Fix:
    if row["schema"] != SCHEMA:
        raise ValueError("another schema")
    texts = [row[name] for name in ("incorrect", "error", "corrected")]
    incorrect, error, corrected = (text if isinstance(text, str) else "" for text in texts)
    if not incorrect or not corrected:
        raise ValueError("a text is missing")
    return Fix(incorrect, error, corrected)


def _ends_a_line(name: str) -> bool:
    held = Path(name).read_bytes()
    return not held or held.endswith(b"\n")
