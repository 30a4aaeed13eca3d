"""Locks that the kernel takes back when their holder dies, however it dies.

No pid is ever asked whether it lives: pids are used again.
"""

from __future__ import annotations

import fcntl
import os


class Lock:
    """Held until `release`, or the process ends. The file may say who holds it."""

    def __init__(self, path: str, fd: int) -> None:
        self.path = path
        self._fd = fd

    def note(self, text: str) -> None:
        data = text.encode()
        os.pwrite(self._fd, data, 0)
        os.ftruncate(self._fd, len(data))

    def release(self, *, remove: bool = False) -> None:
        if remove:
            try:
                os.unlink(self.path)
            except OSError:
                pass
        os.close(self._fd)


def take(path: str) -> Lock | None:
    """None if another process holds it. Raises OSError where the file cannot be opened."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            return None
        if _is_still_there(path, fd):
            return Lock(path, fd)
        os.close(fd)  # its holder removed it meanwhile: that file is nobody's lock any more


def is_held(path: str) -> bool:
    """Whether some process holds it now."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        # Shared: many may look at the same time without keeping one another from the lock.
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def _is_still_there(path: str, fd: int) -> bool:
    try:
        named, held = os.stat(path, follow_symlinks=False), os.fstat(fd)
    except OSError:
        return False
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)
