"""Specs with a body that they wrongly admit, kept in a folder that the user named for it."""

from __future__ import annotations

import fcntl
import json
import random
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.synth.critique.exploiting import MOST_PAIRS, Pair
from synthd.synth.rust.lexer import meaningful

SCHEMA = 1
NAME = "exploits.jsonl"


def load(folder: Path, seed: int = 0) -> tuple[Pair, ...]:
    """At most as many as a prompt may show, chosen by the seed. Lines that are none are passed
    over. Raises BadInput."""
    try:
        data = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BadInput(f"--collect {folder}: {error.strerror or error}") from None
    pairs = _pairs(data)
    if len(pairs) > MOST_PAIRS:
        return tuple(random.Random(seed).sample(pairs, MOST_PAIRS))
    return tuple(pairs)


def keep(folder: Path, pair: Pair) -> bool:
    """Whether it is new: one body is kept for a spec, the first. Raises BadInput."""
    row = json.dumps({"schema": SCHEMA, "spec": pair.spec, "body": pair.body}) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / NAME).open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # for a moment: another critique may be adding
            file.seek(0)
            data = file.read()
            known = {_key(held.spec) for held in _pairs(data)}
            if _key(pair.spec) in known:
                return False
            torn = bool(data) and not data.endswith(b"\n")
            file.write((b"\n" if torn else b"") + row.encode())
    except OSError as error:
        raise BadInput(f"--collect {folder}: {error.strerror or error}") from None
    return True


def _key(spec: str) -> tuple[str, ...]:
    return tuple(token.text for token in meaningful(spec))


def _pairs(data: bytes) -> list[Pair]:
    found: list[Pair] = []
    for line in data.splitlines():
        try:
            row = json.loads(line)
            spec, body = row["spec"], row["body"]
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
        if row.get("schema") == SCHEMA and isinstance(spec, str) and isinstance(body, str):
            found.append(Pair(spec, body))
    return found
