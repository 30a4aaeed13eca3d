"""What a job of the cluster does: one shard's command, until it has ended."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence

# Seconds that a command has to end by itself: submitit gives a job one in all.
_ENDING = 0.7


def run_command(command: Sequence[str]) -> int:
    """0. Raises RuntimeError with the command's last lines where it failed. What it prints is in
    the job's own log as well."""
    process = subprocess.Popen(command, stdout=None, stderr=subprocess.PIPE, text=True)
    last = ""
    try:
        assert process.stderr is not None
        for line in process.stderr:
            print(line, end="", flush=True)
            last = line.strip() or last
        code = process.wait()
    except BaseException:  # the job is cancelled, or its time is up
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    finally:
        if process.stderr is not None:
            process.stderr.close()
    if code:
        raise RuntimeError(f"exit {code}: {last[:500]}")
    return code
