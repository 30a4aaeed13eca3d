"""Programs that share a process: which may, and that none of them touches another."""

from __future__ import annotations

import asyncio

import pytest

from synthd.sandbox.inside.plain import Plainness
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import CodeTests, Language, Program

PLAIN = [
    "def f(x):\n    return x * x\n",
    "from typing import List\nimport math\ndef f(x: List[int]):\n    return math.isqrt(x)\n",
    "import re\ndef f(x):\n    return re.sub('a', lambda m: m.group(0).upper(), str(x))\n",
    "def f(x):\n    def go(n):\n        yield from range(n)\n    return [y for y in go(x)]\n",
    "from functools import lru_cache\n@lru_cache(maxsize=None)\ndef f(x):\n    return x\n",
    "LIMIT = 3\ndef helper(x):\n    return x\ndef f(x):\n    return helper(x) + LIMIT\n",
    "def f(x):\n    try: return 1 / x\n    except ZeroDivisionError as e: return str(e)\n",
    "def f(x):\n    match x:\n        case [1, *y]: return y\n        case {'a': y}: return y\n",
]

NOT_PLAIN = {
    "import os": "import os\ndef f(x):\n    return x\n",
    "import inside": "def f(x):\n    import sys\n    return x\n",
    "class": "class A:\n    pass\n",
    "class by type": "A = type('A', (), {})\n",
    "attribute set": "import math\nmath.sqrt = lambda x: 42\n",
    "attribute set by for": "import math\nfor math.pi in [3]: pass\n",
    "attribute set by with": "import math\nwith open('x') as math.pi: pass\n",
    "attribute set by unpacking": "import math\nmath.pi, y = 3, 4\n",
    "augmented": "import math\nmath.pi += 1\n",
    "attribute deleted": "import math\ndel math.pi\n",
    "setattr": "import math\nsetattr(math, 'pi', 3)\n",
    "getattr": "getattr(f, 'x')\n",
    "builtins": "__builtins__['len'] = None\n",
    "globals": "globals()['x'] = 1\n",
    "vars": "import math\nvars(math)['pi'] = 3\n",
    "dunder": "().__class__.__base__.__subclasses__()\n",
    "frame of a generator": "g = (1 for x in [1])\ng.gi_frame\n",
    "frame by a name of its own": "gi_frame = 1\ng = (1 for x in [1])\ng.gi_frame\n",
    "back frame": "def f(e):\n    return e.f_back\n",
    "traceback": "try: 1/0\nexcept Exception as e: e.with_traceback(None)\n",
    "code": "def f(c):\n    return c.co_consts\n",
    "module in a module": "import typing\ntyping.sys.modules\n",
    "module by the name of a global": "sys = 1\nimport typing\ntyping.sys.modules\n",
    "import from": "from typing import sys\n",
    "star": "from math import *\n",
    "class pattern": "def f(x):\n    match x:\n        case int(gi_frame=y): return y\n",
    "format": "'{0.gi_frame}'.format(1)\n",
    "format_map": "'{0}'.format_map({})\n",
    "attrgetter": "from operator import attrgetter\n",
    "eval": "eval('1')\n",
    "exec in a lambda": "f = lambda: (lambda: exec('1'))\n",
    "dotted import": "import collections.abc\n",
    "relative import": "from . import math\n",
    "import of a name that a global has": "os = 1\nimport os\n",
    "many names": "\n".join(f"a{i} = {i}" for i in range(300)) + "\nimport os\n",
    "compile": "compile('1', '', 'eval')\n",
    "open": "open('x')\n",
    "input": "input()\n",
    "wraps": "from functools import update_wrapper\n",
    "deepcopy": "from copy import deepcopy\n",
    "regular expression's cache": "import re\nre._cache.clear()\n",
    "random": "import random\nrandom.seed(1)\n",
    "send": "def g():\n    yield\nx = g()\nx.send(None)\n",
    "mro": "int.mro()\n",
    "super": "super()\n",
    "object": "object()\n",
    "memoryview": "memoryview(b'')\n",
    "private": "import re\nre._parser\n",
    "error's object": "try: f.g\nexcept AttributeError as e: e.obj\n",
    "decorated": "@exit\ndef f(x): pass\n",
    "default": "def f(x=breakpoint()): pass\n",
    "annotation": "def f(x: __import__('os')): pass\n",
    "comprehension": "[__import__('os') for x in [1]]\n",
}


