"""Which judge decides, under which limits: verdicts of another one are not mixed with its own."""

from __future__ import annotations

from importlib.metadata import version

from synthd.daemon.settings import Settings


def judge_name(settings: Settings) -> str:
    limits = settings.limits
    return (
        f"synthd {version('synthd')}, {settings.python or 'its own python'}, "
        f"{limits.cpu_seconds:g} s cpu, {limits.wall_seconds:g} s wall, {limits.memory_mb} MiB, "
        f"{limits.output_bytes} bytes printed, {limits.total_seconds:g} s in all"
    )
