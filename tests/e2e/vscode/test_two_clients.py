"""A VS Code and another client on one daemon: the death of one is nothing to the other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from typing import Any

import psutil

SETTING = {"model": "ollama/coder"}
SETTINGS = {"synthd.model": "ollama/coder", "synthd.strategy": "seidr"}
NUMBER = '''def {name}() -> int:
    """A number.

    >>> {name}()
    {value}
    """
    ...
'''


def program(prompt: str) -> str:
    name, value = ("seven", 7) if "def seven" in prompt else ("eight", 8)
    return f"```python\ndef {name}() -> int:\n    return {value}\n```"


async def test_one_is_killed_in_the_middle(
    user: Any, model: Any, client_of: Callable[..., Any], open_windows: Callable[..., Any]
) -> None:
    model.say, model.seconds_per_word = program, 1.0
    user.write("seven.py", NUMBER.format(name="seven", value=7))
    text = NUMBER.format(name="eight", value=8)
    other_file = user.write("eight.py", text)
    async with open_windows(user, SETTINGS) as opened:
        window = await opened("seven.py")
        await window.lens("Synthesize").wait_for()
        async with client_of(user) as other:
            await other.initialize(initializationOptions={"settings": SETTING})
            other.open(other_file.as_uri(), text)
            await window.lens("Synthesize").click()
            await window.toast("synthd: seven").wait_for()
            await other.synthesize(other_file.as_uri(), line=0)
            await window.until(
                "both run", lambda now: len(now) == 2, lambda: told(user, "jobs", "list")
            )
            other.process.kill()
        await window.diff()
        await window.press("Control+Alt+Enter")
        await window.shows("return 7")
        await window.lens("✓").wait_for()
        await window.until(
            "the other's job goes on to its end",
            lambda now: [one["status"] for one in now] == ["verified"] * 2,
            lambda: told(user, "jobs", "list"),
        )
        assert other_file.read_text() == text, "nobody was there to accept it"
        (daemon,) = await told(user, "daemon", "status")
        assert daemon["running"] and not daemon["other_daemons"]


async def test_the_editor_is_killed_and_comes_back(
    user: Any, model: Any, client_of: Callable[..., Any], open_windows: Callable[..., Any]
) -> None:
    """It leaves no process, its job no wait; the other's edit is applied."""
    model.say, model.seconds_per_word = program, 1.0
    text = NUMBER.format(name="seven", value=7)
    user.write("seven.py", text)
    other_text = NUMBER.format(name="eight", value=8)
    other_file = user.write("eight.py", other_text)
    async with client_of(user) as other:
        options = {"settings": SETTING, "preview": "command"}
        await other.initialize(initializationOptions=options)
        other.open(other_file.as_uri(), other_text)
        async with open_windows(user, SETTINGS) as opened:
            window = await opened("seven.py")
            await window.lens("Synthesize").click()
            await window.toast("synthd: seven").wait_for()
            job = await other.synthesize(other_file.as_uri(), line=0)
            (own,) = await user.servers() - {other.process.pid}
            assert kill(user), "VS Code's processes"
            await window.until("its server leaves", lambda now: own not in now, user.servers)
        assert (await other.ready(job))["preview"]
        assert (await other.command("synthd.accept", {"job": job}))["accepted"]
        assert (await other.end_of(job))["state"] == "verified"
        assert "return 8" in other.texts[other_file.as_uri()]

    model.seconds_per_word = 0.0
    async with open_windows(user, SETTINGS) as opened:
        window = await opened("seven.py")
        await window.lens("Synthesize").wait_for()
        assert (user.folder / "work" / "seven.py").read_text() == text
        await window.until("no job runs", lambda now: not now, lambda: unfinished(user))
        assert not await window.offered("synthd: Accept edit")
        await window.lens("Synthesize").click()
        await window.diff()
        await window.press("Control+Alt+Enter")
        await window.lens("✓").wait_for()
    assert len(await user.servers()) == 0


def kill(user: Any) -> int:
    """Everything of that user's VS Code but the servers of synthd: how many there were."""
    killed = 0
    for process in psutil.process_iter(["cmdline", "environ"]):
        line = " ".join(process.info["cmdline"] or [])
        ours = (process.info["environ"] or {}).get("HOME") == user.environment["HOME"]
        if ours and re.search(r"server-main\.js|bootstrap-fork", line):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
                killed += 1
    return killed


async def unfinished(user: Any) -> list[dict[str, Any]]:
    return [one for one in await told(user, "jobs", "list") if one["status"] != "verified"]


async def told(user: Any, *command: str) -> list[dict[str, Any]]:
    done = await asyncio.to_thread(user.run, *command, "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]
