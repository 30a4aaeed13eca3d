"""Replaces a file's bytes in one step, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


class NotWritten(Exception):
    """The file was left as it is. str() says why and what to do."""


def replace(path: Path, old: bytes, new: bytes) -> None:
    """Write `new` over `old`, atomically; refuse when the file is no longer `old`.

    Links are followed, the file's mode (and, for root, its owner) is kept. A crash leaves either
    the old bytes or the new ones. Raises NotWritten.
    """
    real = Path(os.path.realpath(path))
    try:
        before = os.stat(real)
        if real.read_bytes() != old:
            raise NotWritten(f"{path} changed while synthd worked; nothing was written. Run again.")
        handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(new)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, stat.S_IMODE(before.st_mode))
        if os.geteuid() == 0:
            os.chown(name, before.st_uid, before.st_gid)
        os.replace(name, real)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise NotWritten(f"{path} cannot be written: {error.strerror}") from None
    _sync_folder(real.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # Some file systems cannot sync a folder; the rename is still atomic.
    finally:
        os.close(handle)
