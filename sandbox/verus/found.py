"""Finding Verus, what it needs beside itself, and what of the machine it must be shown.

`verus` of a release is a driver: it asks `rustup toolchain list` for the one toolchain that it was
built with, and becomes `rustup run TOOLCHAIN -- rust_verify …`, with VERUS_Z3_PATH set to the
`z3` beside it unless it is set already.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthd.sandbox.verus.errors import RELEASES, VerusMissing
from synthd.sandbox.verus.version import Build, build_of, options_of

_PATIENCE = 60.0  # the first start of a large program on a cold disk
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_TOOLCHAIN = re.compile(r"\b(?:nightly-)?\d+[\d.-]*\d-[\w]+-[\w-]+\b")
_UNSHOWABLE = ("/", "/home", "/root", "/tmp", "/var/tmp", "/dev/shm")


@dataclass(frozen=True, slots=True)
class Installation:
    """program: what is run. folders: what it reads besides the system. environment: what it needs
    of the user's. options: the long options it knows, empty where it does not say. cargo: its
    `cargo-verus`, if it has one."""

    program: Path
    build: Build
    folders: tuple[Path, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    options: frozenset[str] = frozenset()
    cargo: Path | None = None

    @property
    def version(self) -> str:
        return self.build.version

    def knows(self, option: str) -> bool:
        return option in self.options


async def find(configured: str | None, environment: Mapping[str, str]) -> Installation:
    """configured: a file or the folder of a release; else VERUS_PATH, else PATH.

    Raises VerusMissing.
    """
    program = _program(configured, environment)
    told = _needed(program, environment)
    code, said, complained = await _ask(program, told, "--version", "--output-json")
    build = build_of(said)
    if build is None:  # older ones know no JSON here
        code, said, complained = await _ask(program, told, "--version")
        build = build_of(said)
    if build is None:
        raise VerusMissing(_unusable(program, code, complained))
    _, said, complained = await _ask(program, told, "--help")
    cargo = program.with_name("cargo-verus")
    return Installation(
        program,
        build,
        _folders(program, told, environment),
        tuple(sorted(told.items())),
        options_of(said + complained),
        cargo if os.access(cargo, os.X_OK) else None,
    )


def _program(configured: str | None, environment: Mapping[str, str]) -> Path:
    for value, source in (
        (configured, "the setting"),
        (environment.get("VERUS_PATH"), "VERUS_PATH"),
    ):
        if not value:
            continue
        place = Path(value).expanduser()
        place = place / "verus" if place.is_dir() else place
        if not os.access(place, os.X_OK) or not place.is_file():
            raise VerusMissing(
                f"{source} names {place}, which is no program; it must name Verus' program or the "
                f"folder of an unpacked release ({RELEASES})"
            )
        return place.resolve()
    found = shutil.which("verus", path=environment.get("PATH", ""))
    if found is None:
        raise VerusMissing(
            f"Verus is not installed: unpack a release from {RELEASES}, then set VERUS_PATH to its "
            "folder; it needs rustup (https://rustup.rs) and says itself which toolchain"
        )
    return Path(found).resolve()


def _needed(program: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment that it is to see."""
    home = Path(environment.get("HOME") or Path.home())
    cargo = Path(environment.get("CARGO_HOME") or home / ".cargo")
    rustup = Path(environment.get("RUSTUP_HOME") or home / ".rustup")
    found = shutil.which("rustup", path=environment.get("PATH", "")) or str(cargo / "bin/rustup")
    released = (program.parent / "rust_verify").exists()
    told = {"PATH": _SYSTEM_PATH}
    if os.access(found, os.X_OK):
        told["PATH"] = f"{Path(found).parent}:{_SYSTEM_PATH}"
        told |= {"CARGO_HOME": str(cargo), "RUSTUP_HOME": str(rustup)}
    elif released:
        raise VerusMissing(
            f"{program} needs rustup, which is not on the PATH and not in {cargo / 'bin'}: "
            "install it from https://rustup.rs"
        )
    solver = environment.get("VERUS_Z3_PATH") or ""
    beside = (program.parent / "z3").exists()
    if solver and not os.access(solver, os.X_OK):
        raise VerusMissing(f"VERUS_Z3_PATH names {solver}, which is no program: unset it")
    if released and not (solver or beside):
        raise VerusMissing(
            f"there is no z3 beside {program}: unpack the whole release ({RELEASES}), "
            "or set VERUS_Z3_PATH"
        )
    return told | ({"VERUS_Z3_PATH": str(Path(solver).resolve())} if solver else {})


def _folders(
    program: Path, told: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[Path, ...]:
    """Toolchains and programs, but of the homes of cargo and rustup nothing else: there may be
    credentials."""
    home = Path(environment.get("HOME") or Path.home()).resolve()
    listed = [program.parent if _showable(program.parent, home) else program]
    if "RUSTUP_HOME" in told:
        rustup, cargo = Path(told["RUSTUP_HOME"]), Path(told["CARGO_HOME"])
        listed += [rustup / "toolchains", rustup / "settings.toml", cargo / "bin"]
        listed += [Path(told["PATH"].split(":")[0]) / "rustup"]
    if "VERUS_Z3_PATH" in told:
        listed.append(Path(told["VERUS_Z3_PATH"]))
    reached = [place for one in listed if one.exists() for place in (one, one.resolve())]
    return tuple(dict.fromkeys(reached))


def _showable(folder: Path, home: Path) -> bool:
    """Never the whole of a home or of a tmp."""
    kept = [home, *map(Path, _UNSHOWABLE)]
    return not any(place.is_relative_to(folder) for place in kept)


async def _ask(program: Path, told: Mapping[str, str], *words: str) -> tuple[int, str, str]:
    environment = {**told, "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8"}
    try:
        process = await asyncio.create_subprocess_exec(
            str(program),
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment | {"RUSTUP_AUTO_INSTALL": "0"},
            cwd="/",
        )
    except OSError as error:
        raise VerusMissing(f"{program} cannot be run: {error.strerror}; is it Verus?") from None
    try:
        said, complained = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        raise VerusMissing(f"{program} does not answer; is it Verus?") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    code = process.returncode or 0
    return code, said.decode(errors="replace"), complained.decode(errors="replace")


def _unusable(program: Path, code: int, complained: str) -> str:
    """Verus names the toolchain that it misses; so does rustup."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", complained).strip()
    wanted = _TOOLCHAIN.search(plain)
    if wanted is not None and ("not found" in plain or "not installed" in plain):
        return (
            f"{program} needs the Rust toolchain {wanted[0]}: rustup toolchain install {wanted[0]}"
        )
    first = plain.splitlines()[0] if plain else "no message"
    return (
        f"{program} does not say its version (status {code}: {first}); "
        f"unpack a release from {RELEASES} and set VERUS_PATH to its folder"
    )
