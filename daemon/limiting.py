"""The sandbox's limits, as the user set them."""

from __future__ import annotations

from synthd.daemon.settings import LimitSettings
from synthd.sandbox.limits import MIB, Limits


def sandbox_limits(settings: LimitSettings) -> Limits:
    return Limits(
        cpu_seconds=settings.cpu_seconds,
        wall_seconds=settings.wall_seconds,
        memory_bytes=settings.memory_mb * MIB,
        output_bytes=settings.output_bytes,
        total_seconds=settings.total_seconds,
        file_bytes=settings.file_mb * MIB,
        scratch_bytes=settings.scratch_mb * MIB,
        open_files=settings.open_files,
        threads=settings.threads,
    )
