"""A real Neovim with a real screen of its own: keys go in, and what a user would see comes out."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pynvim

PATIENCE = 20.0  # seconds until something has to be seen; nothing takes a tenth of it by itself
LONGEST = 280.0  # seconds that one Neovim may live
LOOK = 0.01

SCREEN = """
local rows = {}
for row = 1, vim.o.lines do
  local cells = {}
  for column = 1, vim.o.columns do
    cells[column] = vim.fn.screenstring(row, column)
  end
  rows[row] = table.concat(cells):gsub('%s+$', ''):gsub('^# script:.*', '')
end
return rows
"""
OPEN_JOBS = "local jobs = require('synthd.jobs'); return #jobs.list(jobs.open)"
RESET = """
local jobs, decide = require('synthd.jobs'), require('synthd.decide')
for _, job in ipairs(jobs.list(jobs.open)) do
  (job.state == 'ready' and decide.reject or decide.cancel)(job)
end
"""
CLIENT = "vim.lsp.get_clients({ bufnr = 0, name = 'synthd' })[1]"


class Neovim:
    """server: its command line. init: Lua that a user would have in init.lua."""

    def __init__(
        self,
        program: str,
        plugin: Path,
        server: Sequence[str],
        environment: Mapping[str, str],
        *,
        init: str = "",
        columns: int = 100,
        lines: int = 30,
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="nvim-"))  # short: it holds a socket
        config = self._folder / "init.lua"
        config.write_text(_init(plugin, server, init))
        self._log = (self._folder / "stderr").open("wb")
        address = str(self._folder / "socket")
        self.process = subprocess.Popen(
            [program, "--headless", "--clean", "-u", str(config), "--listen", address],
            env={**os.environ, "XDG_STATE_HOME": str(self._folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            self._nvim = self.wait(lambda: self._attached(address), "a socket")
        except BaseException:
            self.kill()
            raise
        self._nvim.ui_attach(columns, lines, rgb=True)
        self._guard = threading.Timer(LONGEST, self.kill)  # a call that is not answered ends then
        self._guard.start()

    def _attached(self, address: str) -> Any:
        """None before it listens."""
        try:
            with socket.socket(socket.AF_UNIX) as trial:
                trial.connect(address)
        except OSError:
            return None
        return pynvim.attach("socket", path=address)

    def close(self) -> None:
        """Ends it as a user would; what does not end in time is killed."""
        self._guard.cancel()
        with contextlib.suppress(Exception):
            self._nvim.api.input("<C-\\><C-n>:qall!<CR>")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._release()

    def kill(self) -> None:
        """As by the kernel: it cannot say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def reset(self) -> None:
        """Ends what is open in it."""
        self.keys("<C-\\><C-n>")
        self.lua(RESET)
        self.wait(lambda: self.lua(OPEN_JOBS) == 0, "the jobs' end")
        self.command("silent! only! | silent! %bwipeout! | messages clear")
        self.lua("vim.api.nvim_echo({ { '' } }, false, {}); vim.cmd.redraw()")

    def _release(self) -> None:
        self._log.close()
        with warnings.catch_warnings():  # pynvim closes its loop before its transport is
            warnings.simplefilter("ignore", ResourceWarning)
            self._nvim.close()
            del self._nvim
            gc.collect()
        shutil.rmtree(self._folder, ignore_errors=True)

    # In

    def open(self, file: Path) -> None:
        """Until the server has been initialized."""
        self._nvim.command(f"edit {file}")
        self.wait(lambda: self.lua(f"local c = {CLIENT}; return c and c.initialized"), "a server")

    def keys(self, keys: str) -> None:
        self._nvim.api.input(keys)

    def say(self, command: str) -> None:
        """Type a command, as a user does."""
        self.keys(f":{command.replace('<', '<lt>')}<CR>")

    def go(self, line: int) -> None:
        self.keys(f"<Esc>{line}G")

    def lua(self, code: str, *given: Any) -> Any:
        if self.blocked:  # and would not answer
            self.keys("<CR>")
            raise AssertionError(f"Neovim waited for ENTER\n{self._state()}")
        return self._nvim.exec_lua(code, *given)

    def command(self, command: str) -> str:
        return str(self._nvim.api.exec2(command, {"output": True})["output"])

    # Out

    @property
    def screen(self) -> list[str]:
        return list(self.lua(SCREEN))

    @property
    def text(self) -> list[str]:
        return list(self.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)"))

    @property
    def blocked(self) -> bool:
        """Whether it waits for ENTER or an answer."""
        return bool(self._nvim.api.get_mode()["blocking"])

    @property
    def messages(self) -> list[str]:
        return self.command("messages").splitlines()

    def line(self, part: str) -> str:
        """The line of the screen that holds this; empty where none does."""
        return next((row for row in self.screen if part in row), "")

    def sees(self, *parts: str) -> list[str]:
        """Wait until the screen shows all of this; the screen."""
        rows: list[str] = []

        def there() -> bool:
            rows[:] = self.screen
            return all(any(part in row for row in rows) for part in parts)

        self.wait(there, " and ".join(parts))
        return rows

    def gone(self, part: str) -> None:
        self.wait(lambda: not self.line(part), f"no {part}")

    def wait(self, what: Callable[[], Any], name: str, seconds: float = PATIENCE) -> Any:
        until = time.monotonic() + seconds
        while not (found := what()):
            if time.monotonic() > until:
                raise AssertionError(f"did not see {name}\n{self._state()}")
            time.sleep(LOOK)
        return found

    def _state(self) -> str:
        with contextlib.suppress(Exception):
            if not hasattr(self, "_nvim"):
                return (self._folder / "stderr").read_text()
            return "\n".join([*self.screen, "messages:", *self.messages])
        return "and it says nothing"


def _init(plugin: Path, server: Sequence[str], more: str) -> str:
    command = ", ".join(f"'{word}'" for word in server)
    return (
        f"vim.opt.runtimepath:append('{plugin}')\n"
        "vim.o.swapfile = false\n"
        "vim.o.wrap = false\n"
        "vim.o.laststatus = 2\n"
        "vim.o.statusline = \"%t %{%v:lua.require'synthd'.statusline()%}\"\n"
        f"vim.lsp.config('synthd', {{ cmd = {{ {command} }} }})\n"
        f"{more}\n"
        "vim.lsp.enable('synthd')\n"
    )
