"""How long synthd takes to start: `synthd --help`, and `synthd lsp` up to its first answer.

Run it by itself: python tests/perf/startup.py [RUNS]. It prints a table, and as its last line one
JSON object. The language server is compared with a bare pygls server, run by run in turns, so that
both meet the same machine; all figures are medians.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median
from typing import IO

from rich.console import Console
from rich.table import Table

SYNTHD = [sys.executable, "-m", "synthd.daemon"]
BARE = [
    sys.executable,
    "-c",
    "from pygls.lsp.server import LanguageServer; LanguageServer('bare', '0').start_io()",
]
HEAVY = ("litellm", "ollama", "torch", "xllamacpp")
HELP_LIMIT = 0.3  # seconds of CPU
EXTRA_LIMIT = 0.2  # seconds after a bare server


@dataclass(frozen=True, slots=True)
class Cost:
    cpu: float
    wall: float


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    run_help()  # one of each, unmeasured: it fills the caches for files and byte code
    answer_time([*SYNTHD, "lsp"])
    answer_time(BARE)
    helps, ours, bares = [], [], []
    for _ in range(runs):
        helps.append(run_help())
        ours.append(answer_time([*SYNTHD, "lsp"]))
        bares.append(answer_time(BARE))
    figures: dict[str, object] = {
        "help_cpu_s": round(median(cost.cpu for cost in helps), 3),
        "help_wall_s": round(median(cost.wall for cost in helps), 3),
        "initialize_s": round(median(ours), 3),
        "bare_initialize_s": round(median(bares), 3),
        "initialize_extra_s": round(median(ours) - median(bares), 3),
        "heavy_imports": heavy_imports(),
        "runs": runs,
    }
    show(figures)
    print(json.dumps({"schema": 1, **figures}))


def show(figures: dict[str, object]) -> None:
    table = Table("what", "measured", "limit", title="synthd's start")
    table.add_row("synthd --help, CPU", f"{figures['help_cpu_s']} s", f"{HELP_LIMIT} s")
    table.add_row("synthd --help, wall", f"{figures['help_wall_s']} s", "")
    table.add_row("synthd lsp until initialize is answered", f"{figures['initialize_s']} s", "")
    table.add_row("a bare pygls server, the same", f"{figures['bare_initialize_s']} s", "")
    table.add_row("the difference", f"{figures['initialize_extra_s']} s", f"{EXTRA_LIMIT} s")
    table.add_row("heavy imports", str(figures["heavy_imports"] or "none"), "none")
    Console().print(table)


def run_help() -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen([*SYNTHD, "--help"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"synthd --help exited with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, wall)


def answer_time(command: list[str], *, stderr: IO[bytes] | int = subprocess.DEVNULL) -> float:
    """From the start of a server's process to its answer to initialize."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
    ) as server:
        assert server.stdin and server.stdout
        try:
            send(server.stdin, {"id": 1, "method": "initialize", "params": {"capabilities": {}}})
            if b"Content-Length" not in server.stdout.readline():
                sys.exit(f"no answer from {' '.join(command)}")
            seconds = time.perf_counter() - start
            send(server.stdin, {"id": 2, "method": "shutdown", "params": None})
            send(server.stdin, {"method": "exit", "params": None})
            server.stdin.close()
            server.stdout.read()
            server.wait(20)
        finally:
            server.kill()
    return seconds


def send(stream: IO[bytes], message: dict[str, object]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    stream.flush()


def heavy_imports() -> list[str]:
    """Those of HEAVY that either command imports, by the interpreter's own account."""
    verbose = [sys.executable, "-X", "importtime", *SYNTHD[1:]]
    helped = subprocess.run([*verbose, "--help"], capture_output=True, check=True).stderr
    with tempfile.TemporaryFile() as account:
        answer_time([*verbose, "lsp"], stderr=account)
        account.seek(0)
        served = account.read()
    for told in (helped, served):
        if "encodings" not in imported(told):
            sys.exit("the interpreter gave no account of its imports")
    return sorted(set(HEAVY) & (imported(helped) | imported(served)))


def imported(account: bytes) -> set[str]:
    """The packages named in the output of -X importtime."""
    lines = (line for line in account.decode().splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


if __name__ == "__main__":
    main()
