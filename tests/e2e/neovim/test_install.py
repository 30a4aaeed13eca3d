"""What a user sets up: packages, help, health, keys, completion, options."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PLUGIN = Path(__file__).parents[3] / "editors" / "neovim"
SUBCOMMANDS = (
    "accept answer cancel certificate explain jobs log model preview reject repair search status"
    " strategy synthesize verify"
).split()

Write = Callable[..., Path]
Start = Callable[..., Any]


def run(nvim: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Neovim with a home of its own, and with packages; it must end by itself."""
    places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in PLACES}
    return subprocess.run(
        [nvim, "--headless", *arguments],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


PLACES = ("CONFIG", "DATA", "STATE", "CACHE")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A home into which the plugin was copied as `:help packages` says."""
    site = tmp_path / "data" / "nvim" / "site" / "pack" / "synthd" / "start"
    copied(site / "synthd")
    return tmp_path


def copied(place: Path) -> Path:
    shutil.copytree(PLUGIN, place, ignore=shutil.ignore_patterns("tags"))
    return place


LOOK = "lua io.stdout:write(vim.inspect({ vim.lsp.is_enabled('synthd'), \
    vim.fn.exists(':Synthd'), vim.lsp.config.synthd.filetypes }))"
FOUND = '{ true, 2, { "python", "rust" } }'.split()


def configured(home: Path, init: str) -> Path:
    config = home / "config" / "nvim"
    config.mkdir(parents=True)
    (config / "init.lua").write_text(init)
    return home


def test_it_is_a_package(nvim: str, installed: Path) -> None:
    configured(installed, "vim.lsp.enable('synthd')\n")
    said = run(nvim, installed, f"+{LOOK}", "+qall!")
    assert said.stdout.split() == FOUND, said


def test_it_is_a_package_that_is_added_later(nvim: str, tmp_path: Path) -> None:
    copied(tmp_path / "data" / "nvim" / "site" / "pack" / "synthd" / "opt" / "synthd")
    configured(tmp_path, "vim.cmd.packadd('synthd')\nvim.lsp.enable('synthd')\n")
    said = run(nvim, tmp_path, f"+{LOOK}", "+qall!")
    assert said.stdout.split() == FOUND, said


def test_it_is_a_folder_of_the_runtime_path(nvim: str, tmp_path: Path) -> None:
    place = copied(tmp_path / "anywhere")
    configured(tmp_path, f"vim.opt.rtp:prepend('{place}')\nvim.lsp.enable('synthd')\n")
    said = run(nvim, tmp_path, f"+{LOOK}", "+qall!")
    assert said.stdout.split() == FOUND, said


@pytest.fixture(scope="session")
def lazy() -> Path:
    """lazy.nvim, or a skip with the reason."""
    script = Path(__file__).with_name("lazy.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    if done.returncode == 69:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.mark.parametrize("when", ["", "ft = { 'python', 'rust' }, cmd = 'Synthd',"])
def test_it_is_a_plugin_of_lazy(nvim: str, lazy: Path, tmp_path: Path, when: str) -> None:
    """As the README says, at once and only when it is needed."""
    place = copied(tmp_path / "anywhere")
    spec = f"dir = '{place}', name = 'synthd', {when}"
    configured(
        tmp_path,
        f"vim.opt.rtp:prepend('{lazy}')\n"
        f"require('lazy').setup({{ {{ {spec} config = function()\n"
        "  vim.lsp.enable('synthd')\n"
        "end } })\n",
    )
    file = tmp_path / "a.py"
    file.write_text("")
    said = run(nvim, tmp_path, str(file), f"+{LOOK}", "+qall!")
    assert said.stdout.split() == FOUND, said
    run(nvim, tmp_path, "+Lazy! update synthd", "+qall!")
    assert ":Synthd-search" in (place / "doc" / "tags").read_text()


def test_help_can_be_found(nvim: str, installed: Path) -> None:
    topics = ["synthd", "g:synthd", "synthd-trust", *(f":Synthd-{name}" for name in SUBCOMMANDS)]
    names = ", ".join(f"'{topic}'" for topic in topics)
    look = f"+lua vim.iter({{ {names} }}):each(vim.cmd.help)"
    said = run(nvim, installed, "+helptags ALL", look, "+qall!")
    assert said.stderr == "", said


def test_every_module_is_sound(nvim: str, tmp_path: Path) -> None:
    """Neovim itself is the compiler at hand."""
    files = [str(path) for path in PLUGIN.rglob("*.lua")]
    assert len(files) > 10
    check = "lua for _, f in ipairs(vim.fn.argv()) do assert(loadfile(f)) end"
    run(nvim, tmp_path, "--clean", "+" + check, "+qall!", *files)


def test_nothing_is_loaded_before_it_is_used(start: Start, scripted: list[str]) -> None:
    editor = start(scripted)
    loaded = editor.lua("return vim.tbl_keys(package.loaded)")
    used = [name for name in loaded if name.startswith("synthd.")]
    assert used == []


def test_completion(editor: Any) -> None:
    assert editor.lua("return vim.fn.getcompletion('Synthd ', 'cmdline')") == SUBCOMMANDS
    assert editor.lua("return vim.fn.getcompletion('Synthd c', 'cmdline')") == [
        "cancel",
        "certificate",
    ]
    wishes = editor.lua("return vim.fn.getcompletion('Synthd repair wish=p', 'cmdline')")
    assert wishes == ["wish=proof"]


def test_who_asks_wrongly_is_told_what_to_write(editor: Any, write: Write) -> None:
    editor.say("Synthd synthesize")
    editor.sees("synthd: not attached to this buffer; see :checkhealth synthd")
    editor.open(write())
    editor.say("Synthd wrong")
    editor.sees("there is no :Synthd wrong")
    editor.say("Synthd synthesize fast")
    editor.sees("fast: write strategy=…, model=… or wish=…")
    editor.say("Synthd accept")
    editor.sees("no edit waits")
    editor.say("Synthd cancel no-such-job")
    editor.sees("there is no job no-such-job")
    assert not editor.blocked


def test_keys_of_ones_own(start: Start, scripted: list[str], write: Write) -> None:
    keys = "vim.keymap.set('n', 'gs', '<Plug>(synthd-synthesize)')"
    editor = start(scripted, init=keys)
    editor.open(write(then="hang"))
    editor.go(8)
    editor.keys("gs")
    editor.sees("⟳")


def test_options_turn_things_off(start: Start, scripted: list[str], write: Write) -> None:
    off = "vim.g.synthd = { codelens = false, virtual_text = false, open = false }"
    editor = start(scripted, init=off)
    editor.open(write())
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("synthd: f is ready: :Synthd preview")
    assert not editor.line("◆ ready: ") and not editor.line("Synthesize ·")
    assert not editor.line("a accept")


def test_an_untrusted_folder(start: Start, scripted: list[str], write: Write) -> None:
    trust = "vim.lsp.config('synthd', { init_options = { trusted = false } })"
    editor = start(scripted, init=trust)
    editor.open(write())
    before = editor.text
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("This workspace is not trusted.")
    assert editor.text == before


def test_a_server_that_dies_leaves_nothing_running_on_the_screen(
    start: Start, scripted: list[str], write: Write, driver: ModuleType
) -> None:
    editor = start(scripted, columns=200)  # Neovim says where its log is in one long line
    editor.open(write(then="hang"))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    editor.lua(f"{driver.CLIENT}.rpc.terminate()")
    editor.gone("⟳")


def test_health(start: Start, home: dict[str, str]) -> None:
    editor = start([sys.executable, "-m", "synthd.daemon", "lsp"], home)
    editor.say("checkhealth synthd")
    editor.wait(lambda: any("synthd doctor" in line for line in editor.text), "the report", 60)
    report = "\n".join(editor.text)
    assert "OK Neovim 0." in report
    assert "OK synthd 0." in report or "OK 0." in report, report
    assert "it does not run: it starts with the first job" in report
    assert "Python: 3." in report and "sandbox:" in report
    assert "ERROR Neovim" not in report


def test_health_without_synthd(start: Start) -> None:
    editor = start(["/no/such/synthd", "lsp"])
    editor.say("checkhealth synthd")
    editor.sees("/no/such/synthd is not found", "pip install synthd")


def test_who_shows_messages_otherwise_gets_them_whole(
    start: Start, scripted: list[str], tmp_path: Path
) -> None:
    own = tmp_path / "own.lua"
    own.write_text("vim.notify = function(text) vim.g.told = text end\n")
    editor = start(scripted, init=f"dofile('{own}')")
    long = "a word and " * 40
    editor.lua("require('synthd.say').info(...)", long)
    editor.wait(lambda: editor.lua("return vim.g.told"), "a message")
    assert editor.lua("return vim.g.told") == f"synthd: {long.strip()}"
    assert not editor.line("a word")
