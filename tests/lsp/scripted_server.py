"""A language server whose engine does what the first line of the buffer says.

That line is `# script: {...}`, a JSON object with
    tell     messages to report before anything else
    gate     a path: wait until that file exists
    then     solve | unsolved | undecided | error | raise | hang | stubborn
    find, put    what `solve` replaces, by what
The first argument names a file to which the engine writes what happens to it, a JSON object a line.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from synthd.lsp.engine import Ask, Engine, Progress, Replacement, Request, Result, Tell
from synthd.lsp.server import serve_stdio


class ScriptedEngine(Engine):
    def __init__(self, diary: Path) -> None:
        self._diary = diary
        self._note(made=True)

    def _note(self, **facts: object) -> None:
        with self._diary.open("a") as lines:
            lines.write(json.dumps(facts) + "\n")

    async def synthesize(self, request: Request, tell: Tell, ask: Ask | None = None) -> Result:
        script = json.loads(request.text.splitlines()[0].removeprefix("# script:"))
        self._note(
            path=request.path,
            workspace=request.workspace,
            trusted=request.trusted,
            here=request.text[request.offset : request.offset + 8],
        )
        if not request.trusted:
            return Result("error", "unknown", "This workspace is not trusted.")
        try:
            await self._perform(script, tell)
        except asyncio.CancelledError:
            self._note(cancelled=request.path)
            raise
        return self._result(script, request.text)

    async def _perform(self, script: dict[str, object], tell: Callable[[Progress], None]) -> None:
        messages = script.get("tell", [])
        assert isinstance(messages, list)
        for number, message in enumerate(messages, 1):
            tell(Progress(message, number / len(messages)))
            await asyncio.sleep(0.02)
        gate = script.get("gate")
        while gate and not os.path.exists(str(gate)):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.01)  # the test in another process opens the gate
        match script["then"]:
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

    def _result(self, script: dict[str, object], text: str) -> Result:
        ending = str(script["then"])
        if ending != "solve":
            return Result(ending, "partial", f"{ending}: no luck", function="f", code="best")
        find, put = str(script["find"]), str(script["put"])
        start = text.index(find, text.index("\n"))
        change = Replacement(start, start + len(find), put)
        return Result(
            "verified", "tested", "f: all checks pass", "f", change, put, {"schema": 1, "n": 5}
        )

    def leave(self) -> bool:
        return False

    async def close(self) -> None:
        self._note(closed=True)


def main() -> int:
    diary = Path(sys.argv[1])

    def make_engine() -> ScriptedEngine:
        time.sleep(0.05)  # an import that takes its time must not hold up the protocol
        return ScriptedEngine(diary)

    return serve_stdio(make_engine)


if __name__ == "__main__":
    sys.exit(main())
