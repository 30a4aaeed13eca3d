"""Stands in for `verus`: same command line, recorded or invented answers. Never sees the network.

A copy of it is made by the fixture `verus_stand_in`, beside it what it is to answer:

answers/SHA256   one JSON object, the answer to the program with this text
rules.json       {"version": …, "rules": […], "default": …}; the first rule that fits answers

A rule: {"contains": text or list, "absent": text or list, "flags": text, "answer": …}, each part
optional; "flags" is looked for in the joined command line. An answer is the name of an outcome or
an object with "outcome" and what that outcome takes (see `OUTCOMES`); "seconds" delays any.

Runs by itself with the Python that is named in its first line; imports little, as its start counts.
"""

import json
import os
import sys

VALUED = ("-V", "--rlimit", "--multiple-errors", "--num-threads", "--smt-option", "--verify-module")
VALUED += ("--verify-only-module", "--verify-function", "--log-dir", "--log", "--export")
VALUED += ("--import", "--triggers-mode", "--crate-type", "--crate-name", "--edition", "-L", "-o")
HELP = """Usage: rust_verify INPUT [options]

Options:
        --rlimit FLOAT  Set SMT resource limit (roughly in seconds). Default:
                        10.
        --smt-option OPTION=VALUE
        --multiple-errors INTEGER
        --no-report-long-running
"""
HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "0.2026.07.24.a9099bc"
TOOLCHAIN = "1.96.0-x86_64-unknown-linux-gnu"


def main():
    words = sys.argv[1:]
    told = _told()
    if "--help" in words:
        sys.stderr.write(HELP)
        return 0
    if "--version" in words:
        return _version(told, "--output-json" in words)
    path = _program(words)
    if path is None:
        sys.stderr.write("error: no input filename given\n\nerror: aborting due to 1 error\n\n")
        return 1
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        sys.stderr.write(f"\x1b[31merror: cannot find directory for source file {path}\x1b[0m\n")
        return 1
    answer = _recorded(data) or _ruled(told, data.decode(errors="replace"), words)
    if isinstance(answer, str):
        answer = {"outcome": answer}
    if answer.get("seconds"):
        import time

        time.sleep(answer["seconds"])
    run = OUTCOMES[answer.get("outcome", "recorded")]
    return run(answer, data, path, told)


def _told():
    try:
        with open(os.path.join(HERE, "rules.json"), encoding="utf-8") as file:
            return json.load(file)
    except OSError:
        return {}


def _program(words):
    place = 0
    while place < len(words):
        word = words[place]
        if word in VALUED:
            place += 2
            continue
        if not word.startswith("-"):
            return word
        place += 1
    return None


def _recorded(data):
    import hashlib

    name = hashlib.sha256(data).hexdigest()
    try:
        with open(os.path.join(HERE, "answers", name), encoding="utf-8") as file:
            return json.load(file)
    except OSError:
        return None


def _ruled(told, text, words):
    line = " ".join(words)
    for rule in told.get("rules", ()):
        if not all(part in text for part in _several(rule.get("contains", ()))):
            continue
        if any(part in text for part in _several(rule.get("absent", ()))):
            continue
        if rule.get("flags", "") in line:
            return rule["answer"]
    return told.get("default", "refuted")


def _several(value):
    return (value,) if isinstance(value, str) else value


def _build(told):
    return {
        "profile": "release",
        "version": told.get("version", VERSION),
        "platform": {"os": "linux", "arch": "x86_64"},
        "toolchain": told.get("toolchain", TOOLCHAIN),
        "commit": "a9099bcb758d1a544054e6c5817d4cd9e6a4856c",
    }


def _version(told, as_json):
    build = _build(told)
    if as_json:
        print(json.dumps({"verus": build}, indent=2))
        return 0
    print("Verus")
    print(f"  Version: {build['version']}")
    print("  Profile: release")
    print("  Platform: linux_x86_64")
    print(f"  Toolchain: {build['toolchain']}\n")
    return 0


def _say(told, verified, errors, before=False):
    """before: the errors were found before anything was verified."""
    bad = bool(errors)
    result = {
        "encountered-error": bad,
        "encountered-vir-error": False,
        "success": not bad,
        "verified": 0 if before else verified,
        "errors": 0 if before else errors,
        "is-verifying-entire-crate": True,
    }
    whole = {"func-details": {}, "verification-results": result, "verus": _build(told)}
    sys.stdout.write(json.dumps(whole, indent=2) + "\n")
    return 1 if bad else 0


def _diagnostic(message, spans, level="error", code=None):
    where = "".join(
        f"  --> {one['file_name']}:{one['line_start']}:{one['column_start']}\n" for one in spans[:1]
    )
    row = {
        "$message_type": "diagnostic",
        "message": message,
        "code": code,
        "level": level,
        "spans": spans,
        "children": [],
        "rendered": f"{level}: {message}\n{where}\n",
    }
    sys.stderr.write(json.dumps(row, separators=(",", ":")) + "\n")


def _span(data, path, at, length, label, primary=True):
    start = data.rfind(b"\n", 0, at) + 1
    stop = data.find(b"\n", at)
    row = data[start : stop if stop >= 0 else len(data)].decode(errors="replace")
    line = data.count(b"\n", 0, at) + 1
    column = len(data[start:at].decode(errors="replace")) + 1
    width = len(data[at : at + length].decode(errors="replace"))
    shown = {"text": row, "highlight_start": column, "highlight_end": column + width}
    return {
        "file_name": path,
        "byte_start": at,
        "byte_end": at + length,
        "line_start": line,
        "line_end": line,
        "column_start": column,
        "column_end": column + width,
        "is_primary": primary,
        "text": [shown],
        "label": label,
        "suggested_replacement": None,
        "suggestion_applicability": None,
        "expansion": None,
    }


