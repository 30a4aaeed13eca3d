"""What an editable install may add to what a candidate sees."""

from __future__ import annotations

from pathlib import Path

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.interpreter import Interpreter
from synthd.sandbox.isolation import bubblewrap, grants
from synthd.sandbox.limits import Limits


def test_a_package_beside_the_workspace_is_shown_and_a_folder_around_it_is_not(
    tmp_path: Path,
) -> None:
    workspace, package = tmp_path / "workspace", tmp_path / "package"
    for folder in (workspace, package):
        folder.mkdir()
    module = workspace / "m.py"
    module.write_text("def f(x): ...\n")
    python = Path("/usr/bin/python3")
    context = ModuleContext(python, "m", module, (workspace,), workspace)
    interpreter = Interpreter(python, (), (tmp_path, package, Path("/tmp")), ())
    argv = bubblewrap(interpreter, context, Limits(), (module,))
    bound = {argv[i + 1] for i, word in enumerate(argv) if word.startswith("--ro-bind")}
    granted = {path for path, _ in grants(interpreter, context, None, (module,))}
    for shown in (bound, granted):
        assert str(package) in shown
        assert {str(tmp_path), "/tmp"}.isdisjoint(shown)
    assert str(workspace) in bound and str(module) not in granted
