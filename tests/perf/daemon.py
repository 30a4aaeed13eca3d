"""The daemon under load: how long an editor waits for lenses while it types and everything is busy.

A real daemon with real workers and sandboxes, and a model server that says what it is told. Many
editors have jobs queued; one more types into a long file at the rate of a fast typist, and asks for
lenses after every key. Meanwhile the daemon's status is asked for again and again; the longest
block of its event loop is what its own probe saw.

Run it by itself: python tests/perf/daemon.py [--seconds 30] [--clients 32] [--jobs 200]
[--lines 5000]. It prints a table, and as its last line one JSON object. It uses folders of its
own and leaves no daemon behind. A machine that does other work meanwhile shows it in all figures
but one: how long the daemon held its loop itself.
"""

import argparse
import asyncio
import gc
import importlib.util
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table

from synthd.daemon.thin.asking import ask
from synthd.daemon.thin.dial import dial

TESTS = Path(__file__).parents[1]
LENSES, BLOCK, STATUS = 30.0, 50.0, 50.0  # milliseconds that are aimed at
KEYS = 12.0  # a second
WARM = 25.0  # seconds before anything counts: imports, first workers
STUB = (
    "def f{n}(number: int) -> int:\n"
    '    """Twice the number, which says what it does in a line of the usual length.\n\n'
    "    >>> f{n}({n})\n    {twice}\n    >>> f{n}(0)\n    0\n"
    '    """\n    pass\n\n\n'
)
BODY = (
    "def g{n}(rows: list[int]) -> dict[str, object]:\n"
    "    found = [row + {n} for row in rows if row > {n}]  # those that are still to be looked at\n"
    '    if found:\n        return {{"rows": found, "first": found[0], "n": len(found)}}\n'
    "    return {{}}\n\n\n"
)
TYPED = (
    "def typed(word: str, times: int = 2) -> str:\n"
    '    """The word, again and again.\n\n    >>> typed("ab", 2)\n    \'abab\'\n    """\n'
    "    return word * times\n\n\n"
)


def loaded(path: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location(path.stem + "_of_tests", path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[module.__name__] = module
    found.loader.exec_module(module)
    return module


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--clients", type=int, default=32)
    asked.add_argument("--jobs", type=int, default=200)
    asked.add_argument("--lines", type=int, default=5000)
    load = asked.parse_args(namespace=Load())
    gc.disable()  # the client keeps whatever it hears: the collector's pauses would be counted
    sys.path.append(str(TESTS / "support"))
    model = loaded(TESTS / "daemon" / "conftest.py").ScriptedOllama()
    model.say = lambda prompt: "```python\ndef f(number):\n    return 0\n```\n" * 4
    model.seconds_per_word = 0.03
    with tempfile.TemporaryDirectory(prefix="synthd-load-") as folder:
        environment = environment_in(Path(folder), model.url)
        try:
            figures = asyncio.run(measure(environment, Path(folder), load))
        finally:
            command = [sys.executable, "-m", "synthd.daemon", "daemon", "stop", "--now"]
            subprocess.run(command, env=environment, capture_output=True, timeout=60)
            model.close()
    show(figures)
    print(json.dumps({"schema": 1, **figures}))


class Load(argparse.Namespace):
    seconds: float
    clients: int
    jobs: int
    lines: int


def environment_in(folder: Path, model: str) -> dict[str, str]:
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}
    return {
        **os.environ,
        **own,
        "SYNTHD_RUNTIME_DIR": str(folder / "run"),
        "OLLAMA_HOST": model,
        "SYNTHD_MODEL": "ollama/coder",
    }


@dataclass
class Seen:
    lenses: list[float] = field(default_factory=list)  # milliseconds, as all of these
    whole: list[float] = field(default_factory=list)
    outdated: int = 0
    status: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # seconds
    memory: list[float] = field(default_factory=list)  # MiB
    queued: list[int] = field(default_factory=list)


async def measure(environment: dict[str, str], folder: Path, load: Load) -> dict[str, object]:
    editors = [await connected(environment) for _ in range(load.clients)]
    typist = await connected(environment)
    began = time.monotonic()
    for number in range(load.jobs):
        await submit(editors[number % len(editors)], folder, number)
    submitted = time.monotonic() - began
    seen = Seen()
    file = await open_file(typist, folder, load.lines)
    async with asyncio.timeout(WARM + 3 * load.seconds + 300):
        watching = asyncio.create_task(watch(environment, seen))
        await type_for(WARM, file, Seen())
        start = len(seen.status)
        await type_for(load.seconds, file, seen)
        await send_whole(file, seen)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    for editor in [*editors, typist]:
        await editor.close()
    return told(load, seen, start, submitted, file)


async def connected(environment: dict[str, str]) -> Any:
    client = loaded(TESTS / "lsp" / "editor.py")
    door = await asyncio.to_thread(dial, "lsp", name="load", environment=environment)
    door.socket.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=door.socket, limit=1 << 24)
    editor = client.Client(reader, writer)
    await editor.initialize()
    return editor


async def submit(editor: Any, folder: Path, number: int) -> None:
    uri = (folder / f"job{number}.py").as_uri()
    editor.open(uri, STUB.format(n=number, twice=2 * number))
    await editor.synthesize(uri, line=0)


@dataclass
class File:
    editor: Any
    uri: str
    text: str
    line: int
    version: int = 1


async def open_file(editor: Any, folder: Path, lines: int) -> File:
    blocks: list[str] = []
    numbers = itertools.count()
    while sum(block.count("\n") for block in blocks) < lines:
        number = next(numbers)
        blocks += [STUB.format(n=number, twice=2 * number), BODY.format(n=number)]
    middle = len(blocks) // 2
    line = sum(block.count("\n") for block in blocks[:middle])
    text = "".join(blocks)
    uri = (folder / "long.py").as_uri()
    editor.open(uri, text)
    return File(editor, uri, text, line)


