"""`synthd verify FILE.rs`: Rust functions as they stand, by Verus."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synthd.daemon import config
from synthd.daemon.cli.screen import complain, out
from synthd.daemon.exits import BadInput, Exit, Failure, worst
from synthd.daemon.isolating import isolation
from synthd.daemon.locations import user_config_file
from synthd.daemon.settings import Settings
from synthd.daemon.verus import sources
from synthd.daemon.verus.crates import Crate
from synthd.daemon.verus.installed import Tool, open_checker, tool
from synthd.daemon.verus.showing import show, show_trusts
from synthd.daemon.verus.verifying import CODES, Verifying
from synthd.daemon.verus.wire import RustReport, RustStanding
from synthd.sandbox.level import Detection
from synthd.synth.source.place import find_workspace
from synthd.synth.verifiers.verus.gate import Rules


@dataclass(frozen=True, slots=True)
class Asked:
    targets: tuple[str, ...]
    tests: tuple[Path, ...] = ()
    json: bool = False
    unsafe: bool = False
    watch: bool = False
    gate: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


async def main(asked: Asked) -> Exit:
    """Raises Failure where the command as a whole cannot be."""
    _refuse(asked)
    settings = _settings(asked)
    if not asked.watch:
        # Before Verus is looked for: what the user can mend at once comes first.
        for target in asked.targets:
            if not sources.is_crate(target):
                sources.resolve(target)
    found = await tool(settings, os.environ)
    detection = await isolation(unsafe=asked.unsafe)
    command = _Command(asked, settings, found, detection)
    async with open_checker(found, settings, detection, unsafe=asked.unsafe) as checker:
        rules = Rules(
            gate="paper" if asked.gate == "paper" else "strict",
            termination=found.demands_termination,
        )
        verifying = Verifying(checker, rules, found.note)
        if not asked.watch:
            return await command.all(verifying)
        from synthd.daemon.cli.watching import watch

        files = [Path(target.partition("::")[0]) for target in asked.targets]
        complain(f"watching {', '.join(map(str, files))}; Ctrl-C ends it")
        await watch(files, lambda: command.all(verifying))


@dataclass(frozen=True, slots=True)
class _Command:
    asked: Asked
    settings: Settings
    tool: Tool
    detection: Detection

    async def all(self, verifying: Verifying) -> Exit:
        return worst([await self._target(verifying, target) for target in self.asked.targets])

    async def _reports(self, verifying: Verifying, target: str) -> list[RustReport]:
        if sources.is_crate(target):
            unsafe = self.asked.unsafe
            crate = Crate(Path(target), self.tool, self.settings, self.detection, unsafe)
            return await crate.verify()
        return await verifying.verify(sources.resolve(target))

    async def _target(self, verifying: Verifying, target: str) -> Exit:
        try:
            reports = await self._reports(verifying, target)
        except Failure as failure:
            return failed(target, failure, json=self.asked.json)
        if not reports:
            message = "Verus has nothing to verify here"
            return failed(target, BadInput(message), json=self.asked.json)
        for report in reports:
            if self.asked.json:
                print(report.json_text(), flush=True)
            else:
                show(out(), report)
        if not self.asked.json:
            show_trusts(out(), reports)
        return _code(target, reports)


def _code(target: str, reports: Sequence[RustReport]) -> Exit:
    codes = [CODES[report.status] for report in reports if report.status in CODES]
    if not codes:
        complain(f"{target}: nothing was verified")
        return Exit.USAGE
    return worst(codes)


def failed(target: str, failure: Failure, *, json: bool) -> Exit:
    """A script gets an object also for what could not be done."""
    file, _, function = target.partition("::")
    if json:
        report = RustReport(
            file=file, function=function, status=RustStanding.ERROR, message=str(failure)
        )
        print(report.json_text(), flush=True)
    else:
        complain(f"{target}: {failure}")
    return failure.code


def _settings(asked: Asked) -> Settings:
    workspace = find_workspace(Path(asked.targets[0].partition("::")[0]))
    return config.load(workspace, user_config_file(), os.environ, asked.settings).settings


def _refuse(asked: Asked) -> None:
    if asked.watch and any(map(sources.is_crate, asked.targets)):
        raise BadInput("--watch is for files: name those of the crate that change")
    if asked.tests:
        raise BadInput(
            "--tests is for Python: a Rust function is held to its `requires` and `ensures`"
        )
    if asked.settings.get("python"):
        raise BadInput("--python is for Python: Rust is verified with the Verus that is found")
    if asked.gate not in (None, "strict", "paper"):
        raise BadInput(f"--gate {asked.gate!r}: it is strict or paper")
