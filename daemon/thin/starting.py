"""Starting the daemon's process: detached, with its own stdio, without the client's secrets."""

from __future__ import annotations

import json
import os
import re
import select
import sys
import time
from collections.abc import Mapping

from synthd.daemon.thin.errors import Unreachable
from synthd.daemon.thin.places import log_file, make_folders

# What a daemon and its engines need to run. What a job needs comes with the client's hello.
KEPT = frozenset(
    "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR LD_LIBRARY_PATH DYLD_LIBRARY_PATH "
    "SYSTEMROOT CUDA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES OMP_NUM_THREADS "
    "SSL_CERT_FILE SSL_CERT_DIR OLLAMA_HOST".split()
)
KEPT_PREFIXES = ("LC_", "XDG_", "SYNTHD_")
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH", re.IGNORECASE)
USERINFO = re.compile(r"(//|^[^/\s:@]+:)[^/\s]+@")
LONGEST_WORD = 1 << 16
LOG_LIMIT = 1 << 20  # bytes of start.log; beyond that it begins anew
TAIL = 2000


def daemon_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the daemon's process gets of the environment of whoever happens to start it."""
    return {
        name: value
        for name, value in environment.items()
        if (name in KEPT or name.startswith(KEPT_PREFIXES))
        and not SECRET.search(name)
        and not USERINFO.search(value)
    }


def start_daemon(environment: Mapping[str, str], until: float) -> None:
    """Returns once it listens. Raises Unreachable with what it said."""
    import subprocess

    log = log_file(environment)
    source, sink = os.pipe()
    try:
        output = _open_log(log)
        try:
            # It leaves this process's family at once (--detach), so that nobody has to reap it.
            command = [sys.executable, "-P", "-m", "synthd.daemon.service", "--detach"]
            process = subprocess.Popen(
                [*command, "--notify", str(sink)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=daemon_environment(environment),
                cwd="/",
                pass_fds=(sink,),
                start_new_session=True,
            )
        finally:
            os.close(output)
            os.close(sink)
            sink = -1
        process.wait(max(1.0, until - time.monotonic()))
        _await_word(source, until, log)
    except (OSError, subprocess.TimeoutExpired) as error:
        why = getattr(error, "strerror", None) or "it does not come up"
        raise Unreachable(f"the daemon could not be started ({why}); see {log}") from None
    finally:
        os.close(source)
        if sink >= 0:
            os.close(sink)


def _await_word(source: int, until: float, log: str) -> None:
    word = b""
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while not word.endswith(b"\n"):
        if not poll.poll(1000 * max(0.0, until - time.monotonic())):
            raise Unreachable(f"the daemon did not come up in time; what it said is in {log}")
        piece = os.read(source, 4096)
        word += piece
        if not piece or len(word) > LONGEST_WORD:
            raise Unreachable(f"the daemon ended while it started: {_last_line(log)}; see {log}")
    told = json.loads(word)
    if not told["ok"]:
        raise Unreachable(f"the daemon did not start: {told['why']}")


def _open_log(path: str) -> int:
    make_folders(os.path.dirname(path))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        fd = os.open(path, flags, 0o600)
    except OSError as error:
        raise Unreachable(
            f"{path} cannot be written ({error.strerror}): the daemon needs it"
        ) from None
    if os.fstat(fd).st_size > LOG_LIMIT:
        os.ftruncate(fd, 0)
    return fd


def _last_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1].strip() if lines else "it said nothing"
