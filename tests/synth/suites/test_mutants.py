"""Programs that are wrong in one small thing: the judge accepts none of them.

References are changed in one place, each mutant is run with the suite's own tests in an ordinary
process (tests/mutants), and what that finds the judge must find, too: in both ways of running
programs. What passes a suite's tests although it is changed says how strong these are.

A few tasks of each suite; with SYNTHD_SOAK=1 all of them. `pytest -rP` shows the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import shutil
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

import pytest

from synthd.sandbox.checks import Outcome
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import CodeTests, Language, ProgramReport, Rows
from synthd.synth.suites.task import Suite, Task

HELPERS = Path(__file__).parents[2] / "mutants"
LIMITS = replace(
    Limits(),
    total_seconds=60.0,
    hurried_cpu_seconds=0.5,
    memory_bytes=512 << 20,
)
ROWS = 60  # of each task, by default
ENOUGH = 3  # wrong mutants of each reference
EVERY = {
    "humaneval": 9,
    "humaneval+": 16,
    "mbpp": 24,
    "mbpp+": 31,
    "humaneval-x-python": 12,
    "psb2": 4,
}
COMPILED = {"humaneval-x-cpp": ("g++", 82), "humaneval-x-rust": ("rustc", 82)}
LONG = 1.0  # CPU seconds of a reference, from which on there are no more mutants than needed
SLOW = 0.15  # CPU seconds, from which on one judge may run out of time where another does not


def helper(name: str) -> ModuleType:
    """A module of tests/mutants: pytest does not import those that hold no tests."""
    spec = importlib.util.spec_from_file_location(f"mutants_{name}", HELPERS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    found = sys.modules[f"mutants_{name}"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


of_python, of_tokens, verified = map(helper, ("of_python", "of_tokens", "verified"))


@dataclass
class Figures:
    references: int = 0
    accepted: int = 0
    tried: int = 0
    wrong: int = 0
    rejected: int = 0
    survived: int = 0
    endless: int = 0
    broken: int = 0
    few: dict[str, str] = field(default_factory=dict)
    undecided: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)

    def told(self, name: str) -> str:
        caught = self.wrong + self.endless
        score = caught / max(1, caught + self.survived)
        return (
            f"{name}: {self.accepted} of {self.references} references accepted; {self.tried} "
            f"mutants: {self.wrong} wrong, of which {self.rejected} rejected; {self.endless} "
            f"endless, {self.broken} not compiled, {self.survived} survived "
            f"(mutation score {score:.1%}); {len(self.undecided)} undecided\n"
            f"  fewer than {ENOUGH} wrong: {self.few}\n"
            f"  undecided: {self.undecided}"
        )


@contextlib.asynccontextmanager
async def pools() -> AsyncIterator[tuple[JudgePool, JudgePool]]:
    """Where plain programs share a process, and where each has its own."""
    found = await detect()
    if found.level is Level.NONE:
        pytest.skip("; ".join(found.reasons) or "no isolation")
    async with (
        JudgePool.open(None, found, LIMITS, workers=1) as shared,
        JudgePool.open(None, found, LIMITS, workers=1, shared=False) as apart,
    ):
        yield shared, apart


async def judged(pool: JudgePool, task: Task, programs: Sequence[str]) -> list[ProgramReport]:
    one = [pool.judge(task.solution(text), task.tests) for text in programs]
    return await asyncio.gather(*one)


@pytest.mark.soak
@pytest.mark.parametrize("name", EVERY)
async def test_no_wrong_mutant_is_accepted(
    name: str, suite: Callable[[str], Suite], soak: bool
) -> None:
    tasks = suite(name).tasks if soak else map(shortened, suite(name).tasks[2 :: EVERY[name]])
    figures = Figures()
    async with pools() as opened:
        for task in tasks:
            if task.reference and not task.needs and not task.fault and not task.seconds:
                await hunt(task, opened, figures, least=12 if soak else 6)
    print(figures.told(name))
    assert figures.references > 0
    assert figures.accepted == figures.references
    assert not figures.disagreements, figures.disagreements
    assert not figures.undecided, "every one of these ends: there is a verdict on each"
    assert not figures.few, figures.few


def shortened(task: Task) -> Task:
    tests = task.tests
    return (
        replace(task, tests=replace(tests, rows=tests.rows[:ROWS]))
        if isinstance(tests, Rows)
        else task
    )


async def hunt(
    task: Task, opened: tuple[JudgePool, JudgePool], figures: Figures, least: int, most: int = 60
) -> None:
    """Mutants of one reference, until enough of them are wrong."""
    source = of_python.mutants(task.reference, task.entry, task.id, helpers_of(task))
    tried = wrong = survived = 0
    figures.references += 1
    while (wrong < ENOUGH or tried < least) and tried < most:
        batch = list(itertools.islice(source, min(6, least)))
        if not batch:
            break
        found = await verified.python(task, [mutant.text for mutant in batch])
        if found[0].used > LONG:
            least = ENOUGH
        if not tried:
            await reference(task, opened, figures)
        await compare(task, opened, figures, list(zip(batch, found[1:], strict=True)))
        tried += len(batch)
        wrong += sum(one.verdict in ("wrong", "endless") for one in found[1:])
        survived += sum(one.verdict == "right" for one in found[1:])
    if wrong < ENOUGH:
        figures.few[task.id] = f"{wrong} wrong, {survived} survived, {tried} in all"


def helpers_of(task: Task) -> frozenset[str] | None:
    """Other functions that may be changed: all but those of the benchmark's own head, of which
    the tests have their own copy."""
    return frozenset() if isinstance(task.tests, CodeTests) and task.tests.head else None


async def reference(task: Task, opened: tuple[JudgePool, JudgePool], figures: Figures) -> None:
    reports = [(await judged(pool, task, [task.reference]))[0] for pool in opened]
    figures.accepted += all(report.accepted for report in reports)
    for report in reports:
        if not report.accepted:
            figures.disagreements.append(f"{task.id}: the reference is {told(report)}")


async def compare(
    task: Task,
    opened: tuple[JudgePool, JudgePool],
    figures: Figures,
    batch: list[tuple[of_python.Mutant, verified.Finding]],
) -> None:
    chosen = [one for one in batch if one[1].verdict != "endless" or rarely(one[0].text)]
    for _, finding in batch:
        count(figures, finding)
    texts = [mutant.text for mutant, _ in chosen]
    both = [await judged(pool, task, texts) for pool in opened]
    for (mutant, finding), first, second in zip(chosen, *both, strict=True):
        if finding.verdict == "wrong":
            figures.rejected += not first.accepted and not second.accepted
        why = disagreement(finding, first) or disagreement(finding, second)
        if not why and finding.used < SLOW and not alike(first, second):
            why = "not the same in both ways"
        if first.outcome is Outcome.INFRA_ERROR and not why:
            figures.undecided.append(f"{task.id} ({mutant.what}): {first.error}")
        if why:
            figures.disagreements.append(
                f"{task.id} ({mutant.what}): {why}: {finding}, {told(first)}, {told(second)}\n"
                f"{mutant.text}"
            )


def disagreement(finding: verified.Finding, report: ProgramReport) -> str:
    if report.outcome is Outcome.INFRA_ERROR and not report.error:
        return "undecided without a reason"
    if finding.verdict == "right":
        late = report.outcome is Outcome.TIMEOUT and finding.used > SLOW
        return "" if report.accepted or late else "rejected"
    if finding.verdict == "broken":
        return "" if report.outcome is Outcome.COMPILE_ERROR else "compiled"
    return "accepted" if report.accepted else ""


def rarely(text: str) -> bool:
    """One in four of those that take all the time there is."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % 4 == 0


