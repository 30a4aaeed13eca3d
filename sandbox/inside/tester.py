"""The tester's process: the user's module with the function replaced by a proxy, and the checks.

Every call of the function leaves as a frame and comes back as values rebuilt from plain types,
so whatever the candidate does, here it can only answer.
"""

from __future__ import annotations

import json
import sys
import types
from typing import Any

from synthd.sandbox.inside import checks, lent, loading, telling, testfile
from synthd.sandbox.inside.checks import Example, Statement
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.peer import Peer
from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.report import Reporter, Unanswered
from synthd.sandbox.inside.wire import Channel, Op


class Tester:
    def __init__(self, channel: Channel, order: dict[str, Any]) -> None:
        self._channel = channel
        self._order = order
        self._reporter = Reporter(channel)
        self._names = Names(order["roots"], strict=True)
        self._peer = Peer(channel, self._names, self._perform, self._heard)
        self._looking = bool(order["preflight"])
        self._declared = frozenset(order["declared"])
        self._calls = 0
        self._dropped = 0

    def run(self) -> None:
        try:
            module = self._load()
        except loading.CannotCompile as error:
            self._fail("compile", *error.args)
            return
        except Unanswered:
            self._fail(
                "calls", "the module calls {} at import".format(self._order["qualname"]), None
            )
            return
        except BaseException as error:
            line = telling.line_in(self._order["path"], error)
            self._fail("import", telling.describe(error), line)
            return
        known = self._names.freeze(self._order["known"])
        self._peer.share(module.__name__, sorted(vars(module)))
        self._doctests(vars(module))
        self._examples(vars(module))
        for file in self._order["files"]:
            self._file(module, *file)
        loaded = sorted(name for name in sys.modules if self._names.is_installed(name))
        self._channel.send(Op.DONE, 0, json.dumps([loaded, known]).encode())

    def _fail(self, kind: str, message: str, line: int | None) -> None:
        self._channel.send(Op.FAILED, 0, json.dumps([kind, message, line]).encode())

    def _load(self) -> types.ModuleType:
        order = self._order
        change = loading.relaying(order["qualname"], order["line"])
        presets = {loading.CALL: self._call, loading.AGEN: self._agen}
        return loading.load(order["module"], order["path"], order.pop("source"), change, presets)

    def _call(self, *args: Any, **kwargs: Any) -> Any:
        self._calls += 1
        if self._looking:
            raise Unanswered
        return self._peer.ask("target", 0, *args, **kwargs)

    async def _agen(self, *args: Any, **kwargs: Any) -> Any:
        async for value in self._call(*args, **kwargs):
            yield value

    def _heard(self, text: str, dropped: int) -> None:
        if text:
            sys.stdout.write(text)
        self._dropped += dropped

    def _perform(self, do: str, handle: int, args: Any, kwargs: Any) -> Any:
        return lent.use(self._peer.exported(handle), do, args, kwargs)

    def _count(self) -> int:
        return self._calls

    def _doctests(self, space: dict[str, Any]) -> None:
        space = dict(space)
        called = False
        for parts in self._order["doctests"]:
            statement = Statement(*parts)
            if self._looking:
                called = self._look(statement, space, called)
            else:
                self._judge(statement, space)

    def _look(self, statement: Statement, space: dict[str, Any], called: bool) -> bool:
        before, problem = self._calls, ""
        try:
            finding = checks.run_statement(statement, space)
            if finding.error is not None:
                problem = finding.detail
            elif not finding.passed:
                problem = "it gives %s by itself, without a call" % (
                    finding.got.strip() or "nothing"
                )
        except Unanswered:
            pass
        except BaseException as error:
            problem = telling.describe(error)
        calls = self._calls > before
        follows = called and bool(statement.want)
        problem = "" if calls or called else problem
        given = statement.source
        self._reporter.found(statement.id, calls or follows, problem, statement.line, given)
        return called or calls

    def _judge(self, statement: Statement, space: dict[str, Any]) -> None:
        self._peer.stopped, self._dropped = None, 0
        finding = checks.run_statement(statement, space)
        if statement.id not in self._declared:
            return
        outcome, detail = self._verdict(finding)
        given, want = statement.source.strip(), statement.want
        name = statement.id
        self._reporter.case(name, name, outcome, given, want, finding.got, detail)
        self._reporter.ended(name)

    def _verdict(self, finding: checks.Finding) -> tuple[str, str]:
        stop = self._peer.stopped or finding.error
        if isinstance(stop, Stop):
            return stop.outcome, stop.detail
        if self._dropped and finding.printed:
            return "resource_limit", f"output: {self._dropped} characters too many"
        if finding.passed:
            return "pass", ""
        return ("fail" if finding.error is None else "runtime_error"), finding.detail

    def _examples(self, space: dict[str, Any]) -> None:
        for parts in self._order["examples"]:
            example = Example(*parts)
            self._peer.stopped, self._dropped = None, 0
            if self._looking:
                before = self._calls
                problem = checks.check_example(example, space, self._count)
                called = self._calls > before
                if not called and not problem:
                    problem = "`{}` does not call {}".format(example.call, self._order["qualname"])
                self._reporter.found(
                    example.id, called and not problem, problem, example.line, example.call
                )
            elif example.id in self._declared:
                finding = checks.run_example(example, space)
                outcome, detail = self._verdict(finding)
                name, given, want = example.id, example.call, example.expected
                self._reporter.case(name, name, outcome, given, want, finding.got, detail)
                self._reporter.ended(name)

    def _file(self, module: types.ModuleType, name: str, path: str, text: str) -> None:
        target = self._order["qualname"].rsplit(".", 1)[-1]
        self._peer.stopped = None
        try:
            tests = testfile.TestModule(name, path, text, target)
            tests.load({k: v for k, v in vars(module).items() if not k.startswith("__")})
        except BaseException as error:
            called = isinstance(error, Unanswered)
            why = f"it calls {target} outside a test" if called else telling.describe(error)
            line = getattr(error, "lineno", None) or telling.line_in(path, error)
            self._reporter.found(name, False, "cannot be imported: " + why, line)
            return
        for test in list(tests.tests()):
            if self._looking:
                testfile.probe(test, self._count, self._reporter)
            elif test.unit in self._declared:
                self._run(test, tests)

    def _run(self, test: testfile.Test, tests: testfile.TestModule) -> None:
        self._peer.stopped = None
        watcher = tests.current = testfile.Watcher(test, tests, self._reporter)
        error: BaseException | None = None
        try:
            test.run()
        except BaseException as raised:
            error = raised
        tests.current = None
        watcher.finish(error, self._peer.stopped)
