"""`--slurm KEY=VALUE`: what the jobs ask of the cluster, for submitit and for a script."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from synthd.daemon.exits import BadInput

_KEY = re.compile(r"[a-z][a-z0-9_-]*")
# Our word for it, sbatch's.
_SBATCH = {"cpus": "cpus-per-task"}
# Of sbatch's options, those that submitit has parameters for.
_SUBMITIT = (
    "partition qos account comment constraint exclude gres nodelist dependency mem mem_per_cpu "
    "mem_per_gpu time"
).split()


@dataclass(frozen=True, slots=True)
class SlurmOptions:
    """cluster: slurm, or local: processes on this machine, to try it. parallel: jobs at once.
    wanted: sbatch's options by their names, in the order they were given."""

    cluster: str = "slurm"
    parallel: int = 256
    cpus: int | None = None
    wanted: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def parse(texts: Iterable[str]) -> SlurmOptions:
        """Raises BadInput."""
        given: dict[str, str] = {}
        for text in texts:
            key, equals, value = (part.strip() for part in text.partition("="))
            if not equals or not _KEY.fullmatch(key) or not value or not value.isprintable():
                raise BadInput(
                    f"--slurm {text!r}: write KEY=VALUE, as in partition=gpu, time=2:00:00, "
                    "cpus=8, mem=16G, gres=gpu:1"
                )
            given[key] = value
        cluster = given.pop("cluster", "slurm")
        if cluster not in ("slurm", "local"):
            raise BadInput(f"--slurm cluster={cluster}: it is slurm or local")
        parallel = _number("parallel", given.pop("parallel", "256"))
        cpus = given.pop("cpus", None) or given.pop("cpus-per-task", None)
        if "array" in given:
            raise BadInput("--slurm array=…: the shards are the array; say how many with --shards")
        number = None if cpus is None else _number("cpus", cpus)
        return SlurmOptions(cluster, parallel, number, given)

    def sbatch(self) -> list[str]:
        """Lines of a script."""
        wanted = dict(self.wanted)
        if self.cpus is not None:
            wanted["cpus"] = str(self.cpus)
        return [f"#SBATCH --{_SBATCH.get(key, key)}={value}" for key, value in wanted.items()]

    def submitit(self) -> dict[str, object]:
        """Parameters of its AutoExecutor. Raises BadInput."""
        if self.cluster == "local":
            return {"name": "synthd-bench", "timeout_min": 7 * 24 * 60}
        if "time" not in self.wanted:
            raise BadInput("say how long a job may take: --slurm time=2:00:00")
        parameters: dict[str, object] = {
            "name": "synthd-bench",
            "cpus_per_task": self.cpus or 1,
            "slurm_array_parallelism": self.parallel,
        }
        others = {}
        for key, value in self.wanted.items():
            name = key.replace("-", "_")
            if name in _SUBMITIT:
                parameters[f"slurm_{name}"] = value
            else:
                others[key] = value
        return {**parameters, "slurm_additional_parameters": others}


def _number(key: str, text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise BadInput(f"--slurm {key}={text}: write a number of at least 1")
    return int(text)
