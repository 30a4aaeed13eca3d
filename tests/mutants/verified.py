"""What a suite's own tests say about programs, run without synthd's judge: ordinary processes,
ordinary compilers.
"""

from __future__ import annotations

import asyncio
import base64
import json
import marshal
import pickle
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from synthd.sandbox.programs import CodeTests, Language, MainTests, Rows
from synthd.synth.suites.task import Task

_ALONE = Path(__file__).with_name("alone.py")
_REFERENCE = 90.0  # seconds that a reference may take
_MORE = 0.7  # seconds that a mutant may take beyond four times as much
_COMMANDS = {
    Language.CPP: ("g++", "-std=c++17", "-O1", "-w", "-pipe", "p.cpp", "-o", "p"),
    Language.RUST: ("rustc", "--edition=2021", "--test", "-Awarnings", "p.rs", "-o", "p"),
}


class Finding(NamedTuple):
    """verdict: right, wrong, endless, or broken for what does not compile."""

    verdict: str
    detail: str = ""
    used: float = 0.0


async def python(task: Task, programs: Sequence[str]) -> list[Finding]:
    """Of the reference, which must be right, and of the programs."""
    order = {"most": _REFERENCE, "seconds": _MORE, "programs": [task.reference, *programs]}
    order |= _tests(task)
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(_ALONE),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=folder,
            limit=1 << 26,
        )
        said, _ = await process.communicate(pickle.dumps(order))
    told = [json.loads(line) for line in said.splitlines()]
    if len(told) != len(programs) + 1:
        raise RuntimeError(f"{task.id}: {len(told)} findings about {len(programs) + 1} programs")
    reference, *found = [_finding(task, one["found"], one["used"]) for one in told]
    if reference.verdict != "right":
        raise RuntimeError(f"{task.id}: the reference itself is {reference}")
    return [reference, *found]


def _tests(task: Task) -> dict[str, Any]:
    tests = task.tests
    if isinstance(tests, CodeTests):
        return {
            "entry": tests.entry,
            "setup": tests.setup,
            "text": tests.text,
            "check": tests.check,
        }
    assert isinstance(tests, Rows)
    rule = tests.rule
    return {
        "entry": tests.entry,
        "rows": pickle.dumps([(row.args, row.expected) for row in tests.rows]),
        "rule": (rule.name, rule.absolute, rule.relative),
        "reference": tests.reference,
        "returning": tests.checker is not None,
    }


def _finding(task: Task, found: str, used: float) -> Finding:
    verdict, _, detail = found.partition(": ")
    if verdict in ("right", "wrong", "endless"):
        return Finding(verdict, detail, used)
    tests = task.tests
    assert isinstance(tests, Rows) and tests.checker is not None
    values = marshal.loads(base64.b64decode(found))
    for row, answer in zip(tests.rows, values, strict=True):
        why = tests.checker(row.args, answer[1]) if answer[0] == "given" else "it raises"
        if why:
            return Finding("wrong", why, used)
    return Finding("right", "", used)


async def compiled(task: Task, program: str) -> Finding:
    """Compiled together with its tests, and run."""
    assert isinstance(task.tests, MainTests)
    command = _COMMANDS[task.language]
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, command, program + "\n" + task.tests.text)
        status = await _run(folder, command + task.tests.flags, 60)
        if status != 0:
            return Finding("broken")
        status = await _run(folder, ("./p",), 2)
    if status in (-24, -9):  # SIGXCPU
        return Finding("endless")
    return Finding("wrong" if status else "right", f"ended with {status}")


def _write(folder: str, command: Sequence[str], text: str) -> None:
    source = next(word for word in command if word.startswith("p."))
    Path(folder, source).write_text(text)


async def _run(folder: str, command: Sequence[str], seconds: int) -> int:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    nothing = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=nothing, stdout=nothing, stderr=nothing, cwd=folder, preexec_fn=limit
    )
    try:
        async with asyncio.timeout(20 + 5 * seconds):
            return await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        return -9
