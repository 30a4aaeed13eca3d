"""Where there is no compiler, or no isolation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synthd.sandbox.checks import Outcome
from synthd.sandbox.errors import SandboxUnavailable
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.native.judge import NativeJudge
from synthd.sandbox.programs import Exchange, Exchanges, Language, ProgramReport

SUM = {
    Language.CPP: "#include <iostream>\nint main() { long a, s = 0; while (std::cin >> a) s += a;"
    " std::cout << s << std::endl; }",
    Language.RUST: "use std::io::*;\nfn main() { let mut s = String::new();"
    " stdin().read_to_string(&mut s).unwrap();"
    ' println!("{}", s.split_whitespace().map(|x| x.parse::<i64>().unwrap()).sum::<i64>()); }',
}


@pytest.fixture(params=[Language.CPP, Language.RUST], ids=str)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    if shutil.which("g++" if found is Language.CPP else "rustc") is None:
        pytest.skip(f"no compiler for {found}")
    return found


async def test_a_missing_compiler_is_no_verdict(
    language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = await judged_anyway(language)
    assert report.outcome is Outcome.INFRA_ERROR
    assert "is not installed" in report.error


async def judged_anyway(language: Language) -> ProgramReport:
    async with NativeJudge.open(language, Detection(Level.LANDLOCK), Limits()) as judge:
        return await judge.judge("", Exchanges((Exchange("", ""),)))


async def test_no_isolation_is_refused() -> None:
    nothing = Detection(Level.NONE, ("no kernel",), "get one")
    with pytest.raises(SandboxUnavailable, match=r"no kernel; try: get one"):
        async with NativeJudge.open(Language.CPP, nothing, Limits()):
            pass


async def test_unsafe_is_possible(language: Language) -> None:
    nothing = Detection(Level.NONE, ("no kernel",))
    async with NativeJudge.open(language, nothing, Limits(), unsafe=True) as judge:
        report = await judge.judge(SUM[language], Exchanges((Exchange("1 2", "3"),)))
    assert report.accepted, report
    assert report.isolation is Level.NONE
