"""Objects that stay where they are and are used from the other side, in both directions."""

from __future__ import annotations

import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest
import pytest_asyncio

from synthd.sandbox.checks import Checks, File, JudgeReport
from synthd.sandbox.judge import PythonJudge
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import CodeTests, Language, Program, ProgramReport, Row, Rows

OpenJudge = Callable[..., AbstractAsyncContextManager[PythonJudge]]
Outcomes = Callable[[JudgeReport], list[str]]
QUICK = replace(
    Limits(),
    cpu_seconds=1.0,
    wall_seconds=2.0,
    total_seconds=3.0,
    hurried_cpu_seconds=0.3,
    hurried_wall_seconds=0.6,
    memory_bytes=320 << 20,
)

# What f does, what the tests do with it, and a letter for each assert: "." passes, "F" fails,
# "?" is undecided, "E" raises, "T" takes too long.
USES = {
    "a match": (
        "import re\nreturn re.match('(a)b?', x)",
        "import re\nm = f('ab')\nassert m\nassert not f('c')\nassert m.group(1) == 'a'\n"
        "assert m[0] == 'ab'\nassert m.span() == (0, 2)\nassert m.string == 'ab'\n"
        "assert isinstance(m, re.Match)\nassert m is not None\nassert m == m\n",
        ".........",
    ),
    "what has no == is equal to itself": (
        "import re\nclass Own: pass\nreturn re.match('a', x) or Own()",
        "assert f('a') != 3\nassert f('a') != f('a')\nassert f('b') != f('b')\n"
        "assert f('b') != 3\nassert f('b') not in [3, 'b']\n",
        ".....",
    ),
    "what cannot be compared": (
        "import os\nreturn os.sched_param(3) if hasattr(os, 'nothing') else {x: 1}.items()",
        "assert f('a') == {('a', 1)}\n",
        "?",
    ),
    "a file": (
        "import tempfile\nfile = tempfile.TemporaryFile('w+')\n"
        "file.write(x)\nfile.seek(0)\nreturn file",
        "with f('a\\nb\\nc') as file:\n    assert file.readline() == 'a\\n'\n"
        "    assert list(file) == ['b\\n', 'c']\n    file.write('d')\n    file.seek(0)\n"
        "    assert file.read(3) == 'a\\nb'\n    assert not file.closed\nassert file.closed\n",
        ".....",
    ),
    "a lock": (
        "import threading\nreturn threading.Lock()",
        "lock = f(1)\nwith lock:\n    assert lock.locked()\nassert not lock.locked()\n",
        "..",
    ),
    "a module, a view of a dict, a memory view": (
        "import math, types\n"
        "return math, types.MappingProxyType({'a': 1}), memoryview(b'abc'), {1: 2}.items()",
        "module, proxy, view, items = f(1)\nassert module.sqrt(4) == 2\n"
        "assert module.pi > 3\nassert proxy['a'] == 1\nassert 'a' in proxy\n"
        "assert 'b' not in proxy\nassert dict(proxy) == {'a': 1}\nassert len(view) == 3\n"
        "assert view != b'abd'\nassert view[0] == 97\n"
        "assert view.tobytes() == b'abc'\nassert list(items) == [(1, 2)]\n"
        "assert view == b'abc'\n",
        "............",
    ),
    "an instance of a class of its own": (
        """
        class Point:
            kinds = 0
            def __init__(self, x):
                self.x, self.names, self._y = x, [], 7
            def __len__(self): return self.x
            def __getitem__(self, key): return key * 2
            def __setitem__(self, key, value): self.x = value
            def __call__(self, *a, **k): return a, k
            def __repr__(self): return f"Point({self.x})"
            def __str__(self): return "p"
            def moved(self, by): return Point(self.x + by)
            def fails(self): raise KeyError("gone")
            @property
            def double(self): return self.x * 2
        return Point(x)
        """,
        "p = f(3)\nassert p.x == 3\nassert p.double == 6\nassert len(p) == 3\n"
        "assert p['a'] == 'aa'\n"
        "p['k'] = 9\nassert p.x == 9\nassert p(1, k=2) == ((1,), {'k': 2})\n"
        "assert p.moved(1).x == 10\nassert repr(p) == 'Point(9)'\nassert f'{p}' == 'p'\n"
        "p.x = 1\nassert p.moved(1).moved(1).x == 3\np.names.append('n')\nassert p.names == ['n']\n"
        "assert p._y == 7\nassert not hasattr(p, 'nothing')\nassert not hasattr(p, '__iter__')\n"
        "del p.names\nassert not hasattr(p, 'names')\nassert callable(p)\n"
        "assert not isinstance(p, (list, int))\nassert type(p).__name__ == 'Point'\n"
        "try:\n    p.fails()\n    assert False\nexcept KeyError as e:\n"
        "    assert e.args == ('gone',)\n",
        "...................",
    ),
    "subclasses of plain types": (
        """
        import collections, enum
        Point = collections.namedtuple("Point", "x y")
        class Names(list):
            def longest(self): return max(self, key=len)
        class Metres(float): pass
        class Colour(str, enum.Enum): RED = "red"
        return Point(1, [2]), Names(["a", "bc"]), Metres(2.5), Colour.RED
        """,
        "point, names, metres, colour = f(1)\nassert point == (1, [2])\nassert point.y == [2]\n"
        "assert (3, [2]) != point\nassert isinstance(point, tuple)\n"
        "assert names == ['a', 'bc']\nassert names.longest() == 'bc'\nassert 'a' in names\n"
        "names.append('def')\nassert names + ['g'] == ['a', 'bc', 'def', 'g']\n"
        "assert metres * 2 == 5\nassert 1 - metres == -1.5\nassert round(metres, 0) == 2\n"
        "assert metres < 3\nassert colour == 'red'\nassert {colour: 1}['red'] == 1\n"
        "assert [point, metres] == [(1, [2]), 2.5]\n",
        "...............",
    ),
    "objects that hold others": (
        """
        class Node:
            def __init__(self, value, below): self.value, self.below = value, below
            def __iter__(self):
                yield self.value
                if self.below: yield from self.below
        node = None
        for value in x: node = Node(value, node)
        return node
        """,
        "n = f([1, 2, 3])\nassert n.below.below.value == 1\nassert n.below.below.below is None\n"
        "assert n.below is n.below\nassert list(n) == [3, 2, 1]\nassert 2 in n\n"
        "assert max(n) == 3\nassert {n: 1}[n] == 1\n",
        ".......",
    ),
    "a function with attributes": (
        "import functools\nreturn functools.lru_cache(lambda y: y + x)",
        "g = f(2)\nassert g(3) == 5\nassert g(3) == 5\nassert g.cache_info().hits == 1\n",
        "...",
    ),
    "what it is given back": (
        "return x[::-1] if isinstance(x, list) else x",
        "import re, threading\nthings = [re.match('a', 'a'), threading.Lock(), lambda: 1]\n"
        "for one in things:\n    assert f(one) is one\nassert f(things)[2] is things[0]\n",
        "....",
    ),
    "a file as an argument": (
        "first = x.readline()\nrest = [line for line in x]\nx.seek(0)\n"
        "return first, rest, x.read(2), x.mode, x.closed, x.buffer.raw.tell() > 0",
        "import tempfile\nwith tempfile.TemporaryFile('w+') as t:\n    t.write('ab\\ncd')\n"
        "    t.seek(0)\n    assert f(t) == ('ab\\n', ['cd'], 'ab', 'w+', False, True)\n"
        "    assert t.tell() == 2\n",
        "..",
    ),
    "a file to write to, and one of bytes": (
        "with x:\n    x.write(b'abc')\n    x.seek(1)\n    room = bytearray(2)\n"
        "    count = x.readinto(room)\n    return count, room",
        "import tempfile\nt = tempfile.TemporaryFile()\nassert f(t) == (2, bytearray(b'bc'))\n"
        "assert t.closed\n",
        "..",
    ),
    "a lock, a match, a memory view as arguments": (
        "lock, match, view = x\nwith lock: held = lock.locked()\nview[0] = 65\n"
        "return held, match.group('n'), match[0], match.re.pattern, view.tolist(), "
        "view[1:2].tobytes()",
        "import re, threading\nroom = bytearray(b'abc')\nlock = threading.RLock()\n"
        "lock = threading.Lock()\nm = re.search('(?P<n>b)c', 'abc')\n"
        "assert f((lock, m, memoryview(room))) == "
        "(True, 'b', 'bc', '(?P<n>b)c', [65, 98, 99], b'b')\n"
        "assert room == bytearray(b'Abc')\nassert not lock.locked()\n",
        "...",
    ),
}
CHEATS = {
    "== and in that lie": (
        "class Yes:\n    def __eq__(self, o): return True\n    __hash__ = None\n"
        "    def __contains__(self, o): return True\n    def __len__(self): return 1\n"
        "    def __ge__(self, o): return True\n    def __radd__(self, o): return 4\n"
        "    def startswith(self, o): return True\n    def __float__(self): return 4.0\n"
        "return Yes()",
        [
            "f(1) == 4",
            "4 in f(1)",
            "[f(1)] == [4]",
            "f(1) != 4",
            "f(1) >= 4",
            "4 == f(1)",
            "0 + f(1) == 4",
            "f(1).startswith('a')",
            "float(f(1)) == 4.0",
            "{f(1): 1} == {4: 1}",
            "(1, f(1)) == (1, 4)",
            "f(1) in [4]",
            "isinstance(f(1), int)",
            "f(1) is f(1) is 4",
        ],
    ),
    "answers for everything": (
        "class Any:\n    def __getattr__(self, name): return lambda *a: self\n"
        "    def __call__(self, *a): return self\n    def __getitem__(self, key):\n"
        "        if key == 9: raise IndexError\n        return self\n"
        "    def __eq__(self, o): return True\n    __hash__ = None\nreturn Any()",
        [
            "f(1).value == 4",
            "f(1)[0] == 4",
            "f(1).get() == 4",
            "4 in f(1)",
            "list(f(1)) == [4]",
            "f(1).__class__ is int",
            "f(1).equals(4)",
        ],
    ),
    "a class that pretends to be another": (
        "import sys, re\nclass Match:\n    def __eq__(self, o): return True\n"
        "    def endswith(self, o): return True\n"
        "Match.__module__ = 'collections'\nMatch.__qualname__ = 'Match'\n"
        "sys.modules['collections'].Match = Match\nreturn Match()",
        ["f(1) == 4", "f(1).endswith('4')", "isinstance(f(1), (int, str, list))"],
    ),
    "subclasses and lengths that lie": (
        "class N(int): \n    def __eq__(self, o): return True\n    __hash__ = None\n"
        "class Odd:\n    def __len__(self): return N(3)\n    def __bool__(self): return False\n"
        "    def __str__(self): return S('x')\n    value = N(1)\n"
        "class S(str):\n    def __eq__(self, o): return True\n    __hash__ = None\n"
        "return Odd()",
        ["len(f(1)) == 4", "f(1)", "str(f(1)) == 'y'", "f(1).value == 4"],
    ),
    "another number for every question": (
        "class N(int):\n    pass\nclass Odd:\n    n = 0\n    def __int__(self): return 4\n"
        "    @property\n    def value(self):\n        Odd.n += 1\n        return Odd.n\n"
        "return Odd() if x == 1 else N(3)",
        [
            "f(1) in range(9)",
            "int(f(1)) == 4",
            "f(2) in (0, 1, 2, 4, 5, 6)",
            "f(2) != 3",
            "(lambda o: o.value == o.value)(f(1))",
            "str(f(2)).startswith('4')",
        ],
    ),
    "eval is not given to the tests": (
        "return x(eval, '__import__(\"sys\").modules') if callable(x) else getattr",
        ["f(lambda g, text: g(text)) is None", "f(1) == 4", "f(lambda *a: 1) == 2"],
    ),
}
ESCAPES = """
outs = []
def tries(act):
    try: outs.append(str(act()))
    except BaseException as e: outs.append(type(e).__name__)
file = x
us = object.__getattribute__(file, "_synthd_us")
handle = object.__getattribute__(file, "_synthd_handle")
raw = lambda do, *a, **k: us.ask(do, handle, *a, **k)
for name in ("__class__", "__init__", "_checkClosed", "_CHUNK_SIZE", "detach", "__self__",
             "__dict__", "__reduce_ex__", "name.__class__", "__globals__", "mro"):
    tries(lambda: raw("get", name))
    tries(lambda: raw("method", name))
    tries(lambda: raw("method", name, lambda: 1))
for act in ("set", "del", "mend", "setitem", "delitem", "instance", "value", "named", "target",
            "call", "anext", "send", "throw", "len", "item", "content", "nonsense"):
    tries(lambda: raw(act, "name", 1))
    tries(lambda: raw(act))
for strange in (lambda: raw("get"), lambda: raw("get", ["read"]), lambda: raw("get", "read", 1),
                lambda: raw("method"), lambda: raw("method", ["read"]),
                lambda: raw("method", "write", file), lambda: raw("method", "read", object()),
                lambda: raw("method", "writelines", (a for a in "ab")),
                lambda: raw("method", "read", -1, b=1), lambda: us.ask("call", 99999),
                lambda: us.ask("call", [1]), lambda: us.ask(["call"], handle)):
    tries(strange)
found = raw("get", "buffer")[1]
tries(lambda: found.readinto(file))
read = file.read
tries(lambda: read.__self__)
tries(lambda: vars(read)["_ask"]("method", handle, "read", file))
return outs
"""


