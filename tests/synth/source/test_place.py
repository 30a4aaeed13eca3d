from pathlib import Path

import pytest

from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import find_python, place


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.parametrize(
    ("files", "file", "module", "roots"),
    [
        (["a.py"], "a.py", "a", ["."]),
        (["p/__init__.py", "p/q/__init__.py", "p/q/a.py"], "p/q/a.py", "p.q.a", ["."]),
        (["src/p/__init__.py", "src/p/a.py"], "src/p/a.py", "p.a", ["src", "."]),
        (["src/p/__init__.py"], "src/p/__init__.py", "p", ["src", "."]),
        (["tools/a.py", "src/p/__init__.py"], "tools/a.py", "a", ["tools", "src", "."]),
    ],
)
def test_import_names(
    tmp_path: Path, files: list[str], file: str, module: str, roots: list[str]
) -> None:
    write(tmp_path, "pyproject.toml", *files)
    found = place(tmp_path / file)
    assert found.workspace == tmp_path
    assert found.module == module
    assert found.roots == tuple((tmp_path / root) for root in roots)


def test_without_a_mark_the_workspace_is_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "sub/a.py")
    assert place(tmp_path / "sub" / "a.py", workspace=tmp_path).workspace == tmp_path


def environment(folder: Path) -> Path:
    write(folder, "pyvenv.cfg", "bin/python")
    return folder / "bin" / "python"


def test_interpreters_are_found_as_editors_find_them(tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    active = environment(tmp_path / "active")
    conda = environment(tmp_path / "conda")
    conda_only = {"CONDA_PREFIX": str(tmp_path / "conda")}
    workspace.mkdir()
    assert find_python(workspace, None, conda_only).path == conda
    second = environment(workspace / "env")
    assert find_python(workspace, None, conda_only).path == second
    first = environment(workspace / ".venv")
    assert find_python(workspace, None, conda_only).path == first
    variables = {**conda_only, "VIRTUAL_ENV": str(tmp_path / "active")}
    found = find_python(workspace, None, variables)
    assert (found.path, "VIRTUAL_ENV" in found.why) == (active, True)
    assert find_python(workspace, tmp_path / "conda", variables).path == conda
    assert "--python" in find_python(workspace, conda, variables).why


def test_a_folder_that_is_no_environment_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "env/bin/python", "bin/python3")
    (tmp_path / "bin" / "python3").chmod(0o755)
    found = find_python(tmp_path, None, {"PATH": str(tmp_path / "bin")})
    assert found.path == tmp_path / "bin" / "python3"
    assert find_python(tmp_path, None, {}).path.is_file()


def test_a_wrong_interpreter_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not a Python interpreter"):
        find_python(tmp_path, Path("no-such-python"), {"PATH": ""})
