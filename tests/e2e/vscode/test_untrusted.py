"""A workspace that nobody trusts, on a machine that has no synthd yet: nothing of it is run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

STUB = '''def one() -> int:
    """One.

    >>> one()
    1
    """
    ...
'''
TRUST = {
    "security.workspace.trust.enabled": True,
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.emptyWindow": False,
    "synthd.path": "",
}


async def test_the_workspace_names_no_program_and_starts_no_job(
    user: Any, open_windows: Callable[..., Any]
) -> None:
    user.write("one.py", STUB)
    trap = user.folder / "sprung"
    evil = user.write("evil", f"#!/bin/sh\ntouch {trap}\n")
    evil.chmod(0o755)
    user.write(".vscode/settings.json", json.dumps({"synthd.path": str(evil)}))
    async with open_windows(user, TRUST) as opened:
        window = await opened("one.py")
        await window.until("nothing is found", lambda text: "install" in text, window.status)
        await window.toast("synthd was not found").wait_for()
        await window.picture("missing")

        place = user.folder / "home" / ".local" / "bin"
        place.mkdir(parents=True)
        (place / "synthd").symlink_to(user.synthd)
        await window.palette("synthd: Restart server")
        await window.lens("Synthesize").wait_for()
        await window.toast("synthd was not found").wait_for(state="detached")
        await window.click("def one")
        await window.press("Control+Alt+s")
        await window.toast("not trusted").wait_for()
        await window.picture("untrusted")
    assert not trap.exists()
    assert (user.folder / "work" / "one.py").read_text() == STUB
