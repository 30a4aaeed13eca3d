"""`--engine ray` on a Ray cluster of two nodes on this machine, one of which is killed."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from synthd.daemon.bench.engines.ray import ray_engine
from synthd.daemon.bench.running import local, run_experiment
from synthd.daemon.exits import Missing

NODE = {"num_cpus": 1, "object_store_memory": 80 * 1024 * 1024, "include_dashboard": False}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, bench: Any) -> Iterator[Any]:
    monkeypatch.setenv("HOME", str(bench.home))  # where Ray keeps the cluster's token
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'synthd[ray]'")
    from ray.cluster_utils import Cluster

    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # the paths of sockets must be short
    cluster = Cluster(
        initialize_head=True, shutdown_at_exit=False, head_node_args={**NODE, "temp_dir": folder}
    )
    cluster.second = cluster.add_node(**NODE)
    try:
        yield cluster
    finally:
        for node in [*cluster.worker_nodes, cluster.head_node]:
            cluster.remove_node(node)
        shutil.rmtree(folder, ignore_errors=True)


async def test_a_node_that_is_killed_loses_nothing(
    bench: Any, watching: Any, model: Any, cluster: Any, alone: Any
) -> None:
    killed: list[threading.Thread] = []

    def kill() -> None:
        cluster.remove_node(cluster.second, allow_graceful=False)
        model.gate.set()

    def moved(progress: Any) -> None:
        if progress.busy == 4 and not killed:  # two searches on each of the nodes
            killed.append(threading.Thread(target=kill))
            killed[0].start()

    model.gate.clear()
    watching.moved = moved
    engine = ray_engine(bench.environment, cluster.address)
    ran = await run_experiment(bench.plan("ray", jobs=None), engine, watching, bench.environment)
    killed[0].join()
    assert (ran.now, ran.broken, ran.discarded) == (16, 0, 0)
    assert bench.table("ray") == alone and len(alone) == 16
    assert ran.attempts == bench.broken("ray") == 2, "the searches of the node that was lost"
    lost = [line for line in watching.lines if "is lost" in line]
    assert len(lost) == 1 and "its 2 searches are given to others" in lost[0]


def begun(command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


async def test_interrupted_it_leaves_nothing_behind_and_goes_on(
    bench: Any, watching: Any, model: Any, alone: Any
) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'synthd[ray]'")
    command = [sys.executable, "-m", "synthd.daemon", "bench", "run", *bench.arguments]
    command += ["--out", str(bench.home / "ray"), "--engine", "ray"]
    temporary = bench.home / "t"
    temporary.mkdir()
    environment = {**bench.environment, "TMPDIR": str(temporary)}
    model.gate.clear()
    process = begun(command, environment)
    try:
        assert await asyncio.to_thread(model.asked.wait, 300)
        ours = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        said = (await asyncio.to_thread(process.communicate, timeout=120))[1]
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 130
    assert "a Ray cluster is started on this machine" in said and "interrupted" in said
    _, alive = await asyncio.to_thread(psutil.wait_procs, ours, 60)
    assert len(ours) > 5 and alive == []
    assert os.listdir(temporary) == []
    model.gate.set()
    plan = bench.plan("ray")
    await run_experiment(plan, local(bench.environment), watching, bench.environment)
    assert bench.table("ray") == alone and len(alone) == 16


async def test_a_cluster_that_is_not_there(bench: Any, watching: Any) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'synthd[ray]'")
    engine = ray_engine(bench.environment, "127.0.0.1:9")
    with pytest.raises(Missing, match=r"nothing answers at 127\.0\.0\.1:9: give --ray-address"):
        await run_experiment(bench.plan("ray"), engine, watching, bench.environment)
