"""The supervisor of one compiled candidate: compiles it, runs it, reports. Trusted code.

It lives inside the namespaces where there are some; otherwise only its children are confined.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import Any

from synthd.sandbox.inside import landlock, native_child, native_elf
from synthd.sandbox.inside.native_watch import Left, Watch, end_children
from synthd.sandbox.inside.native_wire import MOST, Order, join, split
from synthd.sandbox.inside.wire import Frame, pack, unpack

_PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 4, 36


class Supervisor:
    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._build = os.path.join(config["scratch"], "build")
        self._work = os.path.join(config["scratch"], "work")
        self._program = os.path.join(self._build, "program")
        self._input = os.dup(0)
        self._output = os.dup(1)
        self._buffer = bytearray()
        self._program_role: native_child.Role | None = None
        self._layered = sys.platform == "linux" and config["landlock"] and landlock.abi() >= 1

    def run(self) -> None:
        _harden()
        for folder in (self._build, self._work):
            os.makedirs(folder, mode=0o700)
        try:
            while True:
                frame = unpack(self._buffer, MOST)
                if frame is not None:
                    self._obey(frame)
                    continue
                data = os.read(self._input, 1 << 20)
                if not data:
                    return
                self._buffer += data
        except Left:
            pass
        finally:
            end_children()

    def _obey(self, frame: Frame) -> None:
        head, pieces = split(frame.payload)
        compiles = frame.op == Order.COMPILE
        if compiles:
            role = self._compiler(head["argv"])
        else:
            role = self._program_role = self._program_role or self._candidate()
        watch = Watch(role, head, pieces[0], self._input)
        found = watch.run()
        if compiles and found.get("code") == 0 and head["inspect"]:
            found["replaced"] = native_elf.replaced(self._program, head["inspect"] == "strict")
        if not compiles:
            _empty(self._work)
        self._answer(frame.number, join(found, *watch.pieces()))

    def _compiler(self, argv: list[str]) -> native_child.Role:
        return native_child.Role(
            [self._program if word == "{program}" else word for word in argv],
            {**self._config["environment"], "TMPDIR": self._build},
            self._build,
            self._grants(self._config["compile_grants"], [[self._build, "write"]]),
            "compiler" if self._config["filtered"] else "",
        )

    def _candidate(self) -> native_child.Role:
        own = [[self._program, "read"], [self._work, "write"]]
        return native_child.Role(
            [self._program],
            {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": self._work},
            self._work,
            self._grants(self._config["run_grants"], own),
            "program" if self._config["filtered"] else "",
        )

    def _grants(self, listed: list[list[str]], own: list[list[str]]) -> Any:
        return [*listed, *own] if self._layered else None

    def _answer(self, number: int, payload: bytes) -> None:
        data = memoryview(pack(Order.DONE, number, payload))
        while data:
            data = data[os.write(self._output, data) :]


def _empty(folder: str) -> None:
    """One run leaves nothing to the next."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)


def _harden() -> None:
    """Not to be looked into; whoever loses its parent comes here. 0 and 1 lead nowhere."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(null, descriptor)
    os.close(null)
