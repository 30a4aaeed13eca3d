"""A machine without synthd: nothing is installed unasked, and what is agreed to is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(user: Any, model: Any, open_windows: Callable[..., Any]) -> AsyncIterator[Any]:
    """With a model that can be reached: all that is missing is synthd."""
    user.write("one.py", "def one() -> int:\n    ...\n")
    async with open_windows(user, {"synthd.path": ""}) as opened:
        yield await opened("one.py")


async def test_a_clone_is_asked_for_and_the_command_is_shown(window: Any, user: Any) -> None:
    clone = user.folder / "clone"
    (clone / "daemon").mkdir(parents=True, exist_ok=True)
    (clone / "pyproject.toml").write_text('[project]\nname = "synthd"\n')
    offer = window.toast("synthd was not found")
    await window.button(offer, "Install…").click()
    entry = window.page.locator(".quick-input-widget input").first
    await window.asked("where is the clone")
    begun = f"{user.folder}/work/"
    await window.until("the dialog has begun", lambda text: text == begun, entry.input_value)
    await entry.fill(f"{clone}/")
    await window.page.locator(".quick-input-list-entry", has_text="daemon").wait_for()
    await window.page.locator(".quick-input-widget .monaco-button", has_text="Install").click()
    command = f"{clone}[local]"
    await window.until("it is shown", lambda text: command in text, entry.input_value)
    assert "pip" in await entry.input_value()
    await window.picture("install")
    await window.press("Escape")
    assert not await window.page.locator(".terminal-wrapper").count(), "nothing is run"


async def test_what_is_agreed_to_is_run_in_a_terminal_and_the_server_starts(
    window: Any, user: Any
) -> None:
    place = user.folder / "home" / ".local" / "bin"
    command = f"mkdir -p {place} && ln -s {user.synthd} {place}/synthd"
    window.set("synthd.installCommand", command)
    await window.page.locator(window.STATUS).click()
    await window.pick("Install synthd")
    entry = window.page.locator(".quick-input-widget input").first
    await window.until("it is shown", lambda text: text == command, entry.input_value)
    assert not place.exists()
    await window.press("Enter")
    await window.page.locator(".terminal-wrapper").first.wait_for()
    await window.page.locator(f"{window.STATUS} .codicon-sparkle").wait_for()
    await window.picture("installed")
    await window.palette("synthd: Install synthd")
    await window.toast("it is installed").wait_for()