def _place(answer, data):
    """Where an invented error points: at the text `at`, else at assert(false), else at a brace."""
    wanted = answer.get("at", "").encode()
    for text in (wanted, b"assert(false)", b"assert (false)", b"{"):
        at = data.find(text) if text else -1
        if at >= 0:
            return at, len(text)
    return 0, min(1, len(data))


def recorded(answer, data, path, told):
    sys.stdout.write(answer.get("stdout", ""))
    sys.stderr.write(answer.get("stderr", ""))
    return answer.get("exit") or 0


def proved(answer, data, path, told):
    return _say(told, answer.get("verified", 1), 0)


def refuted(answer, data, path, told):
    """at, message, label, errors, verified."""
    at, length = _place(answer, data)
    label = answer.get("label", "assertion failed")
    span = _span(data, path, at, length, label)
    _diagnostic(answer.get("message", "assertion failed"), [span])
    errors = answer.get("errors", 1)
    _diagnostic(f"aborting due to {errors} previous error{'s' if errors > 1 else ''}", [])
    return _say(told, answer.get("verified", 1), errors)


def syntax(answer, data, path, told):
    at, length = _place(answer, data)
    _diagnostic(answer.get("message", "expected `;`"), [_span(data, path, at, length, None)])
    _diagnostic("aborting due to 1 previous error", [])
    return _say(told, 0, 1, before=True)


def rlimit(answer, data, path, told):
    at, length = _place(answer, data)
    note = (
        "function body check: Resource limit (rlimit) exceeded; consider rewriting or increasing "
        "the limit (see documentation for the `--rlimit` command line argument or the "
        "`#[verifier::rlimit]` attribute)"
    )
    _diagnostic(answer.get("message", note), [_span(data, path, at, length, None)])
    _diagnostic("aborting due to 1 previous error", [])
    return _say(told, answer.get("verified", 1), 1)


def nothing(answer, data, path, told):
    """Nothing to verify: success and no obligations."""
    return _say(told, 0, 0)


def crash(answer, data, path, told):
    sys.stderr.write(
        "thread '<unnamed>' panicked at rust_verify/src/verifier.rs:1234:56:\n"
        "internal error: entered unreachable code\n"
        "stack backtrace:\n   0: rust_begin_unwind\n   1: core::panicking::panic_fmt\n"
        "   2: rust_verify::verifier::Verifier::verify_bucket\n"
        "note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.\n"
    )
    return 101


def abort(answer, data, path, told):
    sys.stderr.write("memory allocation of 4294967296 bytes failed\n")
    sys.stderr.flush()
    os.abort()


def hang(answer, data, path, told):
    """Sleeps for ever beside a grandchild that is called z3 and heeds no gentle word.

    detached: the grandchild left the process group and lost its parent.
    """
    import time

    if os.fork() == 0:
        if answer.get("detached"):
            os.setsid()
            if os.fork():
                os._exit(0)
        _become_z3()
    if not answer.get("leaves"):
        time.sleep(100_000)
    return proved(answer, data, path, told)  # and z3 goes on


def _become_z3():
    import ctypes
    import signal
    import time

    ctypes.CDLL(None).prctl(15, b"z3", 0, 0, 0)  # PR_SET_NAME
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(100_000)


def flood(answer, data, path, told):
    """bytes of output; stream: stdout, stderr or both."""
    streams = {"stdout": (1,), "stderr": (2,), "both": (1, 2)}[answer.get("stream", "both")]
    piece = (b"x" * 1023 + b"\n") * 64
    for number in streams:
        left = answer.get("bytes", 2 << 20)
        while left > 0:
            left -= os.write(number, piece[:left])
    return 0


def human(answer, data, path, told):
    """What people see, and no JSON at all. It must convince nobody."""
    sys.stdout.write(answer.get("text", "verification results:: 5 verified, 0 errors\n"))
    return answer.get("exit", 0)


def silent(answer, data, path, told):
    return answer.get("exit", 0)


def memory(answer, data, path, told):
    """Takes more than it may have."""
    kept = []
    try:
        for _ in range(answer.get("mebibytes", 64 << 10)):
            kept.append(bytearray(1 << 20))
    except MemoryError:
        kept.clear()
        return abort(answer, data, path, told)
    return 0


def curious(answer, data, path, told):
    """Tells what it can reach, as the text of an error: files, network, environment, processes."""
    seen = {"environment": dict(os.environ), "readable": [], "writable": [], "connects": False}
    for place in answer.get("places", ()):
        try:
            os.listdir(place) if os.path.isdir(place) else open(place, "rb").close()
            seen["readable"].append(place)
        except OSError:
            pass
        try:
            with open(os.path.join(place, "left-behind"), "w"):
                seen["writable"].append(place)
        except OSError:
            pass
    import socket

    try:
        socket.create_connection(tuple(answer.get("address", ("127.0.0.1", 9))), 1).close()
        seen["connects"] = True
    except OSError as error:
        seen["connects"] = isinstance(error, ConnectionRefusedError) and "refused"
    try:
        seen["processes"] = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        seen["processes"] = []
    _diagnostic(json.dumps(seen), [])
    return _say(told, 0, 1)


OUTCOMES = {
    one.__name__: one
    for one in (recorded, proved, refuted, syntax, rlimit, nothing, crash, abort, hang, flood)
}
OUTCOMES.update({one.__name__: one for one in (human, silent, memory, curious)})


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
