"""A critique with a scripted model and the stand-in for Verus, and one by the command line."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.critiquing.critique import Setup, critique
from synthd.daemon.critiquing.record import Record
from synthd.daemon.critiquing.report import CritiqueReport
from synthd.daemon.critiquing.reporting import reported
from synthd.daemon.critiquing.subjects import subjects
from synthd.sandbox.level import detect
from synthd.sandbox.verus.found import find
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.budget import Budget
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.verifiers.verus.checker import Checker

FILE = """use vstd::prelude::*;
verus! {

/// The larger of two numbers.
fn larger(a: u32, b: u32) -> (m: u32)
    ensures
        m >= a || m >= b,
{
    unimplemented!()
}

fn main() {
}

}
"""
OWN = FILE.replace("unimplemented!()", "if a > b { a } else { b }")
LOOPS = FILE.replace(
    "unimplemented!()",
    "let mut m = a;\n    while m < b\n        decreases b - m,\n    {\n        m = m + 1;\n    }\n"
    "    m",
)
ANSWER = "```rust\n{\n    a\n}\n```"
ADMITS = "{\n    a\n}"
LEMMA = "synthd_only_one_result"
AT_FALSE = {"outcome": "refuted", "at": "assert(false)"}
# Of a body that returns `a`: verified as it stands, and not with assertions of false in it.
RULES: Sequence[Mapping[str, Any]] = (
    {"contains": "assert(false)", "answer": AT_FALSE},
    {"contains": LEMMA, "answer": {"outcome": "refuted", "at": f"fn {LEMMA}", "verified": 2}},
    {"contains": ADMITS, "answer": {"outcome": "proved", "verified": 2}},
)
REFUSED = {"outcome": "refuted", "at": "m >= a", "message": "postcondition not satisfied"}


@dataclass
class Said:
    """What came of a critique: its report, what was told on the way, the lines of its record."""

    report: CritiqueReport
    told: list[Any]
    rows: list[dict[str, Any]]
    prompts: list[Prompt]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["kind"] == kind]


@dataclass
class Script:
    """votes, bodies: the n-th answers to the two questions; the last one again where they end."""

    votes: Sequence[str] = ("Final answer: yes",)
    bodies: Sequence[str] = ("```rust\n{\n    b / 2\n}\n```",)
    prompts: list[Prompt] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"votes": 0, "bodies": 0})

    def __call__(self, prompt: Prompt, _: Sampling, __: int) -> str:
        self.prompts.append(prompt)
        compares = "Final answer" in prompt[0].content
        name, said = ("votes", self.votes) if compares else ("bodies", self.bodies)
        place = self.counts[name]
        self.counts[name] += 1
        return said[min(place, len(said) - 1)]


Critique = Callable[..., Awaitable[Said]]


@pytest.fixture
def critiqued(tmp_path: Path, verus_stand_in: Callable[..., Path]) -> Critique:
    """Of the function `larger` of a text."""

    async def run(
        text: str = FILE,
        *,
        script: Script | None = None,
        samples: int = 0,
        exploits: int = 0,
        rules: Sequence[Mapping[str, Any]] = RULES,
        default: Any = REFUSED,
        budget: Budget | None = None,
        slots: int = 1,
        record: str = "record.jsonl",
        **told: Any,
    ) -> Said:
        path, script = tmp_path / "work.rs", script or Script()
        path.write_text(text)
        subject = subjects(f"{path}::larger", None, compared=samples > 0)[0]
        heard: list[Any] = []
        limits = VerusLimits(wall_seconds=20.0)
        installation = await find(str(verus_stand_in(rules=rules, default=default)), {})
        with Record(tmp_path / record) as held:
            async with Checker.open(installation, limits, await detect()) as checker:
                setup = Setup(
                    model=ScriptedModel(script, slots=slots),
                    checker=checker if exploits else None,
                    budget=budget or Budget(40, 60.0, 100_000, 2048),
                    record=held,
                    samples=samples,
                    exploits=exploits,
                    **told,
                )
                done = await critique(subject, setup, heard.append)
                report = reported(done, setup)
        rows = [json.loads(line) for line in (tmp_path / record).read_text().splitlines()]
        return Said(report, heard, rows, script.prompts)

    return run


@pytest.fixture
def script() -> type[Script]:
    return Script


@pytest.fixture
def texts() -> Mapping[str, str]:
    """By what the file has for a body: a stub, one as trivial as an exploit, a loop."""
    return {"stub": FILE, "trivial": OWN, "loop": LOOPS, "answer": ANSWER, "admitted": ADMITS}


@pytest.fixture
def rules() -> Sequence[Mapping[str, Any]]:
    return RULES
