"""A window with two folders, each with settings of its own, and one server for both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = '''def {name}() -> int:
    """A number.

    >>> {name}()
    {value}
    """
    ...
'''
STRATEGIES = {"one": "best-of-n", "two": "seidr"}


def program(prompt: str) -> str:
    name, value = ("one", 1) if "def one" in prompt else ("two", 2)
    return f"```python\ndef {name}() -> int:\n    return {value}\n```"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(user: Any, model: Any, open_windows: Callable[..., Any]) -> AsyncIterator[Any]:
    model.say = program
    for value, (name, strategy) in enumerate(STRATEGIES.items(), 1):
        user.write(f"{name}/{name}.py", NUMBER.format(name=name, value=value))
        user.write(f"{name}/synthd.toml", f'strategy = "{strategy}"\n')
    folders = [{"path": name} for name in STRATEGIES]
    user.write("both.code-workspace", json.dumps({"folders": folders}))
    async with open_windows(user, {"synthd.model": "ollama/coder"}) as opened:
        yield await opened("one/one.py", "work/both.code-workspace")


@pytest.mark.parametrize("name", STRATEGIES)
async def test_each_folder_has_its_own_settings(window: Any, name: str) -> None:
    await window.open_file(f"{name}.py")
    await window.lens("Synthesize · 1 example").click()
    await window.diff()
    await window.press("Control+Alt+Enter")
    await window.lens("✓ 1 example").wait_for()
    await window.press("Control+s")
    await window.hovers(name, f"({STRATEGIES[name]})")


async def test_one_server_for_both_and_another_after_a_restart(window: Any, user: Any) -> None:
    (before,) = await user.servers()
    await window.palette("synthd: Restart server")
    await window.until(
        "another server", lambda now: len(now) == 1 and before not in now, user.servers
    )
    for name in STRATEGIES:
        await window.open_file(f"{name}.py")
        await window.lens("✓ 1 example").wait_for()
    await window.picture("folders")
