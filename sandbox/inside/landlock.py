"""Landlock: from here on this process and its children see only what was granted.

Needs no privilege and no user namespace, only a kernel that has it (5.13; with TCP 6.7,
with scopes 6.12).
"""

from __future__ import annotations

import ctypes
import os
import struct

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_BASE, _REFER, _TRUNCATE, _IOCTL = (1 << 13) - 1, 1 << 13, 1 << 14, 1 << 15
_TCP = 3
_SCOPES = 3  # abstract unix sockets, signals
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 38, 24


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def abi() -> int:
    """The kernel's version of Landlock, 0 without it."""
    found = _libc().syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    return max(0, int(found))


def _handled(version: int) -> int:
    rights = _BASE
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL)):
        rights |= right if version >= since else 0
    return rights


def confine(grants: list[list[str]]) -> None:
    """grants: [path, "read" | "list" | "device" | "write"]; what does not exist is left out."""
    version = abi()
    if version < 1:
        raise OSError("this kernel has no Landlock")
    libc, handled = _libc(), _handled(version)
    net, scope = (_TCP if version >= 4 else 0), (_SCOPES if version >= 6 else 0)
    attributes = struct.pack("QQQ", handled, net, scope)
    attributes = attributes[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = libc.syscall(
        ctypes.c_long(_CREATE), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)
    )
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    rights = {
        "read": _EXECUTE | _READ_FILE | _READ_DIR,
        "list": _READ_DIR,
        "device": _READ_FILE | _WRITE_FILE | _IOCTL,
        "write": handled & ~(1 << 6 | 1 << 10 | 1 << 11),  # no device nodes
    }
    for path, kind in grants:
        _grant(libc, ruleset, path, rights[kind] & handled)
    _drop_capabilities(libc)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    if libc.syscall(ctypes.c_long(_RESTRICT), ctypes.c_int(ruleset), ctypes.c_uint(0)) != 0:
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    os.close(ruleset)


def _grant(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, place)
        if rights and libc.syscall(
            ctypes.c_long(_ADD), ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0)
        ):
            raise OSError(ctypes.get_errno(), "landlock_add_rule", path)
    finally:
        os.close(place)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Root without capabilities is an ordinary owner of root's files."""
    if os.geteuid() != 0:
        return
    for capability in range(64):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header, data = struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[0] * 6)
    capset = 126 if os.uname().machine == "x86_64" else 91
    if libc.syscall(ctypes.c_long(capset), header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
