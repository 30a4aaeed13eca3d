"""An edit that comes while the user types: Neovim answers that it applied what it refused, so
nothing but the server's comparison may be believed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]
Start = Callable[..., Any]

TEXT = "def f():\n    pass\n\n\ndef g():\n    return 2\n"
SOLVED = ["def f():", "    x = 0", "    return x + 1", "", "", "def g():", "    return 2"]
AT_ONCE = "vim.lsp.config('synthd', { init_options = { preview = 'none' } })"

# Types into the function when the edit arrives: 'crossing', before Neovim has told the server of
# it; 'preparing', the same at the empty edit that precedes one to a buffer of version 0.
TYPE_AT_EDIT = """
local apply = vim.lsp.config.synthd.handlers['workspace/applyEdit']
vim.lsp.config('synthd', {
  handlers = {
    ['workspace/applyEdit'] = function(problem, params, context)
      local empty = params.edit.documentChanges[1].edits[1].newText == ''
      if vim.g.type_when == (empty and 'preparing' or 'crossing') and not vim.g.typed then
        vim.g.typed = true
        vim.api.nvim_buf_set_lines(0, 2, 2, false, { '    # typed' })
      end
      return apply(problem, params, context)
    end,
  },
})
"""
COUNT = "return vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()]"
PROGRESS = """
vim.g.progress = {}
vim.api.nvim_create_autocmd('LspProgress', {
  callback = function(event)
    vim.g.progress = vim.list_extend(vim.g.progress, { event.data.params.value.kind })
  end,
})
"""


@pytest.fixture
def file(write: Write, tmp_path: Path) -> Path:
    put = "x = 0\n    return x + 1"
    return write(text=TEXT, put=put, gate=str(tmp_path / "gate"), tell=["drafting"])


@pytest.fixture(scope="module")
def lasting(started: Callable[[list[Any]], Start], scripted: list[str]) -> Iterator[Any]:
    editors: list[Any] = []
    yield started(editors)(scripted, init="\n".join([AT_ONCE, TYPE_AT_EDIT, PROGRESS]))
    for editor in editors:
        editor.close()


@pytest.fixture
def editor(lasting: Any) -> Iterator[Any]:
    """One that applies edits without asking, and types at them where vim.g.type_when says so."""
    lasting.lua("vim.g.typed, vim.g.type_when, vim.g.progress = false, '', {}")
    yield lasting
    lasting.reset()


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


def edited(editor: Any) -> None:
    """So that the document's version is not 0."""
    editor.keys("GonoteX<Esc>u")
    editor.wait(lambda: editor.lua(COUNT) > 0, "a version")


@pytest.mark.parametrize("first", [False, True], ids=["fresh buffer", "edited buffer"])
def test_synthesizes_and_undoes_in_one_step(
    editor: Any, file: Path, gate: Path, first: bool
) -> None:
    editor.open(file)
    before = editor.text
    if first:
        edited(editor)
    editor.go(2)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    gate.touch()
    editor.sees("synthd: f: all checks pass [tested]")
    assert editor.text[1:] == SOLVED
    told = editor.wait(lambda: "end" in (t := editor.lua("return vim.g.progress")) and t, "an end")
    assert told[0] == "begin" and told[-1] == "end"
    editor.keys("u")
    assert editor.text == before


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("running", False),
        ("running", True),
        ("preparing", False),
        ("crossing", False),
        ("crossing", True),
    ],
    ids=lambda value: value if isinstance(value, str) else "version>0" if value else "version 0",
)
def test_a_changed_function_is_left_alone(
    editor: Any, file: Path, gate: Path, when: str, first: bool
) -> None:
    editor.open(file)
    if first:
        edited(editor)
    editor.go(2)
    editor.lua("vim.g.type_when = ...", when)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    if when == "running":
        editor.keys("o# typed<Esc>")
    gate.touch()
    editor.sees("1: Synthesize again for the new text")
    editor.keys("2<CR>")
    editor.gone("⟳")
    assert editor.text[1:] == ["def f():", "    # typed", *TEXT.splitlines()[1:]]
    assert not editor.line("✓") and not any("[tested]" in line for line in editor.messages)


def test_typing_elsewhere_does_no_harm(editor: Any, file: Path, gate: Path) -> None:
    editor.open(file)
    editor.go(2)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    editor.keys("ggO# above<Esc>")
    editor.keys("Go# below<Esc>")
    assert "def f():" in editor.line("⟳"), "the mark follows"
    gate.touch()
    editor.sees("synthd: f: all checks pass [tested]")
    assert [editor.text[0], *editor.text[2:]] == ["# above", *SOLVED, "# below"]


def test_what_was_typed_last_is_what_is_solved(editor: Any, file: Path, gate: Path) -> None:
    """Neovim delays its change notifications; a request has to flush them."""
    editor.open(file)
    gate.touch()
    editor.go(2)
    editor.lua(
        "vim.api.nvim_buf_set_lines(0, 1, 1, false, { '# typed' })vim.cmd('Synthd synthesize')"
    )
    editor.sees("synthd: f: all checks pass [tested]")
    assert editor.text[1:] == ["# typed", *SOLVED]


def test_accepting_does_not_claim_what_was_refused(
    start: Start, scripted: list[str], file: Path, gate: Path
) -> None:
    editor = start(scripted, init=TYPE_AT_EDIT)
    gate.touch()
    editor.open(file)
    edited(editor)
    editor.go(2)
    editor.lua("vim.g.type_when = 'crossing'")
    editor.say("Synthd synthesize")
    editor.sees("a accept")
    editor.keys("a")
    editor.sees("1: Synthesize again for the new text")
    editor.keys("2<CR>")
    editor.gone("… applying")
    assert "    # typed" in editor.text and "    return x + 1" not in editor.text
    assert not editor.line("✓") and not any("[tested]" in line for line in editor.messages)
