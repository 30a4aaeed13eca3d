"""`--engine slurm` with submitit's executor for this machine: shards that become one run."""

from __future__ import annotations

import asyncio
import os
from glob import glob
from typing import Any

import psutil
import pytest

from synthd.daemon.bench.engines.slurm import SlurmPlan, run_shards
from synthd.daemon.bench.engines.slurm_options import SlurmOptions
from synthd.daemon.exits import BadInput, Missing


@pytest.fixture
def plan(bench: Any, monkeypatch: pytest.MonkeyPatch) -> SlurmPlan:
    pytest.importorskip("submitit", reason="submitit is not installed: pip install 'synthd[slurm]'")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(bench.home))
    options = SlurmOptions.parse(["cluster=local"])
    return SlurmPlan((*bench.arguments, "--engine", "slurm"), bench.home / "shards", 2, options)


async def test_shards_come_to_the_table_of_one_run(plan: SlurmPlan, bench: Any, alone: Any) -> None:
    in_the_way = plan.out / "shards" / "1"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("not a folder")
    lines: list[str] = []

    def told(line: str) -> None:
        lines.append(line)
        if line.startswith("shard 1 failed"):
            in_the_way.unlink()

    sharded = await run_shards(plan, told)
    assert len(sharded.jobs) == 3 and sharded.failed == ()
    assert sharded.merged is not None and sharded.merged.added == 16
    assert bench.table(plan.out) == alone
    assert sorted(os.path.basename(path) for path in glob(f"{plan.out}/shards/*")) == ["0", "1"]
    parts = [bench.table(plan.out / "shards" / str(number)) for number in (0, 1)]
    assert all(parts) and sum(map(len, parts)) == 16
    assert "shards 1 are submitted again" in lines


async def test_cancelling_cancels_the_jobs(plan: SlurmPlan, model: Any) -> None:
    model.gate.clear()
    submitted = asyncio.Event()
    running = asyncio.create_task(run_shards(plan, lambda _: submitted.set()))
    await submitted.wait()
    await asyncio.to_thread(model.asked.wait, 300)
    ours = psutil.Process().children(recursive=True)
    assert len(ours) >= 4
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    _, alive = await asyncio.to_thread(psutil.wait_procs, ours, 60)
    assert alive == []
    model.gate.set()


async def test_where_there_is_no_slurm(
    plan: SlurmPlan, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    real = SlurmPlan(plan.arguments, plan.out, 2, SlurmOptions.parse(["time=1:00:00"]))
    with pytest.raises(Missing, match="no sbatch here"):
        await run_shards(real, print)
    with pytest.raises(BadInput, match="how long a job may take"):
        await run_shards(SlurmPlan((), plan.out, 2, SlurmOptions()), print)
    assert "shards" not in {entry.name for entry in os.scandir(bench.home)}