def module(text: str) -> str:
    return "def f(x):\n" + textwrap.indent(textwrap.dedent(text).strip("\n"), "    ") + "\n"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool(level: Level) -> AsyncIterator[JudgePool]:
    async with JudgePool.open(None, Detection(level), QUICK, workers=1) as opened:
        yield opened


async def tried(pool: JudgePool, text: str, tests: str) -> ProgramReport:
    return await pool.judge(Program(Language.PYTHON, text), CodeTests("f", tests))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", USES)
async def test_uses_in_a_pool(name: str, pool: JudgePool) -> None:
    text, tests, letters = USES[name]
    for _ in range(2):  # the second is asked what the first was, if it can be
        report = await tried(pool, module(text), tests)
        assert report.letters == letters, report
        assert not report.in_process


@pytest.mark.parametrize("name", USES)
async def test_uses_in_a_file(name: str, open_judge: OpenJudge, outcomes: Outcomes) -> None:
    text, tests, letters = USES[name]
    test = "def test():\n" + textwrap.indent(tests, "    ")
    async with open_judge(checks=Checks(files=(File("t.py", "t.py", test),))) as judge:
        report = await judge.judge(module(text))
    words = {".": "pass", "?": "infra_error"}
    assert set(outcomes(report)) == {words[letter] for letter in letters}, report


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", CHEATS)
async def test_cheats_in_a_pool(name: str, pool: JudgePool) -> None:
    text, claims = CHEATS[name]
    for claim in claims:
        report = await tried(pool, module(text), f"assert {claim}\n")
        assert not report.accepted, claim
        assert report.outcome.value in ("fail", "runtime_error", "infra_error"), (claim, report)
        if "pretends" not in name:
            assert report.outcome.value != "infra_error", (claim, report)


