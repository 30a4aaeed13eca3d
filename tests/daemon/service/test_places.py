"""The folders: found as the libraries find them, and refused when they are not ours alone."""

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from synthd.daemon.thin import address
from synthd.daemon.thin.address import Tcp, files, read_tcp, unix_path, write_tcp
from synthd.daemon.thin.build import identity
from synthd.daemon.thin.errors import TooLong, Unsafe
from synthd.daemon.thin.places import runtime_folder, state_folder


@pytest.mark.parametrize("stated", ["/somewhere/else", "", "not/absolute", None])
def test_state_folder_is_where_platformdirs_has_it(
    stated: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if stated is None:
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_STATE_HOME", stated)
    assert state_folder(os.environ) == str(platformdirs.user_state_path("synthd"))


def test_runtime_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    assert runtime_folder({"SYNTHD_RUNTIME_DIR": str(folder)}) == str(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_runtime_folder_of_the_session(tmp_path: Path) -> None:
    assert runtime_folder({"XDG_RUNTIME_DIR": str(tmp_path)}) == str(tmp_path / "synthd")


def test_another_users_session_is_not_ours(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(tmp_path, 65534, 65534)
    assert not runtime_folder({"XDG_RUNTIME_DIR": str(tmp_path)}).startswith(str(tmp_path))


def refusal(folder: Path) -> str:
    with pytest.raises(Unsafe) as caught:
        runtime_folder({"SYNTHD_RUNTIME_DIR": str(folder)})
    return str(caught.value)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o701, 0o777])
def test_open_folder_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(mode)
    assert f"chmod 700 {folder}" in refusal(folder)


def test_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "run").symlink_to(tmp_path / "real")
    assert "is a link" in refusal(tmp_path / "run")


def test_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    assert "no folder" in refusal(tmp_path / "run")
    assert "cannot be made" in refusal(tmp_path / "run" / "below")


def test_another_users_folder_is_refused(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    assert "belongs to another user (uid 65534)" in refusal(folder)


def test_path_that_no_socket_takes_is_told(tmp_path: Path) -> None:
    with pytest.raises(TooLong, match="SYNTHD_RUNTIME_DIR"):
        unix_path(files(str(tmp_path / ("x" * 100)), "0" * 64))


def test_token_file_is_this_users_alone(tmp_path: Path) -> None:
    found = files(str(tmp_path), "0" * 64)
    assert read_tcp(found) is None
    write_tcp(found, Tcp(4242, "planted-token"))
    assert Path(found.tcp).stat().st_mode & 0o777 == 0o600
    assert read_tcp(found) == Tcp(4242, "planted-token")
    assert "planted-token" not in repr(read_tcp(found))
    os.chmod(found.tcp, 0o644)
    with pytest.raises(Unsafe, match="remove it"):
        read_tcp(found)


def test_token_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    found = files(str(tmp_path), "0" * 64)
    (tmp_path / "elsewhere").touch(mode=0o600)
    os.symlink(tmp_path / "elsewhere", found.tcp)
    with pytest.raises(Unsafe, match="remove it"):
        read_tcp(found)


def test_loopback_is_loopback() -> None:
    assert address.LOOPBACK == "127.0.0.1"


def make_sources(root: Path) -> None:
    for layer in ("daemon", "lsp", "synth", "sandbox"):
        (root / layer / "deep").mkdir(parents=True)
        (root / layer / "deep" / "module.py").write_text("1")


def rewrite(path: Path) -> None:
    path.write_text("22")


@pytest.mark.parametrize(
    "change", [rewrite, os.utime, Path.unlink, lambda path: path.with_name("new.py").touch()]
)
def test_identity_sees_every_change(tmp_path: Path, change: Callable[[Path], object]) -> None:
    make_sources(tmp_path)
    before = identity(str(tmp_path))
    assert identity(str(tmp_path)) == before
    change(tmp_path / "synth" / "deep" / "module.py")
    assert identity(str(tmp_path)) != before


def test_identity_is_blind_to_byte_code(tmp_path: Path) -> None:
    make_sources(tmp_path)
    before = identity(str(tmp_path))
    cache = tmp_path / "synth" / "__pycache__"
    cache.mkdir()
    (cache / "module.cpython-311.pyc").touch()
    (cache / "odd.py").touch()
    assert identity(str(tmp_path)) == before
