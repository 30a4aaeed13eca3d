"""How long an editor waits for the daemon: from the start of `synthd lsp` to its answer to
`initialize`, with a daemon that runs (warm) and with none (cold).

Run it by itself: python tests/perf/daemon_start.py [RUNS]. It prints a table, and as its last line
one JSON object; figures are medians. It uses folders of its own and leaves no daemon behind.
The machine's own speed is shown by a bare interpreter, run in turns with the others.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import IO

from rich.console import Console
from rich.table import Table

SYNTHD = [sys.executable, "-m", "synthd.daemon"]
WARM, COLD, CPU = 0.15, 0.7, 0.1  # seconds that are aimed at


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory(prefix="synthd-start-") as folder:
        environment = environment_in(Path(folder))
        try:
            figures = measure(environment, runs)
        finally:
            daemon(environment, "stop", "--now")
    show(figures)
    print(json.dumps({"schema": 1, **figures}))


def measure(environment: dict[str, str], runs: int) -> dict[str, object]:
    initialize(environment)  # unmeasured: it fills the caches for files and byte code
    bare, warm, cold, forwarder = [], [], [], []
    for _ in range(runs):
        bare.append(bare_start())
        daemon(environment, "stop", "--now")
        cold.append(initialize(environment)[0])
        wait_until_open(environment)
        seconds, cpu = initialize(environment)
        warm.append(seconds)
        forwarder.append(cpu)
    return {
        "warm_s": round(median(warm), 3),
        "cold_s": round(median(cold), 3),
        "warm_worst_s": round(max(warm), 3),
        "cold_worst_s": round(max(cold), 3),
        "forwarder_cpu_s": round(median(forwarder), 3),
        "bare_python_s": round(median(bare), 3),
        "warm_in_bare_starts": round(median(warm) / median(bare), 1),
        "cold_in_bare_starts": round(median(cold) / median(bare), 1),
        "status_ms": status_milliseconds(environment),
        "runs": runs,
    }


def show(figures: dict[str, object]) -> None:
    table = Table("what", "measured", "aim", title="an editor's start")
    table.add_row("initialize answered, daemon runs", f"{figures['warm_s']} s", f"{WARM} s")
    table.add_row("initialize answered, no daemon yet", f"{figures['cold_s']} s", f"{COLD} s")
    table.add_row(
        "CPU of `synthd lsp`, whole session", f"{figures['forwarder_cpu_s']} s", f"{CPU} s"
    )
    table.add_row("status answered", f"{figures['status_ms']} ms", "50 ms")
    table.add_row("a bare interpreter's start", f"{figures['bare_python_s']} s", "")
    Console().print(table)


def environment_in(folder: Path) -> dict[str, str]:
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}
    return {**os.environ, **own, "SYNTHD_RUNTIME_DIR": str(folder / "run")}


def daemon(environment: dict[str, str], *arguments: str) -> str:
    command = [*SYNTHD, "daemon", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return done.stdout


def wait_until_open(environment: dict[str, str]) -> None:
    """Until the daemon's imports are done, for they take turns with what is measured."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if json.loads(daemon(environment, "status", "--json")).get("watching"):
            return
        time.sleep(0.1)
    sys.exit("the daemon did not open")


def bare_start() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - start


def initialize(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until the answer, and of CPU for all of the forwarder's life."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [*SYNTHD, "lsp"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin and process.stdout
    send(process.stdin, {"id": 1, "method": "initialize", "params": {"capabilities": {}}})
    if b"Content-Length" not in process.stdout.readline():
        sys.exit("no answer")
    seconds = time.perf_counter() - start
    send(process.stdin, {"id": 2, "method": "shutdown", "params": None})
    send(process.stdin, {"method": "exit", "params": None})
    process.stdin.close()
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        sys.exit(f"synthd lsp exited with {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime


def send(stream: IO[bytes], message: dict[str, object]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    stream.flush()


def status_milliseconds(environment: dict[str, str]) -> float:
    """On an open connection, the median of many."""
    os.environ.update(environment)
    from synthd.daemon.thin.dial import dial

    taken = []
    with dial("control", name="perf").socket as connection, connection.makefile("rwb") as stream:
        for number in range(50):
            start = time.perf_counter()
            stream.write(json.dumps({"id": number, "do": "daemon.status"}).encode() + b"\n")
            stream.flush()
            stream.readline()
            taken.append(time.perf_counter() - start)
    return round(1000 * median(taken), 2)


if __name__ == "__main__":
    main()
