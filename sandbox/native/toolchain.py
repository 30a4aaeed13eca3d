"""Which compiler is there, what of the file system it needs, and how it is called."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from synthd.sandbox.errors import SandboxError
from synthd.sandbox.programs import Language

SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
PROGRAM = "{program}"  # stands for where the supervisor wants the result
_PATIENCE = 20.0
_PACKAGES = {
    "g++": {"apt-get": "g++", "dnf": "gcc-c++", "pacman": "gcc", "zypper": "gcc-c++", "apk": "g++"},
    "cc": {"apt-get": "gcc", "dnf": "gcc", "pacman": "gcc", "zypper": "gcc", "apk": "build-base"},
    "rustc": {"apt-get": "rustc", "dnf": "rust", "pacman": "rust", "zypper": "rust", "apk": "rust"},
}
_VERBS = {
    "apt-get": "apt-get install",
    "dnf": "dnf install",
    "pacman": "pacman -S",
    "zypper": "zypper install",
    "apk": "apk add",
}


class CompilerMissing(SandboxError):
    """Says what to install."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """The source comes on standard input: no file of it lies where the program could read it."""

    language: Language
    program: Path
    folders: tuple[Path, ...]  # shown besides the system's

    def command(self, flags: tuple[str, ...], checked: bool) -> list[str]:
        """checked: tests are in it, which count on Rust's overflow checks."""
        if self.language is Language.CPP:
            options = ["-std=c++17", "-O1", "-w", "-pipe", "-fmax-errors=5"]
            options += ["-fdiagnostics-color=never", "-x", "c++", "-", "-o", PROGRAM]
            return [str(self.program), *options, *flags]
        overflow = "on" if checked else "off"
        options = ["--edition", "2021", "--crate-name", "program", "--crate-type", "bin"]
        options += ["-A", "warnings", "--color", "never"]
        for option in ("opt-level=1", f"overflow-checks={overflow}", "debuginfo=0"):
            options += ["-C", option]
        return [str(self.program), *options, "-o", PROGRAM, *flags, "-"]


async def find(language: Language) -> Toolchain:
    """Raises CompilerMissing."""
    name = {Language.CPP: "g++", Language.RUST: "rustc"}.get(language)
    if name is None:
        raise CompilerMissing(f"{language} is not a compiled language")
    place = _which(name, "C++" if language is Language.CPP else "Rust")
    if language is Language.CPP:
        return Toolchain(language, place, _around(place.resolve()))
    _which("cc", "Rust (it links with it)")
    root = await _sysroot(place)
    actual = root / "bin" / "rustc"
    program = actual if actual.exists() else place.resolve()
    return Toolchain(language, program, () if _of_system(root) else (root,))


def _which(name: str, language: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise CompilerMissing(f"{name} is not installed, {language} needs it; {_advice(name)}")
    return Path(found)


def _advice(name: str) -> str:
    prefix = "" if os.geteuid() == 0 else "sudo "
    for tool, package in _PACKAGES[name].items():
        if shutil.which(tool):
            return f"try: {prefix}{_VERBS[tool]} {package}"
    return "see https://rustup.rs" if name == "rustc" else "install GCC and put it on the PATH"


async def _sysroot(rustc: Path) -> Path:
    """What is on the PATH may be rustup's, which starts the real one."""
    process = await asyncio.create_subprocess_exec(
        str(rustc),
        "--print",
        "sysroot",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        raise CompilerMissing(f"{rustc} does not answer; is it a working rustc?") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    root = _folder(said)
    if process.returncode != 0 or root is None:
        last = complained.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise CompilerMissing(f"{rustc} does not work ({last[0]}); try: rustup default stable")
    return root


def _folder(said: bytes) -> Path | None:
    root = Path(said.decode(errors="replace").strip())
    return root.resolve() if root.is_absolute() and root.is_dir() else None


def _of_system(path: Path) -> bool:
    return any(path.is_relative_to(place) for place in SYSTEM)


def _around(compiler: Path) -> tuple[Path, ...]:
    """A compiler of its own prefix (conda's, a home's) brings its parts along."""
    return () if _of_system(compiler) else (compiler.parent.parent,)
