"""A seccomp filter for a process that runs untrusted code: no new processes, no network.

A hand-written BPF program, as libseccomp may not be there. Numbers are of the kernel's tables.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import NamedTuple

_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE_THREAD = 0x00010000
_AF_UNIX = 1
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2

# name: (x86_64, aarch64); None where the architecture has no such call. Denied with EPERM.
_DENIED = {
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "tkill": (200, 130),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "personality": (135, 92),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "setpriority": (141, 140),
    "sched_setattr": (314, 274),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setaffinity": (203, 122),
    "ioprio_set": (251, 30),
    "setrlimit": (160, 164),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # Landlock does not govern these, and the files may be the user's own.
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "mknod": (133, None),
    "mknodat": (259, 33),
}
_UNREACHABLE = {"socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201)}
_FORK, _CLONE, _CLONE3 = {"fork": (57, None), "vfork": (58, None)}, (56, 220), (435, 435)
_OWN_PID = [(62, 129), (234, 131)]  # kill, tgkill
_PRLIMIT, _SOCKETPAIR, _PRCTL = (302, 261), (53, 199), (157, 167)
_PRCTL_DENIED = (1, 4, 0x59616D61)  # PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_PTRACER


class Unsupported(Exception):
    """No filter for this machine."""


class _Step(NamedTuple):
    code: int
    value: int
    then: int = 0
    other: int = 0


def supported() -> bool:
    return platform.machine() in _ARCHES


def program(machine: str, pid: int) -> bytes:
    """The whole filter, for the process `pid`."""
    return _assembled(machine, [*_denials(machine), *_confinement(machine, pid)])


def server_program(machine: str) -> bytes:
    """For a process that forks others: what it does not need itself."""
    return _assembled(machine, _denials(machine))


def child_program(machine: str, pid: int) -> bytes:
    """What a server's child adds: no process but this one. Short, as every child installs it."""
    return _assembled(machine, _confinement(machine, pid))


def _assembled(machine: str, rules: list[_Step]) -> bytes:
    steps = [_Step(_LOAD, 4), _Step(_JEQ, _ARCHES[machine], 1), _Step(_RET, _KILL)]
    steps += [_Step(_LOAD, 0)]
    if machine == "x86_64":
        steps += [_Step(_JGE, _X32, 0, 1), _Step(_RET, _KILL)]
    steps += [*rules, _Step(_RET, _ALLOW)]
    return b"".join(struct.pack("HBBI", s.code, s.then, s.other, s.value) for s in steps)


def _denials(machine: str) -> list[_Step]:
    which = _which(machine)
    steps: list[_Step] = []
    for table, error in ((_DENIED, errno.EPERM), (_UNREACHABLE, errno.EACCES)):
        for numbers in table.values():
            steps += _refuse(numbers[which], error)
    return [*steps, *_only(_SOCKETPAIR[which], 0, (_AF_UNIX,), errno.EACCES)]


def _confinement(machine: str, pid: int) -> list[_Step]:
    which = _which(machine)
    steps: list[_Step] = []
    for numbers in _FORK.values():
        steps += _refuse(numbers[which], errno.EAGAIN)
    steps += _refuse(_CLONE3[which], errno.ENOSYS)
    steps += _clone(_CLONE[which])
    for own in _OWN_PID:
        steps += _only(own[which], 0, (pid,), errno.EPERM)
    steps += _only(_PRLIMIT[which], 0, (0, pid), errno.EPERM)
    return [*steps, *_prctl(_PRCTL[which])]


def _which(machine: str) -> int:
    if machine not in _ARCHES:
        raise Unsupported(f"no seccomp table for {machine}")
    return 0 if machine == "x86_64" else 1


def _refuse(number: int | None, error: int) -> list[_Step]:
    if number is None:
        return []
    return [_Step(_JEQ, number, 0, 1), _Step(_RET, _ERRNO | error)]


def _argument(index: int) -> int:
    return 16 + 8 * index  # its low half: all that is compared is 32 bits wide


def _only(number: int, index: int, values: tuple[int, ...], error: int) -> list[_Step]:
    """Allow the call with these values of an argument, deny it with any other."""
    block = [_Step(_LOAD, _argument(index))]
    for position, value in enumerate(values):
        block.append(_Step(_JEQ, value & 0xFFFFFFFF, len(values) - position, 0))
    block += [_Step(_RET, _ERRNO | error), _Step(_RET, _ALLOW)]
    return [_Step(_JEQ, number, 0, len(block)), *block]


def _clone(number: int) -> list[_Step]:
    """Threads, yes; processes, no."""
    block = [_Step(_LOAD, _argument(0)), _Step(_JSET, _CLONE_THREAD, 1, 0)]
    block += [_Step(_RET, _ERRNO | errno.EAGAIN), _Step(_RET, _ALLOW)]
    return [_Step(_JEQ, number, 0, len(block)), *block]


def _prctl(number: int) -> list[_Step]:
    block = [_Step(_LOAD, _argument(0))]
    for option in _PRCTL_DENIED:
        block += [_Step(_JEQ, option, 0, 1), _Step(_RET, _ERRNO | errno.EPERM)]
    block += [_Step(_RET, _ALLOW)]
    return [_Step(_JEQ, number, 0, len(block)), *block]


class Filter:
    """A filter ready to be installed: in a child that must start quickly, all is prepared."""

    def __init__(self, code: bytes, pid_marker: int = 0) -> None:
        """pid_marker: what stands in the code for the number of the process that installs it."""

        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
        self._libc.prctl.restype = ctypes.c_int
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = Program(len(code) // 8, ctypes.addressof(self._code))
        self._address = ctypes.addressof(self._program)
        marks = struct.pack("I", pid_marker) if pid_marker else b""
        values = range(4, len(code), 8)
        self._pids = [place for place in values if marks and code[place : place + 4] == marks]

    def install(self) -> None:
        """For this process and what it becomes; there is no way back."""
        for place in self._pids:
            struct.pack_into("I", self._code, place, os.getpid())
        if self._libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
        if self._libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, self._address, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "PR_SET_SECCOMP")


_MARKER = 0x7E57AB1E  # no process has that number


def install() -> None:
    """The whole filter, for this process."""
    Filter(program(platform.machine(), os.getpid())).install()


def server_filter() -> Filter:
    return Filter(server_program(platform.machine()))


def child_filter() -> Filter:
    """To be made before the fork and installed after it."""
    return Filter(child_program(platform.machine(), _MARKER), _MARKER)
