"""What stands at the head of a trace: what was asked for, of whom, and how."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from synthd.daemon.certificate import parameters_of, text_sha256
from synthd.daemon.prepare import Prepared
from synthd.daemon.setup import Setup
from synthd.synth.problem import Check, Doctest, Example, Problem, TestFile
from synthd.synth.run import Strategy
from synthd.synth.trace.records import Header, Scalar, VisibleCheck


def header(prepared: Prepared, setup: Setup, strategy: Strategy, name: str, started: str) -> Header:
    """strategy: the one that runs, which is not the wanted one where nothing can be judged."""
    target = f"{prepared.source.path}::{prepared.target.qualname}"
    return header_of(prepared.problem, target, setup, strategy, name, started)


def header_of(
    problem: Problem, target: str, setup: Setup, strategy: Strategy, name: str, started: str
) -> Header:
    """target: as users name it, FILE::FUNCTION."""
    return Header(
        run=name,
        started=started,
        target=target,
        problem=problem.id,
        statement_sha256=text_sha256(problem.start),
        checks=(*(_shown(check) for check in problem.spec.visible), *_contract(problem)),
        strategy=setup.strategy_name if strategy is setup.strategy else type(strategy).__name__,
        parameters=tuple(
            (name, _scalar(value))
            for name, value in parameters_of(strategy, setup.extraction).items()
        ),
        model=setup.model.name,
        endpoint=setup.model.endpoint,
        identity=str(getattr(setup.model, "identity", "")),
        seed=setup.seed,
        budget=setup.budget,
        synthd=_version(),
    )


def _contract(problem: Problem) -> tuple[VisibleCheck, ...]:
    contract = problem.spec.contract
    return (VisibleCheck("contract", problem.entry_point, contract),) if contract else ()


def _shown(check: Check) -> VisibleCheck:
    match check:
        case Doctest():
            return VisibleCheck(check.id, check.source, check.want)
        case Example():
            return VisibleCheck(check.id, check.call, check.expected)
        case TestFile():
            return VisibleCheck(check.id, check.path, check.text)


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)


@cache
def _version() -> str:
    """Files are read for it."""
    return version("synthd")
