"""How much a candidate may use."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """CPU seconds decide; wall seconds are generous, for what sleeps or waits on a busy machine.

    After a candidate's first timeout its other calls get hurried_cpu_seconds each, so that one
    that always loops is judged quickly.
    """

    cpu_seconds: float = 4.0  # a call
    wall_seconds: float = 12.0  # a call
    total_seconds: float = 30.0  # a candidate, wall
    hurried_cpu_seconds: float = 1.0
    hurried_wall_seconds: float = 3.0
    load_seconds: float = 30.0  # wall, importing the user's module
    memory_bytes: int = 1024 * MIB
    output_bytes: int = 1 * MIB
    file_bytes: int = 16 * MIB
    scratch_bytes: int = 64 * MIB
    open_files: int = 128
    threads: int = 64  # of a compiled program; it can start no process
