"""Every recorded program through `synthd verify`'s own reading: no crash, and no wrong word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.exits import BadInput
from synthd.daemon.verus import sources
from synthd.daemon.verus.verifying import Verifying
from synthd.sandbox.verus.run import Ending, VerusLimits, VerusRan
from synthd.synth.verifiers.verus.gate import Rules
from synthd.synth.verifiers.verus.report import VerusReport
from synthd.synth.verifiers.verus.understanding import understand

BOTH = {"--output-json", "--error-format=json"}


class Build:
    version, commit, toolchain = "recorded", "recorded", "recorded"


class Installation:
    version, build, program = "recorded", Build(), "recorded"

    def knows(self, option: str) -> bool:
        return True


class Recorded:
    """A checker that has only this to say; of another program, that time was up."""

    installation = Installation()
    limits = VerusLimits()

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row

    async def check(self, program: str, **_: object) -> VerusReport:
        row = self._row
        if program != row["program"]:
            return understand(program, VerusRan(Ending.TIMEOUT, 0, "", "", 1.0, "none"))
        ending = Ending.TIMEOUT if row.get("timed_out") else Ending.EXITED
        ran = VerusRan(ending, row["exit"], row["stdout"], row["stderr"], row["seconds"], "none")
        return understand(program, ran)


@pytest.mark.parametrize("name", ["flags", "benchmarks", "mutants"])
async def test_every_program_has_a_report(verus_recordings, tmp_path: Path, name: str) -> None:
    rows = [row for row in verus_recordings(name) if row["program"] and set(row["args"]) >= BOTH]
    path, read = tmp_path / "program.rs", 0
    for row in rows[:: {"flags": 1, "benchmarks": 5, "mutants": 10}[name]]:
        path.write_bytes(row["program"].encode())
        if "verus!" not in row["program"]:
            with pytest.raises(BadInput, match="has no `verus!"):
                await Verifying(Recorded(row), Rules()).verify(sources.resolve(str(path)))
            continue
        reports = await Verifying(Recorded(row), Rules()).verify(sources.resolve(str(path)))
        said = [json.loads(report.json_text()) for report in reports]
        statuses = {each["status"] for each in said}
        assert said, row["name"]
        if row["exit"]:
            assert statuses != {"verified"}, row["name"]
        elif "assume" not in row["program"] and "admit" not in row["program"]:
            assert "refuted" not in statuses, row["name"]
        read += 1
    assert read > 20