@pytest.fixture(scope="module")
def plainness() -> Plainness:
    return Plainness()


@pytest.mark.parametrize("text", PLAIN, ids=[text.splitlines()[0] for text in PLAIN])
def test_these_share(plainness: Plainness, text: str) -> None:
    assert plainness.holds(compile(text, "x", "exec", dont_inherit=True))


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_these_do_not(plainness: Plainness, name: str) -> None:
    assert not plainness.holds(compile(NOT_PLAIN[name], "x", "exec", dont_inherit=True))


def test_no_allowed_name_is_a_builtin_that_is_not_harmless(plainness: Plainness) -> None:
    dangerous = "breakpoint compile delattr eval exec getattr globals help input locals memoryview"
    dangerous += " object open setattr super type vars classmethod property staticmethod __import__"
    assert plainness.allowed.isdisjoint(dangerous.split())


def test_no_allowed_name_is_an_attribute_that_leads_anywhere(plainness: Plainness) -> None:
    """What the lists allow must give values, never a module, a frame, code or a namespace."""

    def generator():  # type: ignore[no-untyped-def]
        yield

    made = generator()
    owners = [made, generator, int, made.throw, iter([])]
    try:
        raise ValueError
    except ValueError as error:
        owners += [error, error.__traceback__]
    allowed = {"copy", "count", "index", "real", "imag", "conjugate", "numerator", "denominator"}
    allowed |= {"args", "bit_length", "bit_count", "to_bytes", "from_bytes", "as_integer_ratio"}
    for owner in owners:
        reachable = {name for name in dir(owner) if name in plainness.allowed}
        assert reachable <= allowed, (owner, reachable)


POISONS = [
    "import builtins\nbuiltins.sorted = lambda x: [1, 2, 3]\ndef f(x):\n    return sorted(x)\n",
    "import math\nmath.floor = lambda x: 1\ndef f(x):\n    return [1, 2, 3]\n",
    "import sys\nsys.modules['math'] = None\ndef f(x):\n    return [1, 2, 3]\n",
    "import sys\nsys.modules.clear()\ndef f(x):\n    return [1, 2, 3]\n",
    "import json\njson.dumps = lambda *a, **k: '[]'\ndef f(x):\n    return [1, 2, 3]\n",
    "def f(x):\n    while True: pass\n",
    "def f(x):\n    return f(x)\n",
    "def f(x):\n    return [0] * (1 << 40)\n",
    "a = [0] * 20_000_000\ndef f(x):\n    return [1, 2, 3]\n",
    "import os\ndef f(x):\n    os._exit(0)\n",
    "import gc\ndef f(x):\n    [o.clear() for o in gc.get_objects() if type(o) is dict]\n",
    "def f(x):\n    print('noise' * 10 ** 6)\n    return [1, 2, 3]\n",
    "def f(x):\n    return x.sort()\n",
]


async def test_a_bad_neighbour_changes_nothing(level: Level) -> None:
    """Right programs pass and wrong ones fail, whoever else is judged at the same time."""
    tests = CodeTests("f", "assert f([3, 1, 2]) == [1, 2, 3]\nassert f([5, 4]) == [4, 5]\n")
    right = "import math\ndef f(x):\n    return sorted(math.floor(y) for y in x)\n"
    wrong = "def f(x):\n    return sorted(x)[:2] + [3]\n"
    limits = Limits(cpu_seconds=1.0, wall_seconds=2.0, memory_bytes=320 << 20)
    async with JudgePool.open(None, Detection(level), limits, workers=1) as pool:

        async def accepted(text: str) -> bool:
            return (await pool.judge(Program(Language.PYTHON, text), tests)).accepted

        assert await accepted(right)
        programs = [text for poison in POISONS for text in (right, poison, wrong)]
        found = await asyncio.gather(*map(accepted, programs))
    assert found[0::3] == [True] * len(POISONS)

    assert found[1::3] == [False] * len(POISONS)
    assert found[2::3] == [False] * len(POISONS)
