"""The folders of the daemon, found without any library.

Who can write to the runtime folder can answer in the daemon's place, and a client tells the daemon
its whole environment. So the folder is looked at each time, and a doubt is a refusal.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping

from synthd.daemon.thin.errors import Unsafe


def runtime_folder(environment: Mapping[str, str]) -> str:
    """Made if need be, and checked: this user's alone. Raises Unsafe."""
    folder = _runtime_path(environment)
    check_private(folder, make_private(folder))
    return folder


def _runtime_path(environment: Mapping[str, str]) -> str:
    if chosen := environment.get("SYNTHD_RUNTIME_DIR"):
        return os.path.abspath(chosen)
    # The second one for cron and ssh, which do not say it: one user, one daemon.
    for session in (environment.get("XDG_RUNTIME_DIR", ""), f"/run/user/{os.geteuid()}"):
        if os.path.isabs(session) and _is_mine(session):  # after `su` it is another user's
            return os.path.join(session, "synthd")
    return f"/tmp/synthd-{os.geteuid()}"


def make_private(folder: str) -> bool:
    """Whether it was there already. Raises Unsafe."""
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        return True
    except FileNotFoundError:
        parent = os.path.dirname(folder)
        make_folders(parent)
        return make_private(folder) if os.path.isdir(parent) else False
    except OSError as error:
        raise Unsafe(
            f"the runtime folder {folder} cannot be made ({error.strerror}): "
            "name one that can in SYNTHD_RUNTIME_DIR"
        ) from None
    return False


def check_private(folder: str, existed: bool = True) -> None:
    """Raises Unsafe."""
    try:
        found = os.lstat(folder)
    except OSError as error:
        raise Unsafe(f"the runtime folder {folder} cannot be seen: {error.strerror}") from None
    if wrong := _wrong(found, folder):
        was = "" if existed else ", though it has just been made"
        raise Unsafe(f"the runtime folder {folder} {wrong[0]}{was}, so it is not used: {wrong[1]}")


def _wrong(found: os.stat_result, folder: str) -> tuple[str, str] | None:
    """What is wrong, and what to do."""
    other = "remove it, or name another in SYNTHD_RUNTIME_DIR"
    if stat.S_ISLNK(found.st_mode):
        return "is a link", other
    if not stat.S_ISDIR(found.st_mode):
        return "is no folder", other
    if found.st_uid != os.geteuid():
        return f"belongs to another user (uid {found.st_uid})", other
    if stat.S_IMODE(found.st_mode) & 0o077:
        return "is open to other users", f"run chmod 700 {folder}"
    return None


def state_folder(environment: Mapping[str, str]) -> str:
    """Where platformdirs has it: jobs, logs and crash reports. Not made here."""
    stated = environment.get("XDG_STATE_HOME", "")
    if os.path.isabs(stated):
        return os.path.join(stated, "synthd")
    home = environment.get("HOME", "")
    if not os.path.isabs(home):
        import pwd

        home = pwd.getpwuid(os.geteuid()).pw_dir
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "synthd")
    return os.path.join(home, ".local", "state", "synthd")


def log_file(environment: Mapping[str, str]) -> str:
    """What a daemon says before its logs are open."""
    return os.path.join(state_folder(environment), "logs", "start.log")


def make_folders(folder: str) -> None:
    """Missing parents too, all for this user alone. Never complains: using it will."""
    missing: list[str] = []
    while folder and not os.path.isdir(folder) and folder not in missing:
        missing.append(folder)
        folder = os.path.dirname(folder)
    for each in reversed(missing):
        try:
            os.mkdir(each, 0o700)
        except OSError:
            pass  # made by another process, or not allowed


def _is_mine(folder: str) -> bool:
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
