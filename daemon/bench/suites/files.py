"""A task that is a function of a file of the user's: its own examples steer, tests beside score."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from synthd.daemon.bench.case import Found, Score, Sought, Tools
from synthd.daemon.bench.suites.function import file_of, found, setup_of
from synthd.daemon.bench.suites.scoring import NO_CODE
from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.judging import open_verifier, refusal
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.synthesis import synthesize
from synthd.synth.attempt import Candidate, Evaluation, Verdict
from synthd.synth.problem import Check, TestFile
from synthd.synth.run import Strategy
from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import find_workspace, place
from synthd.synth.source.splice import body_of
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText
from synthd.synth.verifiers.python import PythonVerifier


@dataclass(frozen=True, slots=True)
class FileCase:
    """Implements Case. file: from the process's own folder to where the text lies. tests: files
    of which those that name the function are held out; none: what steers scores, too."""

    id: str
    source: str
    function: str
    wanted: Wanted
    file: Callable[[Path], Path]
    workspace: Callable[[Path], Path] = find_workspace
    tests: tuple[Path, ...] = ()
    reference: str = ""
    language: str = "python"

    @property
    def text(self) -> str:
        return self.source

    def unmet(self, strategy: Strategy) -> str:
        return ""

    def prepared(self, folder: Path) -> Prepared:
        """Raises BadInput."""
        return self._prepared(self.file(folder), self.source, self.wanted)

    async def search(self, sought: Sought, tools: Tools) -> Found:
        prepared = self.prepared(tools.folder)
        setup = setup_of(sought, tools)
        async with AsyncExitStack() as stack:
            held_out = None
            if getattr(sought.strategy, "oracle", False):
                held_out = await self._judge(stack, prepared, tools)
            done = await synthesize(prepared, setup, sought.trace, held_out=held_out)
        assert done.outcome is not None
        program = file_of(prepared, done.body).text if done.body else ""
        return found(done.outcome, program, steered=prepared.tested)

    async def score(self, program: str, tools: Tools) -> Score:
        if not program.strip():
            return Score(False, NO_CODE)
        prepared = self.prepared(tools.folder)
        try:
            source = SourceText.from_text(program, prepared.source.path)
            body = body_of(source, find(source, self.function))
        except SourceError as error:
            return Score(None, "infra_error", error=str(error))
        async with AsyncExitStack() as stack:
            judge = await self._judge(stack, prepared, tools)
            return _score(await judge.verify(prepared.problem, Candidate(body)))

    async def _judge(
        self, stack: AsyncExitStack, prepared: Prepared, tools: Tools
    ) -> PythonVerifier:
        """By the held-out tests, or by what there is. Raises Missing where these are broken."""
        checks = held_out(self.tests, self.function) or prepared.checks
        judge = await stack.enter_async_context(
            open_verifier(
                prepared, tools.limits, tools.detection, unsafe=tools.unsafe, checks=checks
            )
        )
        broken = refusal(await judge.preflight(), prepared)
        if broken is not None:
            raise Missing(f"{self.id}: its tests cannot score anything: {broken}")
        return judge

    def _prepared(self, path: Path, text: str, wanted: Wanted) -> Prepared:
        try:
            source = SourceText.from_text(text, str(path))
            where = place(path, workspace=self.workspace(path), environment={})
            return prepare(source, find(source, self.function), where, wanted)
        except SourceError as error:
            raise BadInput(f"{self.id}: {error}") from None


def held_out(tests: tuple[Path, ...], function: str) -> tuple[Check, ...]:
    """Of these files the tests that name the function: others are about what is not written yet.

    Raises Missing where a file is not there any more.
    """
    try:
        read = [(path, about(SourceText.load(path).code, function)) for path in tests]
    except (OSError, SourceError) as error:
        raise Missing(f"held-out tests cannot be read: {error}") from None
    return tuple(TestFile(f"tests:{path.name}", str(path), text) for path, text in read if text)


def about(text: str, function: str) -> str:
    """A test file without the tests that do not name the function; "" where none does. What is
    left stays on its lines."""
    name = function.rpartition(".")[2]
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text  # whoever runs it says what is wrong with it
    tests = [node for node in ast.walk(tree) if _is_test(node)]
    others = [node for node in tests if name not in _named(node)]
    if len(others) == len(tests):
        return ""
    lines = text.split("\n")
    for node in others:
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        assert node.end_lineno is not None
        lines[first - 1] = " " * node.col_offset + "pass"
        lines[first : node.end_lineno] = [""] * (node.end_lineno - first)
    return "\n".join(lines)


def _is_test(node: ast.AST) -> bool:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, kinds) and node.name.startswith("test")


def _named(node: ast.AST) -> set[str]:
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return found | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _score(evaluation: Evaluation) -> Score:
    first = next((case for case in evaluation.cases if not case.passed), None)
    undecided = evaluation.verdict is Verdict.UNDECIDED
    accepted = evaluation.verdict is Verdict.ACCEPTED
    outcome = first.outcome.value if first else "pass" if accepted else "infra_error"
    return Score(
        passed=None if undecided else accepted,
        outcome=outcome,
        executed=len(evaluation.cases),
        declared=len(evaluation.cases),
        in_process=False,
        error=(evaluation.report or "the tests came to no verdict") if undecided else "",
    )


def lying(path: Path) -> Callable[[Path], Path]:
    """A file that is there."""
    return partial(_there, path)


def _there(path: Path, _: Path) -> Path:
    return path
