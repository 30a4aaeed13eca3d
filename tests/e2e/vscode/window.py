"""A window of a real VS Code: its server, a browser at it, and the moves of a user's hands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import (
    BrowserContext,
    Error,
    Frame,
    Locator,
    Page,
    TimeoutError,
    async_playwright,
)

PATIENCE = 60.0  # seconds; only ever reached when something is broken
SETTINGS = {
    "workbench.startupEditor": "none",
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoCheckUpdates": False,
    "editor.codeLens": True,
    "editor.minimap.enabled": False,
    "editor.accessibilitySupport": "off",
    "editor.autoClosingBrackets": "never",
    "editor.autoIndent": "none",
    "workbench.colorTheme": "Default Dark Modern",
    "security.workspace.trust.enabled": False,
    "git.enabled": False,
    "chat.disableAIFeatures": True,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
}
BROWSER = (
    "--no-sandbox",  # Chromium refuses its own sandbox to root
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Code:
    """A VS Code server with the extension installed, in folders of its own."""

    node: str
    program: str
    extensions: Path
    folder: Path
    environment: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def machine(self) -> Path:
        return self.folder / "user" / "Machine" / "settings.json"

    def command(self, *arguments: str) -> list[str]:
        own = {
            "server-data-dir": self.folder / "server",
            "user-data-dir": self.folder / "user",
            "extensions-dir": self.extensions,
        }
        folders = [word for name, path in own.items() for word in (f"--{name}", str(path))]
        return [self.node, self.program, "--accept-server-license-terms", *folders, *arguments]

    @contextmanager
    def running(self) -> Iterator[str]:
        """Its address."""
        for scope in ("User", "Machine"):  # paths of programs are read from the second one only
            place = self.folder / "user" / scope
            place.mkdir(parents=True, exist_ok=True)
            (place / "settings.json").write_text(json.dumps({**SETTINGS, **self.settings}))
        port = _free_port()
        quiet = ("--without-connection-token", "--telemetry-level", "off")
        where = ("--host", "127.0.0.1", "--port", str(port), "--reconnection-grace-time", "1")
        with (self.folder / "server.log").open("wb") as log:
            process = subprocess.Popen(
                self.command(*where, *quiet),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _await_port(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@asynccontextmanager
async def browsing(browser: str, profile: Path) -> AsyncIterator[BrowserContext]:
    """A browser that reaches nothing but this machine. Whom else it asked for is in `.blocked`."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=browser,
            headless=True,
            viewport={"width": 1280, "height": 800},
            args=list(BROWSER),
        )
        try:
            await context.grant_permissions(["clipboard-read", "clipboard-write"])
            await context.route(_is_foreign, lambda route: route.abort())
            yield context
        finally:
            await context.close()


def _is_foreign(address: str) -> bool:
    return re.match(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]", address) is None


