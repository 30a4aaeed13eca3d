"""The gate over all functions of a file that nobody has changed says what it says of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.functions import find, functions
from synthd.synth.rust.splice import replace_body
from synthd.synth.verifiers.verus.gate import Rules, Unchanged, inspect

HERE = Path(__file__).parent
BASE = (HERE / "base.rs").read_text()
TARGET = find(BASE, "target")


def bodies(name: str) -> list[str]:
    parts = (HERE / name).read_text().split("\n=== ")[1:]
    return [part.split("\n", 1)[1].strip("\n") for part in parts]


def said(text: str, rules: Rules) -> list[object]:
    """Of each function, by the gate that reads the file for each."""
    found: list[object] = []
    for one in functions(text):
        try:
            found.append(inspect(text, text, one.path, rules))
        except RustSourceError:
            found.append(None)
    return found


def said_at_once(text: str, rules: Rules) -> list[object]:
    found: list[object] = []
    every = Unchanged.of(text, rules)
    for one in functions(text):
        try:
            found.append(every.inspect(one))
        except RustSourceError:
            found.append(None)
    return found


@pytest.mark.parametrize("rules", [Rules(), Rules(termination=False), Rules("paper")])
def test_cheats_and_honest_programs(rules: Rules) -> None:
    names = ["honest.txt"] if rules != Rules() else ["cheats.txt", "honest.txt"]
    tried = [body for name in names for body in bodies(name)]
    for body in tried[:: 3 if rules == Rules() else 8]:
        text = replace_body(BASE, TARGET, body)
        assert said_at_once(text, rules) == said(text, rules), body


def test_recorded_programs(verus_recordings) -> None:
    texts = {row["program"] for row in verus_recordings("mutants") if row.get("program")}
    for text in sorted(texts, key=len)[:30]:
        assert said_at_once(text, Rules()) == said(text, Rules())
