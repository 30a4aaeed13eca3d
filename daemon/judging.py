"""The judge of a prepared problem: its file's context, limits and checks, in two sandboxes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from synthd.daemon.exits import BadInput, Failure, Missing, Uncalled
from synthd.daemon.limiting import sandbox_limits
from synthd.daemon.prepare import Prepared
from synthd.daemon.settings import LimitSettings
from synthd.sandbox.checks import SpecReport
from synthd.sandbox.context import ModuleContext
from synthd.sandbox.errors import SandboxError
from synthd.sandbox.judge import PythonJudge
from synthd.sandbox.level import Detection
from synthd.synth.problem import Check, TestFile
from synthd.synth.source.splice import replacement
from synthd.synth.source.target import functions
from synthd.synth.source.text import SourceText
from synthd.synth.verifiers.python import PythonVerifier


@asynccontextmanager
async def open_verifier(
    prepared: Prepared,
    settings: LimitSettings,
    detection: Detection,
    *,
    unsafe: bool = False,
    checks: tuple[Check, ...] | None = None,
    present: bool = False,
    within: PythonJudge | None = None,
) -> AsyncIterator[PythonVerifier]:
    """checks: others than the problem's visible ones, for final scoring. present: whatever body
    a candidate has, the file is judged as it stands. within: a judge of the same file that is open.
    Raises Missing."""
    chosen = prepared.checks if checks is None else checks
    verifier = PythonVerifier(
        context_of(prepared, chosen),
        chosen,
        prepared.module_text,
        prepared.target.qualname,
        (lambda _: prepared.module_text) if present else _splicer(prepared),
        sandbox_limits(settings),
        detection,
        line=prepared.target.line,
        unsafe=unsafe,
        within=within,
    )
    try:
        async with verifier:
            yield verifier
    except SandboxError as error:
        raise Missing(str(error)) from None


def refusal(report: SpecReport, prepared: Prepared) -> Failure | None:
    """Why nothing can be judged, if so: the user's file or checks are broken by themselves."""
    path = prepared.source.path
    if report.module_error is not None:
        error = report.module_error
        at = f":{error.line}" if error.line else ""
        return Missing(
            f"{path}{at} cannot be imported: {error.message}. "
            f"It ran with {prepared.place.python} ({prepared.place.python_why}); "
            "--python names another interpreter"
        )
    if report.errors:
        return BadInput(
            "\n".join(
                f"{error.id}{f' (line {error.line})' if error.line else ''} fails by itself, "
                f"whatever {prepared.target.qualname} does: {error.message}"
                for error in report.errors
            )
        )
    if not report.units:
        return Uncalled(f"none of the checks calls {prepared.target.qualname}")
    return None


def context_of(prepared: Prepared, checks: tuple[Check, ...]) -> ModuleContext:
    place = prepared.place
    hidden = tuple(Path(check.path) for check in checks if isinstance(check, TestFile))
    return ModuleContext(
        python=place.python,
        module=place.module,
        path=place.path,
        roots=place.roots,
        workspace=place.workspace,
        hidden=hidden,
    )


def _splicer(prepared: Prepared) -> Callable[[str], str]:
    """From a body to the text of the module that can be executed."""
    source = SourceText.from_text(prepared.module_text, prepared.source.path)
    line, qualname = prepared.target.line, prepared.target.qualname
    target = next(t for t in functions(source) if (t.qualname, t.line) == (qualname, line))

    def splice(body: str) -> str:
        start, end, text = replacement(source, target, body)
        return source.text[:start] + text + source.text[end:]

    return splice
