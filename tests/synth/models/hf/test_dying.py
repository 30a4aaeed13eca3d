"""An engine whose parent is killed goes with it."""

from __future__ import annotations

import subprocess
import sys

import psutil

from synthd.synth.models.engine import EngineSettings


def test_it_dies_with_a_parent_that_is_killed(settings: EngineSettings) -> None:
    program = f"""
import asyncio, psutil
from pathlib import Path
from synthd.synth.models.engine import Engine, EngineSettings, Program
async def main():
    settings = EngineSettings(Path({str(settings.weights)!r}), "m", program=Program.TRANSFORMERS)
    engine = await Engine.launch(settings)
    print(engine.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    engine = psutil.Process(int(parent.stdout.readline()))
    assert engine.is_running()
    parent.kill()
    parent.communicate(timeout=30)
    _, alive = psutil.wait_procs([engine], timeout=30)
    assert not alive
