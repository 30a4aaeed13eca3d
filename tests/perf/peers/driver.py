"""What the drivers share: orders on standard input, answers on standard output, one JSON a line.

Runs inside the other judge's environment: the standard library only.
"""

from __future__ import annotations

import copy
import ctypes
import glob
import json
import os
import signal
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
ANSWERS = "synthd-cheat-answers"


def serve(actions):
    """Answer orders until the input ends. What the programs print does not get into the answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.set_inheritable(answers.fileno(), False)
    for line in sys.stdin:
        order = json.loads(line)
        answers.write(json.dumps(actions[order.pop("do")](**order)) + "\n")
        answers.flush()


def judge_cheat(judge, text, task, check, reference, timeout, answer):
    """One program, and what it leaves behind. judge gives (accepted, label).

    The answer goes into a file: a descriptor would be inherited by programs that write to all.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    plant(task, check, reference)
    start = time.perf_counter()
    accepted, label = judge(text, task, check, reference, timeout)
    seconds = time.perf_counter() - start
    left = left_behind()
    found = {"accepted": accepted, "label": label[:120], "seconds": seconds, "left": left}
    with open(answer, "w") as file:
        json.dump(found, file)
    return found


def calls(task, check, reference):
    """The arguments of every call that the tests make, and what the reference gives for them."""
    seen, names = [], {}
    exec(reference, names)
    exec(check, names)
    right = names[task]

    def noted(*args):
        kept = copy.deepcopy(args)
        try:
            value = right(*args)
        except Exception as problem:
            seen.append((kept, problem))
            raise
        seen.append((kept, value))
        return value

    names["check"](noted)
    return seen


def plant(task, check, reference):
    """The answers, where programs that cheat look for them: a file and the environment."""
    try:
        text = json.dumps({args[0]: value for args, value in calls(task, check, reference)})
    except (TypeError, IndexError, ValueError):
        return
    os.environ["SYNTHD_CHEAT_ANSWERS"] = text
    for folder in ("/tmp", os.path.expanduser("~")):
        with open(os.path.join(folder, ANSWERS), "w") as file:
            file.write(text)


def left_behind():
    """Processes and files that outlive the verdict; the processes are ended."""
    time.sleep(0.3)
    found = []
    for pid in descendants(os.getpid()):
        found.append("a process")
        os.kill(pid, signal.SIGKILL)
    for folder in ("/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~")):
        for name in ("synthd-cheat-*", "synthd-cheat.pth", "conftest.py", "sitecustomize.py"):
            for path in glob.glob(os.path.join(folder, name)):
                if os.path.basename(path) != ANSWERS:
                    found.append(path)
                    os.unlink(path)
    return sorted(set(found))


def descendants(root):
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/" + name + "/stat") as file:
                    rest = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if rest[0] != "Z":
                parents[int(name)] = int(rest[1])
    found = [pid for pid, parent in parents.items() if parent == root]
    return found + [pid for child in found for pid in descendants(child)]
