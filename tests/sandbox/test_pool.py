"""Whole programs in a pool: what is accepted, what every failure is called, and what is left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from synthd.sandbox.errors import SandboxUnavailable
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import (
    CodeTests,
    Exchange,
    Exchanges,
    Language,
    Program,
    ProgramReport,
    Row,
    Rows,
    Rule,
    Tests,
)

QUICK = replace(
    Limits(), cpu_seconds=1.0, wall_seconds=2.0, total_seconds=8.0, memory_bytes=320 << 20
)
CHECK = CodeTests(
    "f",
    "def check(candidate):\n"
    "    assert candidate(2) == 4\n"
    "    assert candidate(1234) == 1522756\n"
    "    assert candidate(-3) == 9\n",
    check="check",
)
SQUARE = "def f(x):\n    return x * x\n"


@asynccontextmanager
async def pool_of(
    level: Level, limits: Limits = QUICK, workers: int = 1, shared: bool = True
) -> AsyncIterator[JudgePool]:
    detection = Detection(level)
    async with JudgePool.open(None, detection, limits, workers=workers, shared=shared) as pool:
        yield pool


@pytest.fixture
async def pool(level: Level) -> AsyncIterator[JudgePool]:
    async with pool_of(level) as opened:
        yield opened


async def tried(pool: JudgePool, text: str, tests: Tests = CHECK) -> ProgramReport:
    return await pool.judge(Program(Language.PYTHON, text), tests)


async def twice(pool: JudgePool, text: str, tests: Tests = CHECK) -> ProgramReport:
    """The first program is asked call by call, later ones all at once: both must agree."""
    first, second = await tried(pool, text, tests), await tried(pool, text, tests)
    assert (first.outcome, first.letters) == (second.outcome, second.letters)
    return second


async def test_a_right_program_passes_every_check(pool: JudgePool, level: Level) -> None:
    report = await twice(pool, SQUARE)
    assert report.accepted
    assert (report.executed, report.passed, report.declared) == (3, 3, 3)
    assert report.isolation is level
    assert not report.in_process


async def test_a_wrong_program_is_told_where(pool: JudgePool) -> None:
    report = await twice(pool, "def f(x):\n    return x + x\n")
    assert not report.accepted
    assert report.letters == ".FF"
    case = report.cases[0]
    assert (case.input, case.expected, case.got) == ("candidate(1234)", "1522756", "2468")


FAILURES = {
    "def f(x: return x\n": "compile_error",
    "def g(x):\n    return x\n": "runtime_error",
    "raise ValueError('no')\n": "runtime_error",
    "def f(x):\n    raise KeyError(x)\n": "runtime_error",
    "import os\ndef f(x):\n    os._exit(0)\n": "runtime_error",
    "import sys\nsys.exit(0)\n": "runtime_error",
    "import ctypes\ndef f(x):\n    ctypes.string_at(0)\n": "killed",
    "def f(x):\n    while True: pass\n": "timeout",
    "import time\ndef f(x):\n    time.sleep(60)\n": "timeout",
    "def f(x):\n    return [0] * (1 << 40)\n": "resource_limit",
    "def f(x):\n    return 'x' * (50 << 20)\n": "resource_limit",
    "import os\ndef f(x):\n    return os.fork()\n": "runtime_error",
    "import os\nos.write(3, b'nonsense' * 1000)\n" + SQUARE: "runtime_error",
}


@pytest.mark.parametrize("text", FAILURES, ids=[t.splitlines()[-1].strip() for t in FAILURES])
async def test_each_failure_has_its_name(pool: JudgePool, text: str) -> None:
    report = await tried(pool, text)
    again = await tried(pool, text)
    assert {report.outcome.value, again.outcome.value} == {FAILURES[text]}


async def test_a_signal_is_named(pool: JudgePool) -> None:
    report = await tried(pool, "import ctypes\ndef f(x):\n    ctypes.string_at(0)\n")
    assert report.cases[0].detail == "SIGSEGV"


async def test_tests_without_a_check_are_no_tests(pool: JudgePool) -> None:
    report = await tried(pool, SQUARE, CodeTests("f", "def check(candidate): pass", check="check"))
    assert (report.accepted, report.error) == (False, "no check was run")


async def test_checks_that_are_left_out_are_missed(pool: JudgePool) -> None:
    text = "try:\n    f(1); assert f(2) == 4\n    assert f(3) == 9\nexcept Exception: pass\n"
    tests = CodeTests("f", "assert f(1) == 1\n" + text)
    report = await twice(pool, "def f(x):\n    if x > 1: raise ValueError\n    return 1\n", tests)
    assert report.letters == "."
    assert report.accepted, "the tests themselves forgive what is raised"
    returning = CodeTests("f", "def check(f):\n    if f(1): return\n    x = 1\n    assert f(2)\n",
                         check="check")  # fmt: skip
    report = await tried(pool, SQUARE, returning)
    assert report.error == "1 of 1 declared checks were not run"


async def test_broken_tests_are_no_fault_of_the_program(pool: JudgePool) -> None:
    report = await tried(pool, SQUARE, CodeTests("f", "assert f(1) =="))
    assert "the tests cannot be used: SyntaxError" in report.error
    assert (await tried(pool, SQUARE)).accepted


SHARING = {
    "x = [1]\nr = f(x)\nr[0].append(2)\nassert x == [1]\n": "def f(x):\n    return [x]\n",
    "x = [[1]]\nr = f(x)\nassert r is not x[0]\n": "def f(x):\n    return x[0]\n",
    "assert f(bytearray(b'a')) == b'ab'\n": "def f(x):\n    x.append(98)\n    return x\n",
    "import array\nassert f(array.array('i')) == 'array'\n": (
        "def f(x):\n    return type(x).__name__\n"
    ),
    "x = (1, [2])\nr = f(x)\nassert r is x[1]\n": "def f(x):\n    return x[1]\n",
}


@pytest.mark.parametrize("text", SHARING, ids=[str(n) for n in range(len(SHARING))])
async def test_foreseen_calls_are_as_good_as_live_ones(pool: JudgePool, text: str) -> None:
    """Objects that arguments and results share, and types that look alike to marshal."""
    await twice(pool, SHARING[text], CodeTests("f", text))


async def test_tests_that_fail_by_themselves_say_so(pool: JudgePool) -> None:
    report = await tried(pool, SQUARE, CodeTests("f", "import nonesuch\nassert f(1) == 1"))
    assert report.error.startswith("the tests fail by themselves: ModuleNotFoundError")
    missing = await tried(pool, SQUARE, CodeTests("f", "assert helper(f(2)) == 4"))
    assert (missing.error, missing.outcome.value) == ("", "runtime_error")


async def test_unittest_s_checks_count(pool: JudgePool) -> None:
    """Also for the first program, when nothing has imported unittest yet."""
    text = "def check(f):\n    import unittest\n    unittest.TestCase().assertEqual(f(2), 4)\n"
    tests = CodeTests("f", text, check="check")
    assert (await twice(pool, SQUARE, tests)).letters == "."
    assert (await twice(pool, "def f(x):\n    return 5\n", tests)).letters == "F"


async def test_async_functions_are_awaited_or_no_answer(pool: JudgePool) -> None:
    later = "async def f(x):\n    return x * x\n"
    assert not (await twice(pool, later)).accepted
    tests = CodeTests("f", "import asyncio\nassert asyncio.run(f(3)) == 9\n")
    assert (await twice(pool, later, tests)).accepted
    assert not (await twice(pool, SQUARE, tests)).accepted


async def test_the_head_is_the_benchmark_s_own(pool: JudgePool) -> None:
    """Tests that undo with a helper of the prompt what the program does."""
    head = "def encode(s):\n    return s[::-1]\n\ndef decode(s):\n    '''Undo encode.'''\n"
    text = "def check(candidate):\n    assert candidate(encode('abc')) == 'abc'\n"
    tests = CodeTests("decode", text, head=head, check="check")
    assert (await twice(pool, head + "    return s[::-1]\n", tests)).accepted
    cheat = head + "    return s\n\ndef encode(s):\n    return s\n"
    assert (await twice(pool, cheat, tests)).outcome.value == "fail"


async def test_changes_in_place_travel_back(pool: JudgePool) -> None:
    tests = CodeTests("f", "a = [3, 1, 2]\nassert f(a) is None\nassert a == [1, 2, 3]\n")
    assert (await twice(pool, "def f(a):\n    a.sort()\n", tests)).accepted
    assert not (await twice(pool, "def f(a):\n    sorted(a)\n", tests)).accepted


async def test_results_that_are_asked_on(pool: JudgePool) -> None:
    """Generators, functions that return functions, functions that are given some."""
    tests = CodeTests(
        "f",
        "assert next(f(lambda x: x + 1)) == 1\n"
        "g = f(lambda x: x * 10)\nnext(g)\nassert next(g) == 10\n"
        "assert adder(2)(3) == 5\n",
    )
    program = (
        "def f(g):\n    n = 0\n    while True:\n        yield g(n)\n        n += 1\n"
        "def adder(a):\n    return lambda b: a + b\n"
    )
    assert (await twice(pool, program, tests)).accepted


async def test_rows_are_compared_by_their_rule(pool: JudgePool) -> None:
    rows = tuple(Row((x,), x / 3) for x in range(50))
    text = "def f(x):\n    return x * 0.3333333333\n"
    exact = await tried(pool, text, Rows("f", rows))
    close = await tried(pool, text, Rows("f", rows, Rule("close", absolute=1e-6)))
    assert (exact.accepted, close.accepted) == (False, True)
    assert (close.executed, close.declared) == (50, 50)


async def test_a_reference_says_what_is_expected(pool: JudgePool) -> None:
    rows = tuple(Row((x, [x])) for x in range(40))
    tests = Rows("f", rows, reference="def f(x, y):\n    y.append(x)\n    return y\n")
    assert (await tried(pool, "def f(x, y):\n    return [x, x]\n", tests)).accepted
    wrong = await tried(pool, "def f(x, y):\n    return [x] if x == 39 else [x, x]\n", tests)
    assert (wrong.passed, wrong.executed, wrong.outcome.value) == (39, 40, "fail")
    broken = Rows("f", rows, reference="def f(x, y):\n    return 1 /\n")
    assert "the reference" in (await tried(pool, SQUARE, broken)).error


async def test_a_checker_decides_outside(pool: JudgePool) -> None:
    def root(args: tuple[object, ...], value: object) -> str:
        right = isinstance(value, float) and abs(value * value - float(str(args[0]))) < 1e-6
        return "" if right else "not a root"

    tests = Rows("f", (Row((4,)), Row((9,)), Row((2,))), checker=root)
    assert (await tried(pool, "def f(x):\n    return -x ** 0.5\n", tests)).accepted
    wrong = await tried(pool, "def f(x):\n    return x / 2\n", tests)
    assert (wrong.letters, wrong.cases[0].detail) == (".FF", "not a root")
    crash = await tried(pool, "import os\ndef f(x):\n    os.abort()\n", tests)
    assert (crash.outcome.value, crash.executed) == ("killed", 0)


async def test_scripts_read_and_print(pool: JudgePool) -> None:
    long = "x" * 200_000
    rows = (Exchange("3\n1 2 3\n", "6\n"), Exchange(f"1\n{long}\n", f"{long}\n"), Exchange("0", ""))
    program = (
        "import sys\nn = int(input())\nrest = sys.stdin.read().split()\n"
        "if n == 3: print(sum(map(int, rest)), '  ')\nelif rest: print(rest[0])\n"
    )
    report = await tried(pool, program, Exchanges(rows))
    assert report.accepted, report.cases
    wrong = await tried(pool, program + "print('é')\n", Exchanges(rows))
    assert (wrong.letters, wrong.cases[0].got) == ("FFF", "6   \né\n")


SCRIPTS = {
    "exit(1)": "runtime_error",
    "exit()": "fail",
    "import os; os._exit(0)": "fail",
    "print(": "runtime_error",
    "while True: pass": "timeout",
    "print('6' * 10 ** 8)": "resource_limit",
    "import os; os.abort()": "killed",
    "import atexit; atexit.register(print, 6)": "pass",
    "import os; os.write(1, b'6\\n')": "pass",
    "import threading; threading.Thread(target=print, args=(6,)).start()": "pass",
}


@pytest.mark.parametrize("text", SCRIPTS)
async def test_how_a_script_ends(pool: JudgePool, text: str) -> None:
    report = await tried(pool, text, Exchanges((Exchange("", "6"),)))
    assert report.outcome.value == SCRIPTS[text]


async def test_tests_use_the_program_s_own_classes(pool: JudgePool) -> None:
    tests = CodeTests("depth", "assert depth(tree) == 2", setup="tree = Node(Node(None))")
    program = (
        "class Node:\n    def __init__(self, below):\n        self.below = below\n"
        "def depth(node):\n    return 0 if node is None else 1 + depth(node.below)\n"
    )
    report = await twice(pool, program, tests)
    assert (report.accepted, report.in_process) == (True, False)
    wrong = await twice(pool, program.replace("1 +", "2 +"), tests)
    assert (wrong.outcome.value, wrong.in_process) == ("fail", False)
    left = await tried(pool, program + "import os\nos._exit(0)\n", tests)
    assert left.outcome.value == "runtime_error"


async def test_a_worker_that_dies_is_replaced(level: Level) -> None:
    """Its programs are judged again, once."""
    async with pool_of(level, workers=2) as pool:
        slow = "import time\ndef f(x):\n    time.sleep(0.2)\n    return x * x\n"
        judged = [asyncio.create_task(tried(pool, slow)) for _ in range(6)]
        await asyncio.sleep(0.4)
        for pid in sandboxed():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        reports = await asyncio.gather(*judged)
        assert [report.accepted for report in reports] == [True] * 6
        assert (await tried(pool, SQUARE)).accepted


async def test_tests_that_hang_end(level: Level) -> None:
    limits = replace(QUICK, total_seconds=0.5, wall_seconds=0.5, cpu_seconds=0.5)
    async with pool_of(level, limits) as pool:
        pool.patience = 0.5
        tests = CodeTests("f", "while f(1) == 1: pass\nassert f(1) == 2\n")
        report = await tried(pool, "def f(x):\n    return 1\n", tests)
        assert report.outcome.value == "timeout"
        assert (await tried(pool, SQUARE)).accepted


async def test_cancelling_leaves_nothing(level: Level) -> None:
    async with pool_of(level) as pool:
        task = asyncio.create_task(tried(pool, "def f(x):\n    while True: pass\n"))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.3)
        assert sandboxed() == [], "long before the program's own limits"
        assert (await tried(pool, SQUARE)).accepted
    assert sandboxed() == []


async def test_there_is_no_pool_without_isolation() -> None:
    with pytest.raises(SandboxUnavailable, match="cannot be run safely"):
        async with JudgePool.open(None, Detection(Level.NONE, ("no Linux",)), QUICK):
            raise AssertionError("it opened")


def sandboxed() -> list[int]:
    """Processes inside sandboxes that this process started."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    parents = {int(pid): int(parent) for pid, parent, _ in rows}

    def ours(pid: int) -> bool:
        while pid > 1 and pid != os.getpid():
            pid = parents.get(pid, 0)
        return pid == os.getpid()

    return [int(p) for p, _, args in rows if "boot.py" in args and ours(int(p))]


async def test_the_next_program_finds_nothing_in_tmp(level: Level) -> None:
    drops = "def f(x):\n    open('/tmp/left', 'w').close()\n    return x * x\n"
    looks = "import os\ndef f(x):\n    return x * x if not os.path.exists('/tmp/left') else 0\n"
    async with pool_of(level) as pool:
        for text in (SQUARE, drops, looks, drops, looks):
            report = await tried(pool, text)
            assert report.accepted or (text == drops and level is Level.LANDLOCK), report