@pytest.mark.parametrize("name", CHEATS)
async def test_cheats_in_a_file(name: str, open_judge: OpenJudge, outcomes: Outcomes) -> None:
    text, claims = CHEATS[name]
    tests = "".join(f"def test_{i}():\n    assert {claim}\n" for i, claim in enumerate(claims))
    async with open_judge(checks=Checks(files=(File("t.py", "t.py", tests),))) as judge:
        report = await judge.judge(module(text))
    assert len(report.cases) == len(claims) and "pass" not in outcomes(report), report


@pytest.mark.asyncio(loop_scope="module")
async def test_a_refusal_that_is_swallowed_is_no_pass(pool: JudgePool) -> None:
    tests = "try:\n    f(1) == 4\nexcept BaseException:\n    pass\nassert f(2)\n"
    liar = module("class Yes:\n    def __eq__(self, o): return True\nreturn Yes()")
    assert (await tried(pool, liar, tests)).outcome.value == "fail"


@pytest.mark.asyncio(loop_scope="module")
async def test_truth_may_change_and_is_asked_anew(pool: JudgePool) -> None:
    text = "class Odd:\n    n = 0\n    def __bool__(self):\n        self.n += 1\n"
    text += "        return self.n % 2 == 0\nreturn Odd()"
    report = await tried(pool, module(text), "o = f(1)\nassert not o\nassert o\nassert o\n")
    assert report.letters == "..F"


