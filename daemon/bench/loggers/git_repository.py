"""A repository of a logger's own, written with the `git` command; nothing in it is ever run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from synthd.synth.models.scrub import without_secrets

_PATIENCE = 120.0  # seconds for one command, also one that pushes
_AUTHOR = ("-c", "user.name=synthd", "-c", "user.email=synthd@localhost")
# The user's own settings are for the user's own commits; programs are kept to the byte.
_PLAIN = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false"),
    *("-c", "core.attributesFile=/dev/null", "-c", "core.excludesFile=/dev/null"),
    *("-c", "core.fsmonitor=false", "-c", "commit.gpgSign=false", "-c", "push.gpgSign=false"),
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "push.recurseSubmodules=no"),
)


class GitFailed(Exception):
    """str() is git's last words, without keys."""


class Repository:
    """In `folder`, on one branch that goes to `remote`, which may have keys in it: it is given to
    git each time and never written down."""

    def __init__(self, folder: Path, remote: str, branch: str) -> None:
        self._folder = folder
        self._remote = remote
        self._branch = branch
        self._author: tuple[str, ...] = ()

    def open(self) -> None:
        """Goes on from what the remote has of the branch."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._git("init", "--quiet", "--template=", ".")
        if not self._git("config", "--get", "user.email", fails=True):
            self._author = _AUTHOR
        self._git("symbolic-ref", "HEAD", f"refs/heads/{self._branch}")
        there = self._git("ls-remote", "--heads", "--", self._remote, f"refs/heads/{self._branch}")
        if there:
            ref = f"refs/heads/{self._branch}"
            self._git("fetch", "--quiet", "--no-tags", "--depth=1", "--", self._remote, ref)
            self._git("reset", "--quiet", "--hard", "FETCH_HEAD")

    def has(self, path: str) -> bool:
        return (self._folder / path).exists()

    def commit(self, path: str, text: str, message: str) -> None:
        """One file. Where nothing differs there is a commit nevertheless: its message does."""
        file = self._folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        self._git("add", "--force", "--", path)
        self._git("commit", "--quiet", "--no-verify", "--allow-empty", "-F", "-", told=message)

    def push(self) -> None:
        head = f"HEAD:refs/heads/{self._branch}"
        self._git("push", "--quiet", "--no-verify", "--", self._remote, head)

    def _git(self, *arguments: str, told: str = "", fails: bool = False) -> str:
        command = ["git", *_PLAIN, *self._author, *arguments]
        try:
            ran = subprocess.run(
                command,
                cwd=self._folder,
                env=_environment(),
                input=told.encode("utf-8", "replace"),
                capture_output=True,
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise GitFailed(f"git {arguments[0]} took more than {_PATIENCE:g} s") from None
        except FileNotFoundError:
            raise GitFailed("git is not installed") from None
        if ran.returncode and not fails:
            said = (ran.stderr.decode(errors="replace").strip().splitlines() or ["it failed"])[-1]
            raise GitFailed(f"git {arguments[0]}: {without_secrets(said, self._remote)}")
        return ran.stdout.decode(errors="replace").strip()


def _environment() -> dict[str, str]:
    """Of no repository that the command may have been started in; git asks nobody anything."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in ("GIT_SSH_COMMAND", "GIT_SSL_CAINFO")
    }
    kept.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "LC_ALL": "C"}
