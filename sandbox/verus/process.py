"""Running Verus once: a private folder, a wall around it, limits, and nothing left afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from synthd.sandbox.errors import SandboxBroken, SandboxUnavailable
from synthd.sandbox.inside import native_filter, seccomp
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.starting import kill, started
from synthd.sandbox.verus.boot import FAILED
from synthd.sandbox.verus.run import Ending, VerusLimits, VerusRan
from synthd.sandbox.verus.view import Order, command

_PATIENCE = 2.0  # for killed processes to be gone
_CHUNK = 1 << 16
_PRIVATE = re.compile(r"synthd-verus-(\d+)-\w+")
_OLD = 3600.0  # seconds
_OWN_WORDS = (b"bwrap: ", b"sandbox: ")  # how our own parts begin their complaints


def allow(detection: Detection, unsafe: bool) -> None:
    """Raises SandboxUnavailable where there is no isolation and unsafe is not set."""
    if detection.level is Level.NONE and not unsafe:
        remedy = f"; try: {detection.fix}" if detection.fix else ""
        why = "; ".join(detection.reasons) or "no isolation"
        raise SandboxUnavailable(f"Verus cannot be run safely here: {why}{remedy}")


_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


async def run(
    order: Order, files: Mapping[str, str], level: Level, limits: VerusLimits
) -> VerusRan:
    """files: what lies in the private folder. Cancelling it ends all its processes.

    Raises SandboxBroken if it could not be started.
    """
    with _private(files) as private:
        began = time.monotonic()
        boxed = level is Level.BUBBLEWRAP
        with _filter(level) as filter_at:
            argv = command(level, order, private, limits, filter_at)
            process = await started(
                argv,
                environment=_ENVIRONMENT,
                descriptors=() if filter_at is None else (filter_at,),
            )
        ending, said, complained = await _follow(process, limits, boxed)
    seconds = time.monotonic() - began
    code = process.returncode or 0
    if ending is Ending.EXITED and _is_ours(code, said, complained):
        message = complained.decode(errors="replace").strip().splitlines()[-1]
        raise SandboxBroken(f"Verus could not be started in its sandbox: {message}")
    if ending is Ending.EXITED and (code < 0 or 128 < code < 128 + signal.NSIG):
        ending, code = Ending.SIGNALLED, -code if code < 0 else code - 128
    stdout, stderr = (text.decode(errors="replace") for text in (said, complained))
    return VerusRan(ending, code, stdout, stderr, seconds, level.value, order.words)


async def _follow(
    process: asyncio.subprocess.Process, limits: VerusLimits, boxed: bool
) -> tuple[Ending, bytes, bytes]:
    assert process.stdout is not None and process.stderr is not None
    said, complained = bytearray(), bytearray()
    hearing = [
        asyncio.create_task(_hear(process.stdout, said, limits.output_bytes)),
        asyncio.create_task(_hear(process.stderr, complained, limits.output_bytes)),
    ]
    ending = Ending.EXITED
    try:
        async with asyncio.timeout(limits.wall_seconds):
            await asyncio.gather(*hearing)
            await process.wait()
    except TimeoutError:
        ending = Ending.TIMEOUT
    except _TooMuch:
        ending = Ending.OUTPUT
    finally:
        await _end(process, hearing, boxed)
    return ending, bytes(said), bytes(complained)


class _TooMuch(Exception):
    pass


async def _hear(stream: asyncio.StreamReader, into: bytearray, most: int) -> None:
    while data := await stream.read(_CHUNK):
        into += data[: most - len(into)]
        if len(into) >= most:
            raise _TooMuch


async def _end(
    process: asyncio.subprocess.Process, hearing: list[asyncio.Task[None]], boxed: bool
) -> None:
    """Everything of it is gone when this is over. In the ordinary case it ended by itself."""
    assert process.stdin is not None
    process.stdin.close()  # the boot process kills all that is below it, and ends
    if process.returncode is None and boxed:
        kill(process)  # and the kernel, all that is in its namespace
    for task in hearing:
        task.cancel()
    await asyncio.gather(*hearing, return_exceptions=True)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await _silence(process)
    if process.returncode is None:
        kill(process)
        await process.wait()
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


async def _silence(process: asyncio.subprocess.Process) -> None:
    """Until nobody is left who could say anything."""
    for stream in (process.stdout, process.stderr):
        while stream is not None and await stream.read(_CHUNK):
            pass
    await process.wait()


def _is_ours(code: int, said: bytes, complained: bytes) -> bool:
    if said:
        return False
    if code in (126, 127):  # the shell's: there is no such program, or it is none
        return complained.startswith(b"sh: ")
    return code in (1, FAILED) and complained.startswith(_OWN_WORDS)


@contextlib.contextmanager
def _private(files: Mapping[str, str]) -> Iterator[Path]:
    """A folder that nobody else can look into, gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix=f"synthd-verus-{os.getpid()}-"))
    try:
        for name, text in files.items():
            (place / name).write_bytes(text.encode(errors="replace"))
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def sweep() -> None:
    """Private folders of processes that were killed: who is killed cannot tidy up. For threads.

    Only old ones: under the same number another container's process may be alive.
    """
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            named = _PRIVATE.fullmatch(entry.name)
            if named is None or not entry.is_dir(follow_symlinks=False):
                continue
            state = entry.stat(follow_symlinks=False)
            old = time.time() - state.st_mtime > _OLD
            if old and state.st_uid == os.getuid() and not _alive(int(named[1])):
                shutil.rmtree(entry.path, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def _filter(level: Level) -> Iterator[int | None]:
    """A seccomp program as bubblewrap takes it: from a descriptor."""
    if level is not Level.BUBBLEWRAP or sys.platform != "linux" or not seccomp.supported():
        yield None
        return
    place = os.memfd_create("seccomp")
    try:
        os.write(place, native_filter.compiler_program())
        os.lseek(place, 0, os.SEEK_SET)
        yield place
    finally:
        os.close(place)
