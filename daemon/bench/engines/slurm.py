"""`--engine slurm`: a run as an array of jobs, each a shard in a folder of its own, then merged.

A shard is a `synthd bench run` like any other: killed at any point it is continued by the same
command, so a job that failed is simply submitted again. Which keys are in which shard depends on
their names alone.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthd.daemon.bench.engines.sharding import shard_command, shard_folder
from synthd.daemon.bench.engines.slurm_job import run_command
from synthd.daemon.bench.engines.slurm_options import SlurmOptions
from synthd.daemon.bench.merging import Merged, merge
from synthd.daemon.exits import Missing

# Seconds between looks at the jobs; submitit asks Slurm less often by itself.
_LOOK = {"slurm": 5.0, "local": 0.2}
_ENDING = 20.0


@dataclass(frozen=True, slots=True)
class SlurmPlan:
    """arguments: of the whole run, those after `synthd bench run`. resubmit: how often a shard
    whose job failed is tried again."""

    arguments: tuple[str, ...]
    out: Path
    shards: int
    options: SlurmOptions
    resubmit: int = 2
    submit_only: bool = False


@dataclass(frozen=True, slots=True)
class Sharded:
    """jobs: the cluster's names of those that were submitted. failed: shards whose job failed to
    the last; what they found is merged nevertheless. merged: None where it was only submitted."""

    jobs: tuple[str, ...]
    failed: tuple[int, ...]
    merged: Merged | None


async def run_shards(plan: SlurmPlan, told: Callable[[str], None]) -> Sharded:
    """Cancelling cancels the jobs. Raises BadInput, and Missing where nothing can be submitted or
    no shard has anything."""
    out = plan.out.absolute()
    executor = await asyncio.to_thread(_executor, plan.options, out)
    jobs = _Jobs(plan, executor, out, told)
    left = list(range(plan.shards))
    try:
        for again in range(plan.resubmit + 1):
            if again:
                told(f"shards {', '.join(map(str, left))} are submitted again")
            await jobs.submit(left)
            if plan.submit_only:
                told(f"once they have ended: synthd bench merge {out}/shards/* --out {plan.out}")
                return Sharded(tuple(jobs.names), (), None)
            left = await jobs.ended()
            if not left:
                break
    except BaseException:
        await jobs.cancelled()
        raise
    return Sharded(tuple(jobs.names), tuple(left), await asyncio.to_thread(_merged, plan, told))


@dataclass(slots=True)
class _Jobs:
    plan: SlurmPlan
    executor: Any
    out: Path
    told: Callable[[str], None]
    names: list[str] = field(default_factory=list)
    _running: dict[int, Any] = field(default_factory=dict)

    async def submit(self, shards: Sequence[int]) -> None:
        commands = [
            shard_command(self.plan.arguments, self.out, shard, self.plan.shards)
            for shard in shards
        ]
        try:
            submitted = await asyncio.to_thread(self.executor.map_array, run_command, commands)
        except Exception as error:  # what sbatch says comes as submitit's own
            raise Missing(f"the jobs cannot be submitted: {error}") from None
        self._running = dict(zip(shards, submitted, strict=True))
        self.names += [str(job.job_id) for job in submitted]
        self.told(f"submitted {len(shards)} jobs: {', '.join(str(j.job_id) for j in submitted)}")

    async def ended(self) -> list[int]:
        """Waits for all; the shards whose job failed."""
        failed: list[int] = []
        while self._running:
            for shard, job in list(self._running.items()):
                if not await asyncio.to_thread(job.done):
                    continue
                error = await asyncio.to_thread(job.exception)
                del self._running[shard]
                done = self.plan.shards - len(self._running) - len(failed)
                if error is None:
                    self.told(f"shard {shard} is done ({done} of {self.plan.shards})")
                else:
                    failed.append(shard)
                    self.told(f"shard {shard} failed: {_last(error)}; see {job.paths.stdout}")
            await asyncio.sleep(_LOOK[self.plan.options.cluster])
        return sorted(failed)

    async def cancelled(self) -> None:
        """Returns once they have ended, or are left to the cluster."""
        for job in self._running.values():
            await asyncio.to_thread(job.cancel, check=False)
        for _ in range(int(_ENDING / (look := _LOOK[self.plan.options.cluster]))):
            if all([await asyncio.to_thread(job.done) for job in self._running.values()]):
                return
            await asyncio.sleep(look)


def _executor(options: SlurmOptions, out: Path) -> Any:
    parameters = options.submitit()
    if options.cluster == "slurm" and shutil.which("sbatch") is None:
        raise Missing(
            "there is no sbatch here: use a machine that submits to Slurm, "
            "or `--slurm cluster=local` to try it with processes on this one"
        )
    try:
        import submitit
    except ImportError:
        raise Missing(
            "--engine slurm needs submitit: pip install 'synthd[slurm]', "
            "or print a script with `synthd bench slurm-script`"
        ) from None
    folder = out / "shards" / ".jobs"  # no shard: `shards/*` are those alone
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Missing(f"{folder}: {error.strerror or error}") from None
    executor = submitit.AutoExecutor(folder, cluster=options.cluster)
    executor.update_parameters(**parameters)
    return executor


def _merged(plan: SlurmPlan, told: Callable[[str], None]) -> Merged:
    folders = [shard_folder(plan.out, number) for number in range(plan.shards)]
    there = [folder for folder in folders if (folder / "experiment.json").exists()]
    if not there:
        raise Missing(f"no shard has begun: see the logs in {plan.out}/shards/.jobs")
    return merge(there, plan.out, told)


def _last(error: BaseException) -> str:
    """submitit puts the whole trace into the message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip(" -")]
    return (lines[-1] if lines else type(error).__name__)[:300]