def alike(first: ProgramReport, second: ProgramReport) -> bool:
    """Row by row, as far as both came: one that uses all its memory on row after row is ended by
    the time for all of them, wherever it is by then."""
    same = all(one == other for one, other in zip(first.letters, second.letters, strict=False))
    ended = len(first.letters) == len(second.letters) or max(first.seconds, second.seconds) > 30
    return first.outcome is second.outcome and same and ended


def told(report: ProgramReport) -> str:
    case = report.cases[0] if report.cases else None
    return f"{report.outcome} {report.letters[:80]} {report.error} {case}"[:600]


@pytest.mark.soak
@pytest.mark.parametrize("name", COMPILED)
async def test_no_wrong_compiled_mutant_is_accepted(
    name: str, suite: Callable[[str], Suite], soak: bool
) -> None:
    compiler, every = COMPILED[name]
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    figures = Figures()
    async with pools() as (pool, _):
        for task in suite(name).tasks[2 :: 1 if soak else every]:
            if not task.needs and not task.fault:
                await hunt_compiled(task, pool, figures, most=16 if soak else 2)
    print(figures.told(name))
    assert figures.references > 0
    assert figures.accepted == figures.references
    assert not figures.disagreements, figures.disagreements


async def hunt_compiled(task: Task, pool: JudgePool, figures: Figures, most: int) -> None:
    start = task.reference.rindex("fn " + task.entry) if task.language is Language.RUST else 0
    source = of_tokens.mutants(task.reference, start or len(task.before), task.id)
    report = await pool.judge(task.solution(task.reference), task.tests)
    figures.references += 1
    figures.accepted += report.accepted
    tried = wrong = survived = 0
    for text in itertools.islice(source, most):
        report = await pool.judge(task.solution(text), task.tests)
        finding = await verified.compiled(task, task.solution(text).text)
        tried += 1
        wrong += finding.verdict in ("wrong", "endless")
        survived += finding.verdict == "right"
        count(figures, finding)
        figures.rejected += finding.verdict == "wrong" and not report.accepted
        why = disagreement(finding, report)
        if why:
            figures.disagreements.append(f"{task.id}: {why}: {finding}, {told(report)}\n{text}")
        if wrong == ENOUGH:
            break
    if wrong < ENOUGH:
        figures.few[task.id] = f"{wrong} wrong, {survived} survived, {tried} in all"


def count(figures: Figures, finding: verified.Finding) -> None:
    figures.tried += 1
    figures.wrong += finding.verdict == "wrong"
    figures.endless += finding.verdict == "endless"
    figures.survived += finding.verdict == "right"
    figures.broken += finding.verdict == "broken"
