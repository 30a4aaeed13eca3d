"""Who is at the other end of a Unix socket, by the kernel's word.

Both ends ask: the folder's permissions are the first wall, this is the second. A system that
cannot say who it is gets no daemon.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from typing import Protocol

from synthd.daemon.thin.errors import Unsafe

LINUX = struct.Struct("=iII")  # struct ucred: pid, uid, gid
MACOS = struct.Struct("=IIh2x16I")  # struct xucred: version, uid, groups
SOL_LOCAL, LOCAL_PEERCRED = 0, 1


class Credentialed(Protocol):
    """A socket, or asyncio's cover of one."""

    def getsockopt(self, level: int, option: int, size: int, /) -> bytes: ...


def check_peer(connection: Credentialed) -> None:
    """Raises Unsafe unless it is a process of this user."""
    user = peer_uid(connection)
    if user != os.geteuid():
        raise Unsafe(
            f"the other end of the daemon's socket is another user's process (uid {user}): "
            "nothing was said to it; name a folder of your own in SYNTHD_RUNTIME_DIR"
        )


def peer_uid(connection: Credentialed) -> int:
    """Raises Unsafe where the system does not say."""
    try:
        if sys.platform == "linux":
            raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, LINUX.size)
            return int(LINUX.unpack(raw)[1])
        if sys.platform == "darwin":
            raw = connection.getsockopt(SOL_LOCAL, LOCAL_PEERCRED, MACOS.size)
            return int(MACOS.unpack(raw)[1])
    except (OSError, struct.error):
        pass
    raise Unsafe("this system does not say whose process the other end of a socket is")
