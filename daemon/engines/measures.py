"""What a process uses, as /proc tells it; where there is none, nothing is told."""

from __future__ import annotations

import os
from pathlib import Path


def memory(pid: int) -> int:
    """Bytes that are in memory, 0 where that is not known. Weights are a file that is mapped: what
    of them is not in memory does not count."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, LookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Processor seconds so far, 0 where they are not known."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, LookupError):
        return 0.0
