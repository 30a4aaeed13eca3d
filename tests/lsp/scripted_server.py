"""A language server whose engine does what the first line of the buffer says.

That line is `# script: {...}` (in Rust `// script: {...}`), a JSON object. All keys are optional.

A job:
    tell     reports before anything else: messages, or objects with the fields of engine.Progress
    ask      questions after that, one by one: {text, call, choices: [[label, value], ...]}
    gate     a path: wait until that file exists
    then     solve (default) | unsolved | undecided | error | cancelled | raise | hang | stubborn
    find, put    what `solve` replaces below the first line, by what (`pass` by `return 1`)
    partial  what an unsolved job would put in the place of `find`
    name, grade, job    of the result: `f`, `tested`, and an id `remote-1`, `remote-2`, ...
    forecast fields of engine.Forecast, or null (default: the model `scripted`, usually 2 s)
    forecast_gate   a path, as gate, for the forecast
    options  fields of engine.Options: {models: [{name, note, ready}], strategies, model, strategy}
    nodes    the search: objects with fields of engine.Node (id, parent, purpose, score needed);
             `watch` shows one more every 20 ms, and the last ones when the job is over
    report   the search as Markdown
What is known:
    verify   what verifying finds: a list of objects with fields of engine.Known; `function` is
             needed, `line` is looked up, `standing` is verified, `failing` a list of objects.
             Default: each function that has a body other than `pass` is verified, 1 of 1
    verify_gate    a path, as gate, for verifying
    verify_gates   {function: path}, as gate, for the verdict of that function and of those below
    turn_gate      a path, as gate, for the turn of the first function
    verify_pause   seconds that each function takes
    late     true: the first function's verdict is told though nobody wants to know any more
    verify_message what verifying says of the whole text
    known    as verify, for what is known without running; what was recorded is known, too
    certificates   {function: Markdown}
The first argument names a file to which the engine writes what happens to it, a JSON object a line.
"""

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthd.lsp.engine import (
    Ask,
    Choice,
    Engine,
    Forecast,
    Node,
    Option,
    Options,
    Progress,
    Question,
    Replacement,
    Request,
    Result,
    Tell,
)
from synthd.lsp.server import serve_stdio
from synthd.lsp.verdicts import Failing, Hear, Inquiry, Judging, Known, Standing, Verified

STEP = 0.02  # seconds between two reports, and two pictures of a search
DEFINITION = re.compile(r"^[ \t]*(?:def|fn) (\w+)", re.M)
FORECAST = {
    "model": "scripted",
    "endpoint": "this machine",
    "strategy": "seidr",
    "programs": 24,
    "seconds": 120.0,
    "tokens": 1000,
    "expected": 2.0,
    "jobs": 3,
    "sandbox": "bubblewrap",
}
OPTIONS = {
    "models": [{"name": "scripted", "note": "this machine"}, {"name": "other", "ready": False}],
    "strategies": [{"name": "seidr"}, {"name": "auto"}],
    "model": "scripted",
    "strategy": "seidr",
}


def script_of(text: str) -> dict[str, Any]:
    first = text.partition("\n")[0]
    found = re.match(r"(?:#|//) script: (.*)", first)
    return dict(json.loads(found[1])) if found else {}


async def opened(gate: object) -> None:
    while gate and not os.path.exists(str(gate)):  # noqa: ASYNC110, ASYNC240
        await asyncio.sleep(0.01)  # the test in another process opens the gate


