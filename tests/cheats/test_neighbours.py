"""What one program does is never seen by another, however many the pool runs close together."""

from __future__ import annotations

import asyncio

import pytest

import catalogue
from synthd.sandbox import programs
from synthd.sandbox.pool import JudgePool

pytestmark = pytest.mark.asyncio(loop_scope="module")

TASK = "distinct"
WRONG = {
    "changes its arguments": """
def distinct(numbers):
    numbers.clear()
    numbers.extend([9, 9])
    return numbers
""",
    "keeps its arguments": """
kept = []

def distinct(numbers):
    kept.append(numbers)
    for one in kept:
        one.append(7)
    return kept[0]
""",
    "looks for names of others": """
def distinct(numbers):
    try:
        return right(numbers)
    except NameError:
        return -1
""",
    "a generator that loops when it is collected": """
def endless():
    try:
        yield
    finally:
        while True:
            pass

def distinct(numbers):
    held = [endless()]
    next(held[0])
    held.append(held)
    return -1
""",
    "a generator that raises when it is collected": """
def loud():
    try:
        yield loud
    finally:
        raise KeyError("late")

steps = loud()
next(steps)

def distinct(numbers):
    return -1
""",
    "fills caches": """
from typing import List, Literal
import re

def distinct(numbers):
    for number in range(400):
        Literal["x" * 100_000 + str(number)]
        re.sub("a" * 1000 + str(number), "", "b")
    return List[True]
""",
    "leaves garbage": """
def distinct(numbers):
    for _ in range(60):
        loop = [bytearray(1 << 20)]
        loop.append(loop)
    return -1
""",
    "catches everything": """
def distinct(numbers):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
""",
    "deep recursion": """
def distinct(numbers):
    try:
        return distinct(numbers)
    except RecursionError:
        return distinct
""",
    "much output": """
def distinct(numbers):
    for _ in range(50):
        print("[1, 2, 3]" * 10_000)
    return -1
""",
    "shadows builtins": """
def sorted(values):
    return values

def isinstance(value, kind):
    return True

len = max

def distinct(numbers):
    global set
    set = list
    return numbers
""",
    "an attribute of a function of a module": """
import functools, math

functools.lru_cache(maxsize=None)(math.sqrt)
cached = functools.cache(math.floor)

def distinct(numbers):
    return [cached(number) for number in numbers]
""",
}
RIGHT = """
right = lambda numbers: sorted(set(numbers))

def distinct(numbers):
    return right(numbers)
"""


@pytest.mark.parametrize("name", WRONG)
async def test_neighbours_do_not_meet(name: str, pool: JudgePool) -> None:
    task = catalogue.load_task(TASK)
    tests = programs.CodeTests(TASK, task.check, check="check")
    python = programs.Language.PYTHON

    async def accepted(text: str) -> bool:
        return (await pool.judge(programs.Program(python, text), tests)).accepted

    mixed = [RIGHT, WRONG[name], RIGHT, RIGHT, WRONG[name], RIGHT, RIGHT, RIGHT]
    verdicts = await asyncio.gather(*map(accepted, mixed))
    assert verdicts == [text == RIGHT for text in mixed]


async def test_right_programs_side_by_side(pool: JudgePool) -> None:
    """Right programs of every shape, all at once."""
    cheats = [cheat for cheat in catalogue.catalogue() if cheat.honest]
    shapes = [cheat for cheat in cheats if cheat.task.name == "digit_sum" and not cheat.peers]
    tests = programs.CodeTests("digit_sum", shapes[0].task.check, check="check")

    async def judged(text: str) -> programs.ProgramReport:
        return await pool.judge(programs.Program(programs.Language.PYTHON, text), tests)

    for report, cheat in zip(
        await asyncio.gather(*(judged(cheat.text) for cheat in shapes)), shapes, strict=True
    ):
        assert report.accepted, (cheat.name, report)