@dataclass(frozen=True)
class Window:
    """One window. Every wait has a deadline, and ends with a picture where it was in vain."""

    page: Page
    folder: Path
    pictures: Path
    settings: Path

    @classmethod
    async def open(
        cls,
        context: BrowserContext,
        address: str,
        folder: Path,
        file: str,
        pictures: Path,
        settings: Path,
    ) -> Window:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        """folder: of the code, or a .code-workspace beside folders of code."""
        what = "workspace" if folder.suffix else "folder"
        place = folder.parent / file if folder.suffix else folder / file
        remote = f"vscode-remote://{address.removeprefix('http://')}{place}"
        payload = json.dumps([["openFile", remote]])
        query = urlencode({what: str(folder), "payload": payload})
        await page.goto(f"{address}/?{query}")
        window = cls(page, folder, pictures, settings)
        await page.wait_for_selector(".editor-instance .view-lines .view-line")
        return window

    STATUS = '.statusbar-item[id="synthd.synthd.synthd.status"]'

    # What is seen

    async def text(self) -> str:
        """Of the part of the editor that is in sight."""
        lines = await self.page.locator(".editor-instance .view-line").evaluate_all(
            "all => all.map(e => [parseFloat(e.style.top), e.innerText])"
        )
        return "\n".join(str(text).replace("\xa0", " ") for _, text in sorted(lines))

    async def shows(self, text: str) -> None:
        await self.until(f"the editor shows {text!r}", lambda seen: text in seen, self.text)

    async def shows_no(self, text: str) -> None:
        await self.until(f"the editor shows no {text!r}", lambda seen: text not in seen, self.text)

    async def status(self) -> str:
        item = self.page.locator(self.STATUS)
        return (await item.inner_text()).strip() if await item.count() else ""

    def lens(self, title: str) -> Locator:
        return self.page.locator(".codelens-decoration a", has_text=title)

    def toast(self, text: str) -> Locator:
        return self.page.locator(".notification-toast", has_text=text)

    def button(self, toast: Locator, title: str) -> Locator:
        return toast.locator(".monaco-button", has_text=title)

    async def until(self, what: str, good: Any, look: Any, seconds: float = PATIENCE) -> Any:
        """Asks again and again; `look` is an async function."""
        end = time.monotonic() + seconds
        while not good(seen := await look()):
            if time.monotonic() > end:
                await self.picture("failure")
                raise AssertionError(f"not within {seconds:.0f} s: {what}; last seen: {seen!r}")
            await asyncio.sleep(0.02)
        return seen

    def file(self, name: str) -> Path:
        return self.folder / name

    def disk(self, name: str) -> Any:
        """For `until`."""

        async def read() -> str:
            return self.file(name).read_text()

        return read

    async def diff(self) -> None:
        await self.page.wait_for_selector(".monaco-diff-editor .view-line")

    async def problems(self, good: Any) -> None:
        """How many the status bar counts."""
        item = self.page.locator('[id="status.problems"]')

        async def count() -> int:
            return sum(map(int, re.findall(r"\d+", await item.inner_text())))

        await self.until("the number of problems", good, count)

    def measured(self, what: str, since: float) -> None:
        """Noted beside the pictures, never judged: machines differ."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        with (self.pictures / "times.txt").open("a") as file:
            file.write(f"{what}: {time.monotonic() - since:.2f} s\n")

    # What is done

    async def open_file(self, name: str) -> None:
        await self._typed("Control+p", name)
        await self.page.locator(".tab.active", has_text=name).wait_for()

    async def act(self, title: str) -> None:
        """A code action where the cursor is."""
        await self.page.keyboard.press("Control+.")
        row = self.page.locator(".action-widget .monaco-list-row", has_text=title).first
        await row.click()

    def set(self, name: str, value: object) -> None:
        """A setting of the machine, in its file, which the window watches."""
        whole = json.loads(self.settings.read_text())
        self.settings.write_text(json.dumps({**whole, name: value}))

    async def close_others(self, text: str) -> None:
        """All groups of editors but the one with a line of this text."""
        await self.click(text)
        await self.palette("View: Close Editors in Other Groups")

    async def palette(self, title: str) -> None:
        """Run a command by its title, as a user finds it."""
        await self._typed("F1", title)

    async def _typed(self, keys: str, text: str) -> None:
        """Into what these keys open, and taken. Once more where the editor closed it meanwhile: it
        does so when an editor is shown that was still on its way."""
        row = self.page.locator(".quick-input-list .monaco-list-row.focused", has_text=text)
        for patience in (5.0, PATIENCE):
            await self.page.keyboard.press(keys)
            try:
                await self.page.wait_for_selector(".quick-input-widget input", timeout=5000)
                await self.page.keyboard.type(text)
                await row.wait_for(timeout=patience * 1000)
            except TimeoutError:
                await self.page.keyboard.press("Escape")
                continue
            await self.page.keyboard.press("Enter")
            return
        await self.picture("failure")
        raise AssertionError(f"{keys} offers no {text!r}")

    async def offered(self, title: str) -> bool:
        """Whether the palette has a command. The palette is closed again."""
        await self.page.keyboard.press("F1")
        await self.page.wait_for_selector(".quick-input-widget input")
        await self.page.keyboard.type(title)
        rows = self.page.locator(".quick-input-list .monaco-list-row")
        await rows.first.wait_for()
        found = [await row.inner_text() for row in await rows.all()]
        await self.page.keyboard.press("Escape")
        return any(title in text for text in found)

    async def pick(self, text: str) -> None:
        """An entry of the quick pick that is open."""
        await self.page.locator(".quick-input-list .monaco-list-row", has_text=text).first.click()

    async def asked(self, title: str) -> None:
        """By a quick pick with entries."""
        await self.page.locator(".quick-input-title", has_text=title).wait_for()
        await self.page.locator(".quick-input-list .monaco-list-row").first.wait_for()

    async def hovers(self, word: str, text: str) -> None:
        """What is told under the pointer."""
        place = self.page.locator(".view-line span", has_text=re.compile(f"^{word}$")).first
        told = self.page.locator(".monaco-hover", has_text=text).first
        await place.hover()
        await told.wait_for()

    async def click(self, text: str) -> None:
        """Into a line of the file."""
        await self.page.locator(".editor-instance .view-line", has_text=text).first.click()

    async def press(self, keys: str) -> None:
        await self.page.keyboard.press(keys)

    async def frame(self, selector: str) -> Frame:
        """The innermost frame of the webview that holds the element."""

        async def look() -> Frame | None:
            for frame in self.page.frames:
                with contextlib.suppress(Error):
                    if await frame.query_selector(selector):
                        return frame
            return None

        found: Frame = await self.until(f"a webview with {selector}", bool, look)
        return found

    async def picture(self, name: str) -> Path:
        self.pictures.mkdir(parents=True, exist_ok=True)
        path = self.pictures / f"{name}.png"
        await self.page.screenshot(path=path, animations="disabled")
        return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("VS Code's server did not start; its log is in server.log")