@pytest.mark.asyncio(loop_scope="module")
async def test_iteration_without_end_is_a_timeout(pool: JudgePool) -> None:
    text = "class Endless:\n    def __iter__(self): return self\n    def __next__(self): return 1\n"
    report = await tried(pool, module(text + "return Endless()"), "assert list(f(1)) == [1]\n")
    assert report.outcome.value == "timeout", report
    report = await tried(pool, module(text + "return Endless()"), "assert next(f(1)) == 1\n")
    assert report.accepted, "and the next one is judged as ever"


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_of_the_tests_is_reached_through_a_file(pool: JudgePool) -> None:
    tests = (
        "import tempfile\nt = tempfile.TemporaryFile('w+')\nt.write('expected')\nt.seek(0)\n"
        "found = f(t)\nassert len(found) > 70\n"
        "assert set(found) == {'Stop', 'AttributeError', 'TypeError'}\n"
        "assert t.read() == 'expected'\n"
    )
    report = await tried(pool, module(ESCAPES), tests)
    assert report.letters == "...", report.cases


@pytest.mark.asyncio(loop_scope="module")
async def test_what_cannot_be_held_is_a_resource_limit(pool: JudgePool) -> None:
    opened = "import tempfile\nt = tempfile.TemporaryFile()\nt.write(b'a' * 10)\nt.seek(0)\n"
    report = await tried(pool, module("return x.read1(1 << 40)"), opened + "assert f(t) == b''\n")
    assert report.outcome.value == "resource_limit", report
    text = "for _ in range(10**6): x.write(b'a' * (1 << 20))"
    report = await tried(pool, module(text), opened + "assert f(t) is None\n")
    assert report.outcome.value in ("runtime_error", "resource_limit"), report
    held = "import threading\nlock = threading.Lock()\nlock.acquire()\nassert f(lock)\n"
    report = await tried(pool, module("return x.acquire()"), held)
    assert report.outcome.value == "timeout", report


