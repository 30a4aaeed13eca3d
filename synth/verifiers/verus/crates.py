"""A whole crate, by `cargo verus verify` where the installation has it.

Cargo runs offline and writes to a private target folder only; the crate itself is shown read-only.
It passes on the compiler's diagnostics on standard output, between the JSON objects that Verus
prints for each crate that it verified.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from synthd.sandbox.level import Detection
from synthd.sandbox.verus.errors import RELEASES, VerusMissing
from synthd.sandbox.verus.found import Installation
from synthd.sandbox.verus.process import allow, run
from synthd.sandbox.verus.run import JSON_FLAGS, VerusLimits
from synthd.sandbox.verus.view import Order
from synthd.synth.verifiers.verus.report import VerusReport
from synthd.synth.verifiers.verus.understanding import understand_files

_FILES = 2000
_FAILED = 101
_ROOTS = ("lib.rs", "main.rs", "mod.rs")


async def check_crate(
    folder: Path,
    installation: Installation,
    limits: VerusLimits,
    detection: Detection,
    *,
    package: str = "",
    unsafe: bool = False,
) -> VerusReport:
    """folder: where its Cargo.toml is. package: one of a workspace's.

    Raises VerusMissing without `cargo-verus`, and SandboxError where nothing can be run.
    """
    allow(detection, unsafe)
    if installation.cargo is None:
        raise VerusMissing(
            f"there is no cargo-verus beside {installation.program}: crates need a release that "
            f"has one ({RELEASES})"
        )
    ran = await run(_order(folder, installation, limits, package), {}, detection.level, limits)
    # It asks the compiler for JSON by itself; its status for a failed crate is 101.
    ran = replace(ran, code=1 if ran.code == _FAILED else ran.code, asked=JSON_FLAGS)
    texts = await asyncio.to_thread(_texts, folder)
    modules = {name: _module(name) for name in texts}
    return understand_files(texts, modules, ran, version=installation.version, cargo=True)


def _order(folder: Path, installation: Installation, limits: VerusLimits, package: str) -> Order:
    assert installation.cargo is not None
    folder = folder.resolve()
    words = [str(installation.cargo), "verify", "--manifest-path", str(folder / "Cargo.toml")]
    words += ["--offline", "--target-dir", "{private}/target"]
    words += ["--package", package] if package else []
    words += ["--message-format=json", "--"]
    words += ["--output-json", "--time", "--multiple-errors", str(limits.multiple_errors)]
    words += ["--rlimit", f"{limits.rlimit:g}", "--num-threads", str(limits.threads)]
    environment = dict(installation.environment)
    folders = [*installation.folders, folder]
    if "CARGO_HOME" in environment:  # sources that were fetched before, and no credentials
        home = Path(environment["CARGO_HOME"])
        parts = (home / "registry", home / "git", home / "config.toml")
        folders += [part for part in parts if part.exists()]
    if installation.build.toolchain and "RUSTUP_HOME" in environment:
        environment["RUSTUP_TOOLCHAIN"] = installation.build.toolchain  # cargo's, too
    return Order(tuple(words), tuple(folders), tuple(environment.items()), folder)


def _texts(folder: Path) -> dict[str, str]:
    """The crate's sources, by their paths as cargo's diagnostics have them."""
    found = {}
    for path in sorted(folder.rglob("*.rs"))[:_FILES]:
        name = path.relative_to(folder)
        if "target" not in name.parts[:1]:
            found[str(name)] = path.read_text(errors="replace")
    return found


def _module(name: str) -> str:
    """`src/a/b.rs` is a::b, `src/a/mod.rs` a, and the crate's root has no name."""
    parts = list(Path(name).parts)
    parts = parts[parts.index("src") + 1 :] if "src" in parts else parts
    if parts[-1] in _ROOTS:
        return "::".join(parts[:-1])
    return "::".join([*parts[:-1], parts[-1].removesuffix(".rs")])
