"""What a Python program does on a call, from a judge that was given nothing to compare with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import replace

from synthd.sandbox.checks import CaseReport, Checks, JudgeReport, Outcome, SpecReport, Statement
from synthd.sandbox.limits import Limits
from synthd.synth.observation import Happened, Observation

# Floats that agree in so many digits are the same: the order of a sum must not tell programs apart.
DIGITS = 9
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def checks(calls: tuple[str, ...]) -> Checks:
    """Each call as a statement whose output is reported, whatever it is."""
    return Checks(
        tuple(Statement(str(place), call, "", place + 1) for place, call in enumerate(calls))
    )


def quick(limits: Limits) -> Limits:
    """Nobody promised that a program comes to an end on a generated input, and a search that asks
    what dozens of programs do must not wait for each that does not."""
    return replace(
        limits,
        cpu_seconds=min(limits.cpu_seconds, 2.0),
        hurried_cpu_seconds=min(limits.hurried_cpu_seconds, 0.25),
        hurried_wall_seconds=min(limits.hurried_wall_seconds, 1.0),
        total_seconds=min(limits.total_seconds, 8.0),
    )


def observations(
    calls: tuple[str, ...], spec: SpecReport, report: JudgeReport
) -> tuple[Observation, ...]:
    """In the order of the calls. The time is shared among them: they ran in one process."""
    cases = {case.id: case for case in report.cases}
    seconds = report.seconds / max(1, len(calls))
    called = {unit.id for unit in spec.units}
    return tuple(
        _observation(call, cases.get(str(place)), seconds, str(place) in called)
        for place, call in enumerate(calls)
    )


def _observation(call: str, case: CaseReport | None, seconds: float, called: bool) -> Observation:
    if not called or case is None:
        happened = Happened.UNKNOWN if called else Happened.INVALID
        return Observation(call, happened, seconds=seconds)
    match case.outcome:
        case Outcome.PASS | Outcome.FAIL:
            got = case.got.strip() or "None"
            return Observation(call, Happened.RETURNED, canonical(got), got, seconds)
        case Outcome.RUNTIME_ERROR:
            kind = case.detail.split(":", 1)[0].strip()
            return Observation(call, Happened.RAISED, kind, case.detail, seconds)
        case Outcome.TIMEOUT:
            return Observation(call, Happened.TIMEOUT, shown=case.detail, seconds=seconds)
        case Outcome.INFRA_ERROR:
            return Observation(call, Happened.UNKNOWN, shown=case.detail, seconds=seconds)
        case _:
            return Observation(call, Happened.DIED, shown=case.detail, seconds=seconds)


def canonical(shown: str) -> str:
    """One spelling for equal values: sets and dicts in order, floats to nine digits."""
    try:
        return _spelled(ast.parse(shown, mode="eval").body)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ADDRESS.sub("", shown)


def _spelled(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=float() | complex() as number):
            return f"{number:.{DIGITS}g}" if isinstance(number, complex) else _float(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            negated = "-" + _spelled(operand)
            return "0.0" if negated == "-0.0" else negated
        case ast.Set(elts=parts):
            return "{" + _joined(sorted(_spelled(part) for part in parts)) + "}"
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return (
                "{" + _joined(sorted(f"{_spelled(k)}: {_spelled(v)}" for k, v in pairs if k)) + "}"
            )
        case ast.List(elts=parts):
            return "[" + _joined(_spelled(part) for part in parts) + "]"
        case ast.Tuple(elts=parts):
            return "(" + "".join(f"{_spelled(part)}, " for part in parts) + ")"
        case ast.Call(func=function, args=args, keywords=keywords):
            named = [f"{word.arg}={_spelled(word.value)}" for word in keywords]
            return f"{ast.unparse(function)}({_joined([*map(_spelled, args), *named])})"
        case _:
            return ADDRESS.sub("", ast.unparse(node))


def _float(number: float) -> str:
    return repr(float(f"{number:.{DIGITS}g}"))


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)