def keys() -> Iterator[tuple[int, int, str, int]]:
    """Line and column from where the typing began, what is typed, how much is taken away."""
    while True:
        line = column = 0
        for key in TYPED:
            yield line, column, key, 0
            line, column = (line + 1, 0) if key == "\n" else (line, column + 1)
        yield 0, 0, "", line  # all of it away again


async def type_for(seconds: float, file: File, seen: Seen) -> None:
    until = time.monotonic() + seconds
    for line, column, key, gone in keys():
        began = time.monotonic()
        start = {"line": file.line + line, "character": column}
        end = {"line": file.line + gone, "character": 0} if gone else start
        change(file, [{"range": {"start": start, "end": end}, "text": key}])
        await lenses(file, seen, seen.lenses)
        if time.monotonic() > until and gone:
            return
        await asyncio.sleep(max(0.0, 1 / KEYS - (time.monotonic() - began)))


async def send_whole(file: File, seen: Seen) -> None:
    """As editors do that cannot tell changes."""
    for number in range(40):
        change(file, [{"text": file.text + f"# {number}\n"}])
        await lenses(file, seen, seen.whole)
        await asyncio.sleep(1 / KEYS)


def change(file: File, changes: list[dict[str, Any]]) -> None:
    file.version += 1
    document = {"uri": file.uri, "version": file.version}
    told = {"textDocument": document, "contentChanges": changes}
    file.editor.notify("textDocument/didChange", told)


async def lenses(file: File, seen: Seen, into: list[float]) -> None:
    began = time.perf_counter()
    try:
        asked = {"textDocument": {"uri": file.uri}}
        found = await file.editor.request("textDocument/codeLens", asked)
        assert len(found) > 100
    except Exception as refusal:
        if getattr(refusal, "error", {}).get("code") != -32801:
            raise
        seen.outdated += 1
    into.append(1000 * (time.perf_counter() - began))


async def watch(environment: dict[str, str], seen: Seen) -> None:
    while True:
        began = time.perf_counter()
        status = await asyncio.to_thread(status_of, environment)
        seen.status.append(1000 * (time.perf_counter() - began))
        seen.lag.append(status["loop_lag_ms"])
        seen.held.append(status["loop_held_ms"])
        seen.cpu.append(processor(status["pid"]))
        seen.memory.append(memory(status["pid"]))
        seen.queued.append(status["jobs_in_all"])
        await asyncio.sleep(0.5)


def status_of(environment: dict[str, str]) -> Any:
    door = dial("control", name="load", environment=environment, start=False)
    with door.socket as connection:
        return ask(connection, "daemon.status", {}, 10.0)


def memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def part(figures: list[float], share: float) -> float:
    ordered = sorted(figures)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def told(load: Load, seen: Seen, start: int, submitted: float, file: File) -> dict[str, object]:
    status, lag, used = seen.status[start:], seen.lag[start:], seen.memory
    return {
        "clients": load.clients + 1,
        "jobs": load.jobs,
        "lines": file.text.count("\n"),
        "kilobytes": len(file.text) // 1000,
        "lens_answers": len(seen.lenses),
        "lens_p50_ms": part(seen.lenses, 0.5),
        "lens_p99_ms": part(seen.lenses, 0.99),
        "lens_worst_ms": part(seen.lenses, 1.0),
        "whole_text_p50_ms": part(seen.whole, 0.5),
        "whole_text_p99_ms": part(seen.whole, 0.99),
        "outdated": seen.outdated,
        "loop_block_ms": max(lag),
        "loop_held_ms": max(seen.held[start:]),
        "load_average": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count() or 0,
        "processor_share": round((seen.cpu[-1] - seen.cpu[start]) / (0.5 * len(lag)), 3),
        "status_p50_ms": part(status, 0.5),
        "status_worst_ms": part(status, 1.0),
        "memory_mb": round(max(used), 1),
        "memory_first_mb": round(used[0], 1),
        "memory_last_mb": round(used[-1], 1),
        "submitted_s": round(submitted, 1),
        "waiting_at_start": seen.queued[start],
        "waiting_at_end": seen.queued[-1],
    }


def show(figures: dict[str, Any]) -> None:
    title = f"{figures['clients']} editors, {figures['jobs']} jobs, {figures['lines']} lines"
    table = Table("what", "measured", "aim", title=title)
    answers = f"{figures['lens_p50_ms']} / {figures['lens_p99_ms']} ms"
    table.add_row("lenses after a key, p50 / p99", answers, f"p99 {LENSES:.0f} ms")
    whole = f"{figures['whole_text_p50_ms']} / {figures['whole_text_p99_ms']} ms"
    table.add_row("the same, where the whole text is sent", whole, "")
    table.add_row("longest block of the loop", f"{figures['loop_block_ms']} ms", f"{BLOCK:.0f} ms")
    held = f"{figures['loop_held_ms']} ms"
    table.add_row("of that by the daemon itself, at most", held, f"{BLOCK:.0f} ms")
    status = f"{figures['status_p50_ms']} / {figures['status_worst_ms']} ms"
    table.add_row("status answered, p50 / worst", status, f"{STATUS:.0f} ms")
    table.add_row("processor that the daemon took", f"{figures['processor_share']:.0%}", "")
    used = f"{figures['memory_first_mb']} → {figures['memory_last_mb']} MiB"
    table.add_row("memory of the daemon", used, "")
    left = f"{figures['waiting_at_start']} → {figures['waiting_at_end']}"
    table.add_row("jobs not over meanwhile", left, "")
    Console().print(table)


if __name__ == "__main__":
    main()
