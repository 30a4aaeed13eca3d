"""Seccomp filters for compiled programs: the project's own, changed where exec is needed.

A candidate's binary must be started after its filter is there, so exec cannot be refused
altogether, and a filter cannot count. It can compare: exec is allowed with three pointers only,
to places that the launcher chose at random (about 30 bits each). Exec replaces the address space
and clears the registers, so the new program learns none of them, and there is no second exec.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import random
import struct
from typing import NamedTuple

from synthd.sandbox.inside import seccomp

_LOAD, _JEQ, _RET, _ALLOW, _ERRNO = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000
_PAGE = 1 << 14
_AREA = 16 * _PAGE
_MARK = 0x7E57AB1F  # stands for the process that installs the filter; none has that number
_EXECVE = (59, 221)
# What gcc, as, ld and rustc do and a candidate may not: processes, signals to them, file modes.
_COMPILING = (
    (59, 221),  # execve
    (57, None),  # fork
    (58, None),  # vfork
    (56, 220),  # clone
    (435, 435),  # clone3
    (62, 129),  # kill
    (234, 131),  # tgkill
    (302, 261),  # prlimit64
    (157, 167),  # prctl
    (90, None),  # chmod
    (91, 52),  # fchmod
    (268, 53),  # fchmodat
    (280, 88),  # utimensat
)


class Step(NamedTuple):
    code: int
    then: int
    other: int
    value: int


class Launch:
    """An exec that is prepared, and the filter under which it is the only one."""

    def __init__(self, argv: list[str], environment: dict[str, str]) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.mmap.restype = ctypes.c_void_p
        self._libc.mmap.argtypes = [
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_int,
            ctypes.c_int,
            ctypes.c_int,
            ctypes.c_long,
        ]
        self._kept: list[object] = []
        self.path = self._place(os.fsencode(argv[0]) + b"\0")
        self.argv = self._vector([os.fsencode(one) for one in argv])
        self.envp = self._vector(
            [os.fsencode(f"{name}={value}") for name, value in sorted(environment.items())]
        )

    def go(self) -> None:
        """Returns only where it fails."""
        call = self._libc.execve
        call.argtypes = [ctypes.c_void_p] * 3
        call(self.path, self.argv, self.envp)
        raise OSError(ctypes.get_errno(), "execve")

    def _vector(self, texts: list[bytes]) -> int:
        buffers = [ctypes.create_string_buffer(text) for text in texts]
        self._kept.append(buffers)
        addresses = [ctypes.addressof(buffer) for buffer in buffers]
        return self._place(struct.pack(f"{len(texts) + 1}Q", *addresses, 0))

    def _place(self, data: bytes) -> int:
        chance = random.SystemRandom()
        room = _AREA + (len(data) + _PAGE) // _PAGE * _PAGE
        where = chance.randrange(1 << 33, 1 << 46) & ~(_PAGE - 1)
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        found = self._libc.mmap(where, room, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
        if found is None or found == ctypes.c_void_p(-1).value:
            raise OSError(ctypes.get_errno(), "mmap")
        address = int(found) + 8 * chance.randrange(_AREA // 8)
        ctypes.memmove(address, data, len(data))
        return address


class Filter:
    """A filter that is prepared before the fork and installed after it."""

    def __init__(self, code: bytes) -> None:
        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = Program(len(code) // 8, ctypes.addressof(self._code))
        self._address = ctypes.addressof(self._program)
        mark = struct.pack("I", _MARK)
        self._pids = [at for at in range(4, len(code), 8) if code[at : at + 4] == mark]

    def install(self) -> None:
        """For this process and what it becomes; there is no way back."""
        for place in self._pids:
            struct.pack_into("I", self._code, place, os.getpid())
        for arguments in ((38, 1, 0), (22, 2, self._address)):  # no new privileges; the filter
            if self._libc.prctl(*arguments, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl")


def for_program(launch: Launch) -> Filter:
    """Exec as launch does it, and nothing else that the project's filter denies."""
    only = _only_exec(_number(_EXECVE), (launch.path, launch.argv, launch.envp))
    return Filter(_changed({only[0].value: only}))


def for_compiler() -> Filter:
    """No network, no tracing, no mounts; processes as it needs them."""
    return Filter(compiler_program())


def compiler_program() -> bytes:
    """The same, for bubblewrap to install."""
    return _changed({_number(pair): [] for pair in _COMPILING})


def _number(pair: tuple[int, object]) -> int:
    found = pair[0] if platform.machine() == "x86_64" else pair[1]
    return found if isinstance(found, int) else -1


def _changed(rules: dict[int, list[Step]]) -> bytes:
    """The project's filter with other rules for some calls. A rule is a comparison that jumps
    over the rest of it."""
    code = seccomp.program(platform.machine(), _MARK)
    steps = [Step(*step) for step in struct.iter_unpack("HBBI", code)]
    place = next(at for at, step in enumerate(steps) if step.code == _LOAD and step.value == 0) + 1
    if platform.machine() == "x86_64":
        place += 2  # x32
    changed = steps[:place]
    while steps[place].code == _JEQ:
        length = 1 + steps[place].other
        changed += rules.get(steps[place].value, steps[place : place + length])
        place += length
    return b"".join(struct.pack("HBBI", *step) for step in [*changed, *steps[place:]])


def _only_exec(number: int, pointers: tuple[int, ...]) -> list[Step]:
    block: list[Step] = []
    for index, pointer in enumerate(pointers):
        for half, shift in ((0, 0), (4, 32)):
            block.append(Step(_LOAD, 0, 0, 16 + 8 * index + half))
            block.append(Step(_JEQ, 1, 0, (pointer >> shift) & 0xFFFFFFFF))
            block.append(Step(_RET, 0, 0, _ERRNO | errno.EPERM))
    block.append(Step(_RET, 0, 0, _ALLOW))
    return [Step(_JEQ, 0, len(block), number), *block]