@pytest.mark.asyncio(loop_scope="module")
async def test_other_objects_of_the_tests_stay_theirs(pool: JudgePool) -> None:
    tests = "class Secret:\n    value = 4\n    def tell(self): return 4\nassert f(Secret()) == 4\n"
    for text in ("return x.value", "return x.tell()", "return x == 4", "return len(x)"):
        assert (await tried(pool, module(text), tests)).outcome.value == "infra_error"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_program_s_own_classes(pool: JudgePool) -> None:
    program = (
        "class Node:\n    made = 0\n    def __init__(self, value):\n        Node.made += 1\n"
        "        self.value, self.left, self.kids = value, None, []\n"
        "    @classmethod\n    def of(cls, value): return cls(value)\n"
        "LIMIT = 3\ndef helper(x): return x + 1\n"
        "def f(n): return 0 if n is None else 1 + max([f(n.left), *map(f, n.kids)])\n"
    )
    tests = (
        "root = Node(1)\nroot.left = Node.of(2)\nroot.left.left = Node(3)\n"
        "assert f(root) == LIMIT\n"
        "root.kids.append(root.left)\nroot.left.kids += [Node(4), Node(5)]\nroot.left.left = None\n"
        "assert f(root) == 3\nassert isinstance(root, Node)\nassert not isinstance(3, Node)\n"
        "assert root.left is root.kids[0]\nassert list(map(helper, [1])) == [2]\n"
        "assert root.value == 1 and Node.made == 5\nassert root != Node(1)\n"
    )
    assert (await tried(pool, program, tests)).letters == "........"


@pytest.mark.asyncio(loop_scope="module")
async def test_two_of_a_class_that_only_the_program_has(pool: JudgePool) -> None:
    """Their own == is asked, and a yes is believed if both hold the same values."""
    program = (
        "import dataclasses\n@dataclasses.dataclass\nclass Data:\n"
        "    a: int\n    b: object = None\n"
        "class Yes:\n    def __init__(self, x): self.x = x\n"
        "    def __eq__(self, other): return True\n"
        "def f(x): return Data(x, Data(x)) if x < 9 else Yes(x)\n"
    )
    tests = (
        "a = f(1)\nassert f(1) == a\nassert f(2) != a\nassert not f(2) == a\na.a = 2\n"
        "assert f(1) != a\nassert f(2).b == f(2).b\nassert [f(3)] == [f(3)]\n"
        "assert f(9) == f(9)\nassert f(9) == f(10)\n"
    )
    assert (await tried(pool, program, tests)).letters == ".......?"


@pytest.mark.asyncio(loop_scope="module")
async def test_objects_in_rows(pool: JudgePool) -> None:
    rows = Rows("f", (Row((1,), 4), Row((2,), [4])))
    liar = module("class Yes:\n    def __eq__(self, o): return True\nreturn Yes()")
    report = await pool.judge(Program(Language.PYTHON, liar), rows)
    assert report.letters == "FF", report
    report = await pool.judge(Program(Language.PYTHON, module("return open('/dev/null')")), rows)
    assert report.letters == "FF", report
