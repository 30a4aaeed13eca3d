"""Judges programs by running them and a suite's tests as they are, with nothing of synthd.

A script for an ordinary Python: an order on standard input, pickled, and a line of JSON for each
program on standard output. Each program gets a process with a limit on its time and memory. What
is wrong here is wrong whatever any judge says.

The order: programs, of which the first is the reference; most, the seconds that it may take;
seconds, which the others may take beyond four times what it took. And either entry, setup, text
and check (a benchmark's own code), or entry, rows (pairs of arguments and what is expected,
pickled), rule, reference, and returning, which asks for the values instead of a verdict.
"""

from __future__ import annotations

import base64
import json
import marshal
import math
import os
import pickle
import random
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

_MEMORY = 1 << 30
_WALL = 60


def main() -> None:
    order = pickle.load(sys.stdin.buffer)
    warnings.simplefilter("ignore")
    run = _of_code(order) if "text" in order else _of_rows(order)
    reference, *others = order["programs"]
    told = _apart(lambda: run(reference), order["most"])
    print(json.dumps(told))
    seconds = order["seconds"] + 4 * told["used"]
    for program in others:
        print(json.dumps(_apart(lambda text=program: run(text), seconds)))


def _of_code(order: dict[str, Any]) -> Callable[[str], Any]:
    """As the benchmarks' own harnesses do it: all the text, one after the other."""

    def run(program: str) -> str:
        last = f"{order['check']}({order['entry']})" if order["check"] else ""
        space: dict[str, Any] = {"__name__": "program"}
        try:
            for text in (program, order["setup"], order["text"], last):
                exec(text, space)
        except BaseException as error:
            return f"wrong: {type(error).__name__}"
        return "right"

    return run


def _of_rows(order: dict[str, Any]) -> Callable[[str], Any]:
    rows: list[tuple[tuple[Any, ...], Any]] = pickle.loads(order["rows"])
    if order["reference"]:
        answers = _answers(order["reference"], order["entry"], order["rows"])
        rows = [(args, value) for (args, _), value in zip(rows, answers, strict=True)]

    def run(program: str) -> Any:
        try:
            found = _answers(program, order["entry"], order["rows"])
            if order["returning"]:
                return base64.b64encode(marshal.dumps(list(map(_sent, found)))).decode()
            for number, ((_, expected), got) in enumerate(zip(rows, found, strict=True)):
                if not _agrees(got, expected, *order["rule"]):
                    return f"wrong: row {number + 1}"
        except BaseException as error:
            return f"wrong: {type(error).__name__}"
        return "right"

    return run


def _answers(program: str, entry: str, pickled: bytes) -> Iterator[Any]:
    """Each call gets arguments of its own. An exception is given back as itself."""
    space: dict[str, Any] = {"__name__": "program"}
    exec(program, space)
    for args, _ in pickle.loads(pickled):
        try:
            yield space[entry](*args)
        except Exception as error:
            yield error


def _sent(value: Any) -> Any:
    return ["raised"] if isinstance(value, Exception) else ["given", value]


def _agrees(got: Any, expected: Any, name: str, absolute: float, relative: float) -> bool:
    if isinstance(got, Exception) or isinstance(expected, Exception):
        return type(got) is type(expected)
    try:
        return bool(_RULES[name](got, expected, absolute, relative))
    except Exception:
        return False


def _evalplus(got: Any, expected: Any, absolute: float, _: float) -> bool:
    """Equal; or all close, once an absolute tolerance is known: as evalplus does it."""
    if _equal(got, expected):
        return True
    floats = expected if isinstance(expected, list | tuple) and expected else [expected]
    if absolute == 0 and all(isinstance(item, float) for item in floats):
        absolute = 1e-6
    return absolute != 0 and type(got) is type(expected) and _close(got, expected, absolute, 1e-7)


def _near(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    """Equal; or numbers that are close, in a tuple or alone."""
    if got == expected:
        return True
    if isinstance(expected, tuple) and isinstance(got, tuple) and len(got) == len(expected):
        return all(_near(g, e, absolute, relative) for g, e in zip(got, expected, strict=True))
    if not isinstance(got, int | float) or not isinstance(expected, float):
        return False
    return abs(got - expected) <= max(absolute, relative * abs(expected))


def _close(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    if isinstance(expected, list | tuple):
        return len(got) == len(expected) and all(
            _close(g, e, absolute, relative) for g, e in zip(got, expected, strict=True)
        )
    if got == expected or (got != got and expected != expected):
        return True
    return bool(abs(got - expected) <= absolute + relative * abs(expected)) and math.isfinite(got)


def _equal(got: Any, expected: Any) -> bool:
    """NaN is what was expected, if it was."""
    if got == expected:
        return True
    if isinstance(expected, list | tuple) and type(got) is type(expected):
        return len(got) == len(expected) and all(map(_equal, got, expected))
    return isinstance(expected, float) and expected != expected and got != got


def _was_found(got: Any) -> bool:
    return got if isinstance(got, bool) else got is not None


_RULES: dict[str, Callable[..., Any]] = {
    "equal": lambda got, expected, *_: _equal(got, expected),
    "close": _near,
    "evalplus": _evalplus,
    "sets": lambda got, expected, *_: set(got) == set(expected),
    "found": lambda got, expected, *_: expected == _was_found(got),
    "either": lambda got, expected, *rest: any(_evalplus(got, one, *rest) for one in expected),
}


def _apart(work: Callable[[], Any], seconds: float) -> dict[str, Any]:
    """What it gives, and the CPU time that it took; "endless" if it takes more than seconds."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(work, theirs, seconds)
    os.close(theirs)
    with open(ours, "rb") as pipe:
        said = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status in (-signal.SIGPROF, -signal.SIGALRM):
        return {"found": "endless", "used": seconds}
    if status != 0 or not said:
        return {"found": f"wrong: ended with {status}", "used": 0.0}
    told: dict[str, Any] = json.loads(said)
    return told


def _child(work: Callable[[], Any], pipe: int, seconds: float) -> None:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        random.seed(0)
        signal.alarm(_WALL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        began = time.process_time()
        found = {"found": work(), "used": time.process_time() - began}
        said = json.dumps(found).encode()
        while said:
            said = said[os.write(pipe, said) :]
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
