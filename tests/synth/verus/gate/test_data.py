"""Honest programs of others pass; recorded cheats do not."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from synthd.synth.rust.function import Mode
from synthd.synth.rust.functions import functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.verifiers.verus import probes
from synthd.synth.verifiers.verus.gate import Rules, inspect
from synthd.synth.verifiers.verus.gate.original import Original

DATA = Path(os.environ.get("SYNTHD_DATASETS") or Path(__file__).parents[5] / "shared" / "datasets")
# They assume something themselves.
TRUSTING = {"misc_havoc_inline_post"}


def rows(name: str) -> list[dict[str, Any]]:
    path = DATA / "verus" / f"{name}.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"no {path}: set SYNTHD_DATASETS")
    with gzip.open(path, "rt") as file:
        return [json.loads(line) for line in file]


def programs() -> Iterator[tuple[str, str]]:
    for row in rows("verus_bench"):
        yield row["task_id"], row["ground_truth"]
    for row in rows("human_eval_verus"):
        if row["done"]:
            yield row["file"], row["verus"]


def test_every_function_of_honest_programs_passes() -> None:
    refused = {}
    passed = 0
    for name, text in programs():
        targets = [
            one
            for one in functions(text)
            if one.body is not None and one.in_verus and one.mode is not Mode.SPEC
        ]
        targets = targets[-2:]  # the function that the program is about is the last or next to it
        for place, function in enumerate(targets):
            rules = Rules(keep_code=place == len(targets) - 1)
            found = inspect(text, text, function.path, rules)
            passed += not found
            if found:
                refused[name] = [one.token for one in found]
    assert passed > 250
    assert refused == {name: ["assume", "assume"] for name in TRUSTING}


def test_an_assertion_made_an_assumption_is_refused(
    verus_recordings: Callable[[str], tuple[Mapping[str, Any], ...]],
) -> None:
    """Verus itself verifies most of them."""
    mutants = [row for row in verus_recordings("mutants") if "/assume-" in row["name"]]
    refused = 0
    for row in mutants:
        text = row["program"]
        places = [token.start for token in meaningful(text) if token.text == "assume"]
        if not places:
            continue  # in a comment it changes nothing
        (path,) = (
            one.path for one in functions(text) if one.whole.start <= places[0] < one.whole.end
        )
        found = inspect(text, text, path, Rules())
        assert {(one.rule, one.token) for one in found} == {("assume", "assume")}, row["name"]
        refused += 1
    assert refused >= 57 and refused >= len(mutants) - 1


def test_probes_change_nothing_but_the_body() -> None:
    asked = 0
    for _, text in list(programs())[::2]:
        for function in functions(text)[-2:]:
            if function.body is None or function.mode is Mode.SPEC or not function.in_verus:
                continue
            original = Original.of(text, function.path)
            every = [
                probes.entry(text, function),
                *probes.ends(text, function),
                *(probe for pair in probes.loop_ends(text, function) for probe in pair),
            ]
            for probe in every:
                asked += 1
                assert original.body_in(meaningful(probe.marked.program)), function.path
                lines = probe.marked.program.splitlines()
                assert probe.marked.places
                for line, column in probe.marked.places:
                    assert lines[line - 1].startswith("assert(false);", column - 1)
    assert asked > 250
