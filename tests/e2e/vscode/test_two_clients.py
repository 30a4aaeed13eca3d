"""A VS Code and another client on one daemon: the death of one is nothing to the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

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
            await other.initialize(initializationOptions={"settings": {"model": "ollama/coder"}})
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


async def told(user: Any, *command: str) -> list[dict[str, Any]]:
    done = await asyncio.to_thread(user.run, *command, "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]
