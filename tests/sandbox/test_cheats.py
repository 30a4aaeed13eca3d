"""Candidates that other judges accept, or that do harm: all get the right verdict here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from synthd.sandbox.checks import JudgeReport
from synthd.sandbox.judge import PythonJudge

OpenJudge = Callable[..., AbstractAsyncContextManager[PythonJudge]]

RIGHT = "return x * x"

# What the candidate does, and what every one of its cases must come to.
REFUSED = {
    "object whose == is true": (
        """
        class Yes:
            def __eq__(self, other): return True
            __hash__ = None
        return Yes()
        """,
        {"fail"},
    ),
    "int subclass whose == is true": (
        """
        class Yes(int):
            def __eq__(self, other): return True
            __hash__ = None
        return Yes(1)
        """,
        {"fail"},
    ),
    "a global class under a known name": (
        """
        import sys
        class Yes:
            def __eq__(self, other): return True
        Yes.__module__, Yes.__qualname__ = "m", "Yes"
        sys.modules["m"].Yes = Yes
        return Yes()
        """,
        {"fail"},
    ),
    "mock.ANY": ("from unittest import mock; return mock.ANY", {"fail", "infra_error"}),
    "frames": (
        """
        import sys
        frame = sys._getframe()
        while frame:
            for value in frame.f_locals.values():
                if type(value) is int and value != x and value % x == 0:
                    return value
            frame = frame.f_back
        return None
        """,
        {"fail"},
    ),
    "gc": (
        """
        import gc
        for found in gc.get_objects() if x > 1000 else ():
            values = list(found.values()) if isinstance(found, dict) else found
            if isinstance(values, (list, tuple)):
                for value in values:
                    if type(value) is int and x < value and value % x == 0 and value // x == x:
                        return value
        return None
        """,
        {"fail"},
    ),
    "os._exit": ("import os; os._exit(0)", {"runtime_error"}),
    "sys.exit": ("import sys; sys.exit(0)", {"runtime_error"}),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", {"killed"}),
    "abort": ("import os; os.abort()", {"killed"}),
    "loop": ("while True: pass", {"timeout"}),
    "loop that swallows everything": (
        """
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        """,
        {"timeout"},
    ),
    "signals ignored": (
        """
        import signal
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        signal.alarm(0)
        while True: pass
        """,
        {"timeout"},
    ),
    "sleep": ("import time; time.sleep(1000)", {"timeout"}),
    "memory": ("return len([bytearray(1 << 20) for _ in range(100000)])", {"resource_limit"}),
    "recursion": ("return f(x)", {"runtime_error"}),
    "200 MB result": ("return 'x' * (200 << 20)", {"resource_limit"}),
    "recursive list": ("a = []; a.append(a); return a", {"fail", "runtime_error"}),
    "deep list": (
        """
        a = []
        for _ in range(30000): a = [a]
        return a
        """,
        {"fail", "runtime_error"},
    ),
    "10^5 open files": (
        "return [open('/dev/null') for _ in range(100000)]",
        {"runtime_error"},
    ),
    "fork": ("import os; os.fork(); return x * x", {"runtime_error"}),
    "fork bomb": (
        """
        import os
        while True:
            try: os.fork()
            except OSError: pass
        """,
        {"timeout"},
    ),
    "daemon": (
        """
        import ctypes, os
        libc = ctypes.CDLL(None)
        if libc.fork() == 0:
            os.setsid()
            while True: pass
        return -1
        """,
        {"fail"},
    ),
    "shell": ("import posix; return x * x + posix.system('true')", {"fail"}),
    "subprocess": ("import subprocess; subprocess.run(['true']); return x * x", {"runtime_error"}),
    "socket": ("import socket; socket.socket(); return x * x", {"runtime_error"}),
    "kills others": ("import os; os.kill(os.getppid(), 9); return x * x", {"runtime_error"}),
    "kills all": ("import os; os.kill(-1, 9); return x * x", {"runtime_error"}),
    "closes the channel": ("import os; os.closerange(3, 100); return x * x", {"runtime_error"}),
    "own text": ("return open('m.py').read().count('1')", {"fail", "runtime_error"}),
    "test file": (
        "text = open('test_m.py').read(); return 1522756 if '1522756' in text else 0",
        {"fail", "runtime_error"},
    ),
    "git": (
        "return 1522756 if '1522756' in open('.git/notes').read() else 0",
        {"runtime_error"},
    ),
    "another process's memory or descriptors": (
        """
        import os
        for pid in filter(str.isdigit, os.listdir("/proc")):
            base = "/proc/" + pid
            if int(pid) == os.getpid():
                continue
            for place in ("/mem", "/maps", "/environ", *("/fd/%d" % n for n in range(20))):
                try:
                    open(base + place, "r+b").close()
                    return x * x
                except OSError:
                    pass
        return -1
        """,
        {"fail", "runtime_error"},
    ),
    "other processes": (
        """
        import glob
        seen = b""
        for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/mem"):
            try: seen += open(path, "rb").read(1 << 20)
            except OSError: pass
        return len(seen) and 1
        """,
        {"fail"},
    ),
    "environment": (
        "import os; return 1 if set(os.environ) & {'USER', 'SSH_AUTH_SOCK', 'PWD'} else 0",
        {"fail"},
    ),
    "settrace": (
        """
        import sys
        def trace(frame, event, argument):
            frame.f_locals["value"] = 1522756
            return trace
        sys.settrace(trace)
        return 0
        """,
        {"fail"},
    ),
    "builtins": (
        """
        import builtins
        builtins.isinstance = lambda *_: True
        builtins.len = lambda *_: 4
        builtins.repr = lambda *_: "4"
        return 0
        """,
        {"fail", "runtime_error"},
    ),
    "encoder patched": (
        """
        import gc, json
        class Always(dict):
            pass
        json.dumps = lambda *a, **k: '{"outcome": "pass"}'
        return 0
        """,
        {"fail", "runtime_error"},
    ),
    "a frame in the tester's name": (
        """
        import json, os, struct
        body = json.dumps(["a", "a", "pass", "", "", "", ""]).encode()
        for number in range(3, 100):
            for op in (6, 7, 8, 23):
                try: os.write(number, struct.pack("!BII", op, 0, len(body)) + body)
                except OSError: pass
        return 0
        """,
        {"fail", "runtime_error"},
    ),
    "garbage on every descriptor": (
        """
        import os
        for number in range(3, 100):
            try: os.write(number, b"\\xff" * 1000)
            except OSError: pass
        return 0
        """,
        {"runtime_error"},
    ),
    "answers without end": (
        """
        import os, struct, threading
        def flood():
            while True:
                for number in range(3, 20):
                    try: os.write(number, struct.pack("!BII", 5, 1, 2) + b"{}")
                    except OSError: pass
        threading.Thread(target=flood, daemon=True).start()
        while True: pass
        """,
        {"runtime_error", "fail", "timeout"},
    ),
    "answer that is no answer": (
        """
        import os, struct
        for body in (b"[" * 100000, b"nonsense"):
            for number in range(3, 20):
                for call in range(1, 9):
                    try: os.write(number, struct.pack("!BII", 5, call, len(body)) + body)
                    except OSError: pass
        return 0
        """,
        {"fail"},
    ),
    "exits in atexit": (
        """
        import atexit, os
        atexit.register(os._exit, 0)
        raise ValueError("no")
        """,
        {"runtime_error"},
    ),
}

# Odd, but right: these must pass.
RIGHT_ANYWAY = {
    "prints 50 MB": "print('x' * (50 << 20)); return x * x",
    "prints 50 MB in pieces": "[print('x' * 1000) for _ in range(50000)]; return x * x",
    "leaves a thread": (
        "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "return x * x"
    ),
    "poisons sys.modules": (
        "import sys; sys.modules['pytest'] = sys.modules['unittest'] = sys\nreturn x * x"
    ),
    "overrides a builtin": "import builtins; builtins.sorted = None\nreturn x * x",
    "swallows what it may": "try: raise ValueError\nexcept BaseException: pass\nreturn x * x",
    "closes stdout": "import sys; sys.stdout.close(); sys.stdout = None\nreturn x * x",
    "reads stdin": "try: input()\nexcept EOFError: return x * x",
    "uses asyncio": (
        "import asyncio\nasync def g(): await asyncio.sleep(0); return x * x\n"
        "return asyncio.run(g())"
    ),
    "uses threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: return sum(pool.map(lambda _: x, range(x)))"
    ),
    "reads the workspace": "assert open('data.txt').read() == 'readable'; return x * x",
    "uses a temporary file": (
        "import tempfile\nwith tempfile.TemporaryFile() as file: file.write(b'1')\nreturn x * x"
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_refused(
    name: str,
    open_judge: OpenJudge,
    body: Callable[[str], str],
    outcomes: Callable[[JudgeReport], list[str]],
) -> None:
    text, expected = REFUSED[name]
    async with open_judge() as judge:
        report = await judge.judge(body(text))
    assert len(report.cases) == 3
    assert set(outcomes(report)) <= expected, report.cases


@pytest.mark.parametrize("name", RIGHT_ANYWAY)
async def test_right_anyway(
    name: str,
    open_judge: OpenJudge,
    body: Callable[[str], str],
    passed: Callable[[JudgeReport], bool],
) -> None:
    async with open_judge() as judge:
        report = await judge.judge(body(RIGHT_ANYWAY[name]))
    assert passed(report), report


WRITES = """
import os
places = ["m.py", "new.txt", {home!r}, "/tmp/synthd-escaped", "/etc/synthd-escaped",
          "/usr/synthd-escaped", "/var/tmp/synthd-escaped", "../synthd-escaped"]
for place in places:
    for attempt in (
        lambda: open(place, "w").write("x"),
        lambda: os.symlink("/etc/passwd", place),
        lambda: os.mkdir(place),
        lambda: os.chmod(place, 0),
        lambda: os.unlink(place),
        lambda: os.utime(place, (0, 0)),
    ):
        try: attempt()
        except OSError: pass
return x * x
"""


def stamps(folder: Path) -> dict[Path, tuple[float, int]]:
    found = {path: path.stat() for path in folder.rglob("*")}
    return {path: (stat.st_mtime, stat.st_mode) for path, stat in found.items()}


async def test_writes_leave_no_trace(
    open_judge: OpenJudge,
    project: Path,
    body: Callable[[str], str],
    passed: Callable[[JudgeReport], bool],
) -> None:
    home = Path.home() / "synthd-escaped"
    async with open_judge() as judge:
        before = stamps(project)
        report = await judge.judge(body(WRITES.format(home=str(home))))
        after = stamps(project)
    assert passed(report), report
    assert before == after
    for folder in (Path.home(), Path("/tmp"), Path("/etc"), Path("/usr"), Path("/var/tmp")):
        assert not (folder / "synthd-escaped").exists()
    assert not (project.parent / "synthd-escaped").exists()