class ScriptedEngine(Engine):
    def __init__(self, diary: Path) -> None:
        self._diary = diary
        self._jobs: dict[str, dict[str, Any]] = {}
        self._over: set[str] = set()
        self._scripts: dict[str, dict[str, Any]] = {}
        self._recorded: dict[str, set[str]] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._chosen: dict[str, str] = {}
        self._note(made=True)

    def _note(self, **facts: object) -> None:
        with self._diary.open("a") as lines:
            lines.write(json.dumps(facts) + "\n")

    def _script(self, path: str, text: str) -> dict[str, Any]:
        script = self._scripts[path] = script_of(text)
        return script

    # Jobs

    async def synthesize(self, request: Request, tell: Tell, ask: Ask | None = None) -> Result:
        script = self._script(request.path, request.text)
        job = script.get("job", f"remote-{len(self._jobs) + 1}")
        self._jobs[job] = script
        self._note(
            path=request.path,
            workspace=request.workspace,
            trusted=request.trusted,
            here=request.text[request.offset : request.offset + 8],
            wish=request.wish,
            model=request.model,
            strategy=request.strategy,
            version=request.version,
        )
        if not request.trusted:
            return Result("error", "unknown", "This workspace is not trusted.")
        try:
            await self._perform(script, job, tell, ask)
        except asyncio.CancelledError:
            self._note(cancelled=request.path)
            raise
        finally:
            self._over.add(job)
        return _result(script, request.text, job)

    async def _perform(self, script: dict[str, Any], job: str, tell: Tell, ask: Ask | None) -> None:
        told = script.get("tell", [])
        for number, one in enumerate(told, 1):
            given = one if isinstance(one, dict) else {"message": one}
            tell(Progress(**{"fraction": number / len(told), "job": job, **given}))
            await asyncio.sleep(STEP)
        for asked in script.get("ask", []):
            choices = tuple(Choice(*pair) for pair in asked["choices"])
            question = Question(asked["text"], asked["call"], choices)
            self._note(answered=await ask(question) if ask else None, can_ask=ask is not None)
        await opened(script.get("gate"))
        match script.get("then"):
            case "raise":
                raise ValueError(f"the engine broke\nat: {script['put']}")
            case "hang":
                await asyncio.sleep(3600)
            case "stubborn":
                while True:
                    try:
                        await asyncio.sleep(3600)
                    except asyncio.CancelledError:
                        self._note(ignored=True)

    def leave(self) -> bool:
        return False

    async def close(self) -> None:
        self._note(closed=True)

    async def forecast(self, request: Request) -> Forecast | None:
        script = self._script(request.path, request.text)
        await opened(script.get("forecast_gate"))
        given = script.get("forecast", {})
        return None if given is None else Forecast(**{**FORECAST, **self._chosen, **given})

    async def options(self, request: Request) -> Options:
        given = {**OPTIONS, **script_of(request.text).get("options", {}), **self._chosen}
        for kind in ("models", "strategies"):
            given[kind] = tuple(Option(**one) for one in given[kind])
        return Options(**given)

    async def choose(self, model: str, strategy: str) -> None:
        self._note(chosen=[model, strategy])
        given = {"model": model, "strategy": strategy}
        self._chosen |= {key: value for key, value in given.items() if value}

    # Their searches

    async def search(self, job: str) -> Sequence[Node]:
        return [Node(**one) for one in self._jobs.get(job, {}).get("nodes", [])]

    async def watch(self, job: str) -> AsyncGenerator[Sequence[Node], None]:
        nodes = await self.search(job)
        for number in range(1, len(nodes)):
            yield nodes[:number]
            await asyncio.sleep(STEP)
        while job not in self._over:  # noqa: ASYNC110
            await asyncio.sleep(STEP)
        yield nodes

    async def report(self, job: str) -> str:
        return str(self._jobs.get(job, {}).get("report", f"# Search {job}\n"))

    async def prune(self, job: str, node: str) -> bool:
        self._note(pruned=[job, node])
        return job in self._jobs and job not in self._over

    # What is known

    async def verify(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        script = self._script(inquiry.path, inquiry.text)
        self._note(
            verify=inquiry.path,
            version=inquiry.version,
            offset=inquiry.offset,
            trusted=inquiry.trusted,
        )
        given = script["verify"] if "verify" in script else written(inquiry.text)
        known = _known(given, inquiry.text)
        if inquiry.offset is not None:
            line = inquiry.text.count("\n", 0, inquiry.offset)
            before = [one for one in known if one.line <= line]
            known = before[-1:]
        tell = hear or (lambda _: None)
        try:
            await self._judge(script, known, tell)
        except asyncio.CancelledError:
            self._note(unverified=inquiry.path)
            if script.get("late"):
                tell(known[0])
                self._note(late=known[0].function)
            raise
        return Verified(tuple(known), script.get("verify_message", ""))

    async def _judge(self, script: dict[str, Any], known: list[Known], tell: Hear) -> None:
        await opened(script.get("turn_gate"))
        for one in known:
            tell(Judging(one.function, one.line))
            await asyncio.sleep(script.get("verify_pause", 0))
            await opened(script.get("verify_gates", {}).get(one.function))
            await opened(script.get("verify_gate"))
            tell(one)

    async def known(self, path: str, text: str) -> Sequence[Known]:
        found = {one.function: one for one in _known(script_of(text).get("known", []), text)}
        for one in _known(written(text), text):
            if one.function in self._recorded.get(path, set()):
                found[one.function] = replace(one, grade="tested", has_certificate=True)
        return list(found.values())

    async def record(self, path: str, text: str, report: Mapping[str, object]) -> None:
        name = str(script_of(text).get("name", "f"))
        self._note(recorded=path, function=name, report=dict(report), text=text)
        self._recorded.setdefault(path, set()).add(name)
        for listener in list(self._listeners):
            listener(path)

    def subscribe(self, changed: Callable[[str], None]) -> Callable[[], None]:
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    async def certificate(self, path: str, function: str, text: str | None = None) -> str:
        given = self._scripts.get(path, {}).get("certificates", {})
        recorded = function in self._recorded.get(path, set())
        return str(given.get(function, f"# Certificate of {function}\n" if recorded else ""))


def written(text: str) -> list[dict[str, Any]]:
    """The functions that have a body."""
    found = []
    for definition in DEFINITION.finditer(text):
        end = next((d.start() for d in DEFINITION.finditer(text, definition.end())), len(text))
        if not re.search(r"^\s*(pass|\.\.\.|todo!\(\))\s*$", text[definition.end() : end], re.M):
            found.append({"function": definition[1], "passed": 1, "total": 1, "grade": "examples"})
    return found


def _known(given: list[dict[str, Any]], text: str) -> list[Known]:
    lines = {d[1]: text.count("\n", 0, d.start(1)) for d in DEFINITION.finditer(text)}
    found = []
    for one in given:
        name = one["function"]
        if name not in lines and "line" not in one:
            continue  # the text has it no longer
        failing = tuple(Failing(**check) for check in one.get("failing", []))
        facts = {"line": lines.get(name, 0), "at": time.time(), **one, "failing": failing}
        facts["standing"] = Standing(one.get("standing", "verified"))
        found.append(Known(**facts))
    return sorted(found, key=lambda known: known.line)


def _result(script: dict[str, Any], text: str, job: str) -> Result:
    ending, name = str(script.get("then", "solve")), str(script.get("name", "f"))
    find, put = str(script.get("find", "pass")), str(script.get("put", "return 1"))
    start = text.index(find, text.index("\n")) if ending == "solve" or "partial" in script else 0

    def change(by: str) -> Replacement:
        return Replacement(start, start + len(find), by)

    if ending != "solve":
        partial = change(str(script["partial"])) if "partial" in script else None
        message = f"{ending}: no luck"
        return Result(ending, "partial", message, name, code="best", partial=partial, job=job)
    grade = str(script.get("grade", "tested"))
    report: dict[str, object] = {"schema": 1, "n": 5}
    message = f"{name}: all checks pass"
    return Result("verified", grade, message, name, change(put), put, report, job=job)


def main() -> int:
    diary = Path(sys.argv[1])

    def make_engine() -> ScriptedEngine:
        time.sleep(0.05)  # an import that takes its time must not hold up the protocol
        return ScriptedEngine(diary)

    return serve_stdio(make_engine)


if __name__ == "__main__":
    sys.exit(main())
