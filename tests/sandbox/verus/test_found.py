"""Finding Verus: configured, in VERUS_PATH, on the PATH; and saying what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.sandbox.verus.errors import VerusMissing
from synthd.sandbox.verus.found import find
from synthd.sandbox.verus.version import build_of, options_of

Make = Callable[..., Path]
TOOLCHAIN = "1.96.0-x86_64-unknown-linux-gnu"


def release(folder: Path, script: str, *others: str) -> Path:
    """A folder as a release unpacks, with this script in place of the driver."""
    folder.mkdir()
    for name in ("verus-root", "rust_verify", *others):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    (folder / "verus").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "verus").chmod(0o755)
    return folder


async def test_setting_before_variable_before_path(verus_stand_in: Make, tmp_path: Path) -> None:
    places = [verus_stand_in(folder=name, version=name) for name in ("one", "two", "three")]
    environment = {"VERUS_PATH": str(places[1]), "PATH": str(places[2].parent)}
    assert (await find(str(places[0]), environment)).version == "one"
    assert (await find(None, environment)).version == "two"
    assert (await find(None, {"PATH": environment["PATH"]})).version == "three"


async def test_a_folder_stands_for_its_program(verus_stand_in: Make) -> None:
    verus = verus_stand_in()
    found = await find(str(verus.parent), {})
    assert found.program == verus.resolve()
    assert found.build.toolchain == TOOLCHAIN
    assert verus.parent.resolve() in found.folders
    assert found.knows("--smt-option") and not found.knows("--no-such-option")


async def test_none_at_all() -> None:
    with pytest.raises(VerusMissing, match=r"not installed.*releases.*VERUS_PATH.*rustup"):
        await find(None, {"PATH": "/nowhere"})


async def test_a_setting_that_names_nothing_is_not_passed_over(verus_stand_in: Make) -> None:
    verus = verus_stand_in()
    with pytest.raises(VerusMissing, match="the setting names /nowhere/verus"):
        await find("/nowhere/verus", {"VERUS_PATH": str(verus)})


async def test_a_release_without_rustup(tmp_path: Path) -> None:
    folder = release(tmp_path / "release", "exit 1", "z3")
    with pytest.raises(VerusMissing, match=r"needs rustup.*https://rustup\.rs"):
        await find(str(folder), {"HOME": str(tmp_path), "PATH": "/nowhere"})


async def test_a_release_without_its_solver(tmp_path: Path) -> None:
    folder = release(tmp_path / "release", "exit 1")
    (tmp_path / "rustup").write_text("#!/bin/sh\n")
    (tmp_path / "rustup").chmod(0o755)
    with pytest.raises(VerusMissing, match="no z3 beside"):
        await find(str(folder), {"HOME": str(tmp_path), "PATH": str(tmp_path)})


async def test_a_missing_toolchain_is_named_with_its_command(tmp_path: Path) -> None:
    said = f"verus: required rust toolchain {TOOLCHAIN} not found"
    folder = release(tmp_path / "release", f"echo '{said}' >&2; exit 1", "z3", "rustup")
    with pytest.raises(VerusMissing, match=f"rustup toolchain install {TOOLCHAIN}"):
        await find(str(folder), {"HOME": str(tmp_path), "PATH": str(folder)})


async def test_something_else_by_that_name(tmp_path: Path) -> None:
    (tmp_path / "verus").write_text("#!/bin/sh\necho hello\n")
    (tmp_path / "verus").chmod(0o755)
    with pytest.raises(VerusMissing, match="does not say its version"):
        await find(None, {"PATH": str(tmp_path)})


async def test_it_is_shown_toolchains_and_no_credentials(tmp_path: Path) -> None:
    folder = release(
        tmp_path / "release", """echo '{"verus": {"version": "1", "toolchain": "t"}}'""", "z3"
    )
    home = tmp_path / "home"
    for place in (".rustup/toolchains", ".cargo/bin"):
        (home / place).mkdir(parents=True)
    (home / ".cargo/bin/rustup").write_text("#!/bin/sh\n")
    (home / ".cargo/bin/rustup").chmod(0o755)
    (home / ".cargo/credentials.toml").write_text("secret")
    found = await find(str(folder), {"HOME": str(home), "PATH": "/usr/bin"})
    assert home / ".rustup/toolchains" in found.folders
    assert not any(
        (home / ".cargo/credentials.toml").is_relative_to(place) for place in found.folders
    )
    assert dict(found.environment)["RUSTUP_HOME"] == str(home / ".rustup")


async def test_a_home_is_never_shown_whole(tmp_path: Path, verus_stand_in: Make) -> None:
    verus = verus_stand_in()
    (verus.parent / "secret").write_text("mine")
    found = await find(str(verus), {"HOME": str(verus.parent), "PATH": ""})
    assert verus.parent.resolve() not in found.folders


@pytest.mark.parametrize(
    ("said", "version", "toolchain"),
    [
        ("Verus\n  Version: 0.2024.08\n  Toolchain: 1.79.0-x\n", "0.2024.08", "1.79.0-x"),
        ("Verus\n  Version: 0.2023\n", "0.2023", ""),
        ('{"verus": {"version": "1", "toolchain": "t"}}', "1", "t"),
        ('{"version": "2"}', "2", ""),
        ('{"verus": "3"}', "3", ""),
    ],
)
def test_versions_old_and_new(said: str, version: str, toolchain: str) -> None:
    build = build_of(said)
    assert build is not None
    assert (build.version, build.toolchain) == (version, toolchain)


@pytest.mark.parametrize("said", ["", "hello", "[]", "{}", "null", '{"verus": {}}'])
def test_no_version(said: str) -> None:
    assert build_of(said) is None


def test_options_of_a_help_text() -> None:
    said = "  --rlimit FLOAT  (see `--multiple-errors`)\n -h, --help  a--b --no-report-long-running"
    assert {"--rlimit", "--multiple-errors", "--help"} <= options_of(said)
    assert "--b" not in options_of(said)
