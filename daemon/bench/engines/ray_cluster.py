"""The Ray cluster that a run uses: the user's, or one on this machine that ends with the run."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from synthd.daemon.exits import Missing

# Keys and programs are small; Ray's own default is a third of the memory.
OBJECT_STORE = 80 * 1024 * 1024
ANSWER = 10.0  # seconds
# Ray keeps sockets in the folder, and the paths of sockets may have 107 characters.
LONGEST_FOLDER = 40


@dataclass(frozen=True, slots=True)
class Node:
    """cpus: that it gives to Ray, in all."""

    id: str
    name: str
    cpus: int


@asynccontextmanager
async def connected(
    address: str | None, environment: Mapping[str, str], told: Callable[[str], None]
) -> AsyncIterator[Any]:
    """The `ray` module, connected. address: of a running cluster, `auto`, or None: RAY_ADDRESS
    where it is set, else a cluster is started here. A connection that is there already is used,
    and left. Raises Missing."""
    ray = imported()
    if ray.is_initialized():
        yield ray
        return
    address = address or environment.get("RAY_ADDRESS") or None
    folder = None
    if address is None:
        told("a Ray cluster is started on this machine; it ends with this command")
        folder = _folder()
    else:
        await _reachable(address)
        told(f"using the Ray cluster at {address}")
    starting = asyncio.create_task(asyncio.to_thread(_init, ray, address, folder))
    try:
        try:
            await asyncio.shield(starting)
        except (ConnectionError, RuntimeError, ValueError, OSError, TimeoutError) as error:
            where = f"the Ray cluster at {address}" if address else "a Ray cluster on this machine"
            raise Missing(f"{where} cannot be used: {error}") from None
        yield ray
    finally:
        await _disconnected(ray, starting, folder)


def imported() -> Any:
    """Raises Missing. Ray counts its users unless it is told not to."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise Missing("--engine ray needs Ray: pip install 'synthd[ray]'") from None
    logging.getLogger("ray").setLevel(logging.ERROR)
    return ray


def nodes(ray: Any) -> tuple[Node, ...]:
    """Those alive. It asks the cluster, and waits."""
    return tuple(
        Node(
            str(one["NodeID"]),
            f"{one.get('NodeName') or one['NodeManagerAddress']} ({str(one['NodeID'])[:6]})",
            int(one["Resources"].get("CPU", 0)),
        )
        for one in ray.nodes()
        if one["Alive"]
    )


def _init(ray: Any, address: str | None, folder: str | None) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is not None:
        ray.init(address=address, **quiet)
        return
    ray.init(
        address="local",
        num_cpus=len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        object_store_memory=OBJECT_STORE,
        include_dashboard=False,
        _temp_dir=folder,
        **quiet,
    )


def _folder() -> str:
    short = len(tempfile.gettempdir()) <= LONGEST_FOLDER - len("/synthd-ray-12345678")
    return tempfile.mkdtemp(prefix="synthd-ray-", dir=None if short else "/tmp")


async def _disconnected(ray: Any, starting: asyncio.Task[None], folder: str | None) -> None:
    """Also where the start was cut short: a thread goes on until it is done."""
    await asyncio.wait([starting])
    if not starting.cancelled():
        starting.exception()
    await asyncio.to_thread(ray.shutdown)
    if folder is not None:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _reachable(address: str) -> None:
    """Ray itself waits long for whom it cannot reach, and may end the process."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        async with asyncio.timeout(ANSWER):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, TimeoutError):
        raise Missing(
            f"nothing answers at {address}: give --ray-address the address that "
            "`ray start --head` printed, or leave it out to start a cluster here"
        ) from None
    writer.close()
