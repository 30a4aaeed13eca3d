"""The same programs with their tests compiled and executed in plain processes: no isolation,
no time limit, no process each. No judge that runs them can be faster than that. See driver.py.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from statistics import median

from driver import serve

texts = []
workers = []


def load(programs):
    texts[:] = [p["text"] + "\n" + p["check"] + f"\ncheck({p['entry']})\n" for p in programs]
    return {"programs": len(texts)}


def once():
    spent = []
    for text in texts:
        start = time.perf_counter()
        exec(compile(text, "<program>", "exec"), {"__name__": "program"})
        spent.append(time.perf_counter() - start)
    return spent


def work(end):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    once()  # fills what fills itself at first: imports, caches
    while True:
        times = end.recv()
        for _ in range(times):
            once()
        end.send(times)


def run(processes, times):
    """Every process executes all programs so many times: programs a second, of all together."""
    while len(workers) < processes:
        here, there = multiprocessing.Pipe()
        multiprocessing.Process(target=work, args=(there,), daemon=True).start()
        here.send(1)
        here.recv()
        workers.append(here)
    start = time.perf_counter()
    for worker in workers[:processes]:
        worker.send(times)
    for worker in workers[:processes]:
        worker.recv()
    return {"seconds": time.perf_counter() - start, "passed": processes * times * len(texts)}


def each(times):
    """The seconds that each program takes by itself, the median of some runs."""
    once()
    return [median(spent) for spent in zip(*(once() for _ in range(times)), strict=True)]


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    serve({"load": load, "run": run, "each": each})
