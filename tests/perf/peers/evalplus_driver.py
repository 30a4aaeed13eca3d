"""evalplus's untrusted_check, in evalplus's own environment. See driver.py.

Expected values come from the reference solution, as its evaluate makes them. HumanEval's base
inputs only: the plus inputs are another amount of work.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor

from driver import calls, judge_cheat, serve
from evalplus.data import get_human_eval_plus
from evalplus.eval import PASS, untrusted_check
from evalplus.gen.util import trusted_exec

PLAIN = (int, float, complex, str, bytes, type(None), list, tuple, dict, set, frozenset)
jobs = []
pools = {}


def load(programs):
    """Texts come from us, inputs from its own data, named by HUMANEVAL_OVERRIDE_PATH."""
    known = get_human_eval_plus()
    for program in programs:
        problem = known[program["task_id"]]
        reference = problem["prompt"] + problem["canonical_solution"]
        inputs, entry = problem["base_input"], problem["entry_point"]
        expected, times = trusted_exec(reference, inputs, entry, record_time=True)
        jobs.append((program["text"], inputs, entry, expected, problem["atol"], times))
    return {"programs": len(jobs)}


def one(place):
    text, inputs, entry, expected, atol, times = jobs[place]
    status, _ = untrusted_check(
        "humaneval", text, inputs, entry, expected, atol, times, fast_check=True
    )
    return status == PASS


def run(workers):
    """All programs once, as its evaluate does it: a pool of processes, which is kept."""
    if workers not in pools:
        pools[workers] = ProcessPoolExecutor(max_workers=workers)
        list(pools[workers].map(abs, range(workers * 4)))  # start them
    start = time.perf_counter()
    passed = sum(pools[workers].map(one, range(len(jobs))))
    return {"seconds": time.perf_counter() - start, "passed": passed}


def each(programs, answer):
    """A line for each program: what it says of HumanEval's inputs, and of its own."""
    known, expected = get_human_eval_plus(), {}
    with open(answer, "w") as lines:
        for p in programs:
            problem = known[p["task_id"]]
            said = []
            for part in ("base_input", "plus_input"):
                rows = problem[part]
                if (p["task_id"], part) not in expected:
                    reference = problem["prompt"] + problem["canonical_solution"]
                    entry = problem["entry_point"]
                    made = trusted_exec(reference, rows, entry, record_time=True)
                    expected[p["task_id"], part] = made
                outputs, times = expected[p["task_id"], part]
                status, _ = untrusted_check(
                    "humaneval",
                    p["text"],
                    rows,
                    problem["entry_point"],
                    outputs,
                    problem["atol"],
                    times,
                    fast_check=True,
                )
                said.append(status)
            print(*said, file=lines, flush=True)


def cheat(**order):
    return judge_cheat(judge, **order)


def judge(text, task, check, reference, timeout):
    rows = calls(task, check, reference)
    if not all(plain(value) for _, value in rows):
        return False, "n/a: no such values"
    inputs, expected = [list(args) for args, _ in rows], [value for _, value in rows]
    status, _ = untrusted_check(
        "humaneval",
        text,
        inputs,
        task,
        expected,
        0,
        [0.0] * len(inputs),
        fast_check=True,
        min_time_limit=timeout,
    )
    return status == PASS, status


def plain(value):
    """Whether its format can hold the value."""
    if type(value).__module__ == "numpy":
        return True
    if isinstance(value, dict):
        value = list(value.items())
    inner = value if isinstance(value, (list, tuple, set, frozenset)) else ()
    return isinstance(value, PLAIN) and all(map(plain, inner))


if __name__ == "__main__":
    serve({"load": load, "run": run, "cheat": cheat, "each": each})
