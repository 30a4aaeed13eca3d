"""One candidate on trial: its process, restarted when it dies, behind a tester's calls."""

from __future__ import annotations

import json
from collections.abc import Callable

from synthd.sandbox.checks import Outcome
from synthd.sandbox.endings import load_outcome, may_be_our_fault, outcome_of
from synthd.sandbox.inside.wire import Frame, Op
from synthd.sandbox.limits import Limits
from synthd.sandbox.process import Child, Gone, RunnerProcess

_HANDLES = 1 << 20  # each process numbers its objects in a range of its own


class Unloadable(Exception):
    """The candidate's module does not load: (outcome, detail)."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(outcome, detail)
        self.outcome = outcome
        self.detail = detail


class CandidateBench:
    def __init__(
        self,
        runner: RunnerProcess,
        limits: Limits,
        spawn_order: bytes,
        load_order: Callable[[int], bytes],
    ) -> None:
        self._runner = runner
        self._limits = limits
        self._spawn_order = spawn_order
        self._load_order = load_order
        self._child: Child | None = None
        self._started = 0
        self._hurried = False
        self._open: list[int] = []  # the tester's calls that wait for an answer, outer first
        self._again: bytes | None = None  # an outermost call that may be repeated

    async def load(self) -> None:
        """Raises Unloadable."""
        self._started += 1
        child = self._child = await self._runner.spawn(self._spawn_order, reports=False)
        await child.limit(self._limits.load_seconds, self._limits.load_seconds)
        await child.send(Op.LOAD, 0, self._load_order(self._started * _HANDLES))
        answer = await child.receive()
        if isinstance(answer, Gone):
            self._child = None
            seconds = self._limits.load_seconds
            raise Unloadable(*outcome_of(answer, seconds, seconds))
        if answer.op != Op.READY:
            self._drop()
            kind, detail, line = _failure(answer)
            where = f" (line {line})" if line is not None else ""
            raise Unloadable(load_outcome(kind), detail + where)
        await child.limit(*self._clock())

    async def pass_on(self, frame: Frame) -> Frame:
        """Give the candidate a frame of the tester; what it says, or what became of it."""
        if frame.op == Op.CALL:
            self._again = frame.payload if not self._open else None
            self._open.append(frame.number)
        else:
            self._again = None
        if self._child is None:
            try:
                await self.load()
            except Unloadable as problem:
                return self._ended(problem.outcome, problem.detail)
        assert self._child is not None
        await self._child.send(Op(frame.op), frame.number, frame.payload)
        return await self._hear(frame.number)

    async def _hear(self, number: int) -> Frame:
        assert self._child is not None
        while True:
            answer = await self._child.receive()
            if isinstance(answer, Gone):
                return await self._bury(answer, number)
            if answer.op == Op.CALL:
                self._again = None
                return answer
            if answer.op == Op.RESULT and self._open and answer.number == self._open[-1]:
                self._open.pop()
                return answer

    async def _bury(self, gone: Gone, number: int) -> Frame:
        again, clock = self._again, self._clock()
        self._child = None
        if again is not None and not self._hurried and may_be_our_fault(gone, self._limits):
            self._hurried = True
            self._open.clear()
            return await self.pass_on(Frame(Op.CALL, number, again))
        if gone.how in ("cpu", "wall"):
            self._hurried = True
        return self._ended(*outcome_of(gone, *clock))

    def _ended(self, outcome: Outcome, detail: str) -> Frame:
        number = self._open[-1] if self._open else 0
        self._open.clear()
        return Frame(Op.RESULT, number, json.dumps({"stop": [outcome.value, detail]}).encode())

    def _clock(self) -> tuple[float, float]:
        limits = self._limits
        if self._hurried:
            return limits.hurried_cpu_seconds, limits.hurried_wall_seconds
        return limits.cpu_seconds, limits.wall_seconds

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def close(self) -> None:
        self._drop()


def _failure(answer: Frame) -> tuple[str, str, int | None]:
    """The candidate's own word; a forged one cannot make it pass."""
    try:
        kind, detail, line = json.loads(answer.payload)
        return str(kind), str(detail), line if isinstance(line, int) else None
    except (ValueError, TypeError):
        return "import", "the module does not load", None
