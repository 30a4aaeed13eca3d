"""The released SEIDR and ours on the same engine, model, tasks and visible checks, turn by turn.

The reference runs in an environment of its own (peers/). It judges with our pool, which is faster
than its own runner and lets nobody take a killed program for a right one; the tests that are held
out decide about both. N = 2 and a dozen programs, as its authors' example has it.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from comparing.problems import Posed, all_posed
from peers.environments import SEIDR

from synthd.daemon.isolating import isolation
from synthd.daemon.locations import models_dir
from synthd.daemon.settings import LimitSettings, Settings
from synthd.daemon.setup import Setup
from synthd.daemon.synthesis import synthesize
from synthd.daemon.weights import Store, find
from synthd.sandbox.level import Detection
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import CodeTests, Language, Program
from synthd.synth.budget import Budget
from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.engine import Engine, EngineSettings
from synthd.synth.problem import Doctest, Example
from synthd.synth.strategies import registry

WEIGHTS = "qwen2.5-coder:0.5b"
PROGRAMS = 12
LONGEST = 180.0  # seconds of either on one task


@dataclass(frozen=True, slots=True)
class Went:
    right: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Side:
    """How one of the two went, over the tasks in order."""

    went: Sequence[Went]

    @property
    def solved(self) -> int:
        return sum(each.right for each in self.went)

    def seconds_to(self, solved: int) -> float:
        """Until so many were solved, with those in between that were not."""
        total = 0.0
        for each in self.went:
            total += each.seconds
            solved -= each.right
            if solved <= 0:
                break
        return total


@dataclass(frozen=True, slots=True)
class Referee:
    pool: JudgePool
    detection: Detection

    async def right(self, problem: Posed, program: str) -> bool:
        report = await self.pool.judge(Program(Language.PYTHON, program), problem.task.tests)
        return report.accepted

    async def check(self, program: str, test: CodeTests) -> dict[str, object]:
        report = await self.pool.judge(Program(Language.PYTHON, program), test)
        case = next(iter(report.cases), None)
        said = report.error
        if case is not None:
            said = f"{case.input} must give {case.expected} but gives {case.got} {case.detail}"
        return {"passed": report.accepted, "report": said}


async def compare(number: int, strategy: str) -> tuple[Side, Side] | str:
    """The reference and ours; or why there is no reference."""
    if trouble := await asyncio.to_thread(SEIDR.prepare):
        return trouble
    store = Store(models_dir(Settings()))
    settings = EngineSettings(store.path_of(find(WEIGHTS)), WEIGHTS)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="synthd-reference-"))
        detection = await isolation(unsafe=False)
        pool = await stack.enter_async_context(JudgePool.open(None, detection, Limits(), workers=1))
        referee = Referee(pool, detection)
        engine = await Engine.launch(settings)
        stack.push_async_callback(engine.stop)
        model = EmbeddedModel(settings)
        stack.push_async_callback(model.aclose)
        await model.start()
        theirs: list[Went] = []
        ours: list[Went] = []
        for problem in _asserted(Path(folder), number):
            theirs.append(await _reference(problem, engine, referee))
            ours.append(await _ours(problem, model, referee, strategy))
            print(f"{problem.key:<16} seidr {theirs[-1]}  {strategy} {ours[-1]}", flush=True)
        return Side(theirs), Side(ours)


def _asserted(folder: Path, number: int) -> list[Posed]:
    """The first tasks whose examples can be written as asserts."""
    found = (p for p in all_posed("humaneval", folder) if _tests(p))
    return [problem for problem, _ in zip(found, range(number), strict=False)]


def _tests(problem: Posed) -> list[CodeTests]:
    tests = []
    for check in problem.prepared.checks:
        match check:
            case Example():
                text = f"assert {check.call} == {check.expected}"
            case Doctest() if check.want:
                text = f"assert {check.source.strip()} == {check.want.strip()}"
            case _:
                return []
        tests.append(CodeTests(problem.task.entry, f"{text}\n", head=problem.task.before))
    return tests


async def _reference(problem: Posed, engine: Engine, referee: Referee) -> Went:
    tests, best = _tests(problem), ""
    client = engine.client
    process = await asyncio.create_subprocess_exec(
        *(SEIDR.python, "-P", SEIDR.driver),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(SEIDR.folder),
            "OPENAI_API_BASE": f"{str(client.base_url).rstrip('/')}/v1",
            "OPENAI_API_KEY": client.headers["Authorization"].removeprefix("Bearer "),
        },
    )
    assert process.stdin and process.stdout
    order = {
        "name": problem.task.entry,
        "description": "Complete the function as its docstring says.",
        "start": problem.task.prompt,
        "checks": len(tests),
        "programs": PROGRAMS,
    }
    began: float | None = None
    try:
        process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(LONGEST):
            while line := await process.stdout.readline():
                said = json.loads(line)
                if "started" in said:
                    began = time.perf_counter()  # its imports take seconds, which do not count
                elif "best" in said:
                    best = said["best"]
                    break
                else:
                    answer = await referee.check(said["code"], tests[said["check"]])
                    process.stdin.write(json.dumps(answer).encode() + b"\n")
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if began is None:
        raise RuntimeError("the reference did not start")
    return Went(await referee.right(problem, best), time.perf_counter() - began)


async def _ours(problem: Posed, model: EmbeddedModel, referee: Referee, strategy: str) -> Went:
    setup = Setup(
        model=model,
        strategy=registry.build(strategy, {}),
        strategy_name=strategy,
        budget=Budget(PROGRAMS, LONGEST),
        seed=0,
        limits=LimitSettings(),
        detection=referee.detection,
    )
    began = time.perf_counter()
    done = await synthesize(problem.prepared, setup)
    seconds = time.perf_counter() - began
    return Went(
        bool(done.body) and await referee.right(problem, problem.program(done.body).text), seconds
    )
