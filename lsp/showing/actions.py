"""Code actions for the function at the cursor: what can be done with it, and what cannot, and why.

As plain data, like lenses: editors ask for them whenever the cursor moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lsprotocol import types

from synthd.lsp.engine import Wish
from synthd.lsp.jobs.table import Job, State
from synthd.lsp.session import Session
from synthd.lsp.showing.abilities import Abilities
from synthd.lsp.showing.diagnostics import FAILING, SOURCE
from synthd.lsp.text.functions import Functions, Sight
from synthd.lsp.verifying.standings import Shown, count
from synthd.lsp.verifying.standings import State as Standing
from synthd.lsp.verifying.verifications import UNTRUSTED, Verifications
from synthd.synth.source.outlined import Outlined

FIX = "quickfix"
REWRITE = "refactor.rewrite"
CHECK = "source.synthd"
KINDS = [types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite, CHECK]
EXAMPLES = "synthd.addExamples"
WITH = "synthd.synthesizeWith"
GENERATED = 1  # CodeActionTag.LLMGenerated
ORIGINS = {"usage": "Add examples from usage", "test": "Add examples from its tests"}

LOOP = re.compile(r"\b(?:while|for|loop)\b(?!\s*<)")  # not for<'a>

Action = dict[str, object]


@dataclass(frozen=True, slots=True)
class Offer:
    """disabled: why it cannot be done now. generated: it applies code that a model wrote. origin:
    of examples to add; the others have a command."""

    title: str
    kind: str
    command: str = ""
    argument: Mapping[str, object] | None = None
    disabled: str = ""
    preferred: bool = False
    generated: bool = False
    origin: str = ""


class Actions:
    def __init__(
        self,
        session: Session,
        functions: Functions,
        verifications: Verifications,
        abilities: Abilities,
    ) -> None:
        self._session = session
        self._functions = functions
        self._verifications = verifications
        self._abilities = abilities

    async def at(self, params: types.CodeActionParams) -> list[Action]:
        uri, line = params.text_document.uri, params.range.start.line
        sight = await self._functions.of(uri)
        function = await self._functions.around(uri, line)
        if sight is None or function is None:
            return []
        shown = self._verifications.of(sight, function)
        offers = _Offers(self._session, self._verifications, sight, shown).all()
        context = params.context
        return [
            self._action(sight, function, offer, context.diagnostics)
            for offer in offers
            if _wanted(offer.kind, context.only)
            and (not offer.disabled or self._abilities.disabled_actions)
        ]

    def _action(
        self, sight: Sight, function: Outlined, offer: Offer, told: Sequence[types.Diagnostic]
    ) -> Action:
        command = self._command(sight, function, offer)
        if not self._abilities.action_literals:
            return command
        action: Action = {"title": f"synthd: {offer.title}", "kind": offer.kind}
        if offer.origin and self._abilities.resolves_edits:
            action["data"] = _origin(sight, function, offer.origin)
        elif not offer.disabled:
            action["command"] = command
        if offer.disabled:
            action["disabled"] = {"reason": offer.disabled}
        elif offer.preferred and self._abilities.preferred_actions:
            action["isPreferred"] = True
        if offer.generated and self._abilities.generated_actions:
            action["tags"] = [GENERATED]
        mended = [one for one in told if one.source == SOURCE and one.code == FAILING]
        if offer.kind == FIX and mended:
            action["diagnostics"] = mended
        return action

    def _command(self, sight: Sight, function: Outlined, offer: Offer) -> Action:
        argument = offer.argument
        if argument is None:
            argument = _origin(sight, function, offer.origin)
        name = offer.command or EXAMPLES
        return {"title": f"synthd: {offer.title}", "command": name, "arguments": [argument]}


def _wanted(kind: str, only: Sequence[str | types.CodeActionKind] | None) -> bool:
    if not only:
        return True
    names = [str(getattr(one, "value", one)) for one in only]
    return any(not name or kind == name or kind.startswith(f"{name}.") for name in names)


def _origin(sight: Sight, function: Outlined, origin: str) -> dict[str, object]:
    position = {"line": function.line, "character": 0}
    document = {"uri": sight.buffer.uri, "version": sight.buffer.version}
    return {"textDocument": document, "position": position, "origin": origin}


class _Offers:
    """For one function."""

    def __init__(
        self, session: Session, verifications: Verifications, sight: Sight, shown: Shown
    ) -> None:
        self._shown = shown
        self._function = shown.function
        self._sight = sight
        self._last = verifications.working.last(sight, shown.function)
        self._target: dict[str, object] = {
            "textDocument": {"uri": sight.buffer.uri},
            "position": {"line": shown.function.line, "character": 0},
        }
        self._trusted = session.trusted

    def all(self) -> Iterator[Offer]:
        job = self._shown.job
        if job is not None:
            yield from self._of_job(job)
        if job is None or job.state is not State.READY:
            yield from self._searches()
            yield from self._partial()
            yield from self._checks()
        if not self._sight.rust:
            for origin, title in ORIGINS.items():
                yield Offer(title, REWRITE, origin=origin)

    def _of_job(self, job: Job) -> Iterator[Offer]:
        name, argument = self._function.name, {"job": job.id}
        if job.can_be_accepted:
            title = f"accept the edit of {name}"
            yield Offer(title, FIX, "synthd.accept", argument, preferred=True, generated=True)
            yield Offer(f"reject the edit of {name}", FIX, "synthd.reject", argument)
        elif job.state is State.RUNNING:
            yield Offer(f"cancel the search for {name}", FIX, "synthd.cancel", argument)

    def _searches(self) -> Iterator[Offer]:
        name, stub = self._function.name, self._function.stub
        if self._sight.rust:
            yield from self._proofs()
            return
        given = count(self._function.examples)
        if stub:
            title = f"synthesize {name} from {given}"
            yield self._search(title, FIX, Wish.BODY, preferred=True)
        else:
            failed = self._shown.state is Standing.FAILED
            title = f"repair the body of {name}"
            yield self._search(title, FIX if failed else REWRITE, Wish.REPAIR, preferred=failed)
            yield self._search(f"write {name} anew", REWRITE, Wish.BODY)
        yield self._search(f"synthesize {name} with …", REWRITE, Wish.BODY, pick=True)

    def _proofs(self) -> Iterator[Offer]:
        name = self._function.name
        if self._function.stub:
            title = f"write body and proof of {name}"
            yield self._search(title, FIX, Wish.BODY, preferred=True)
        else:
            failed = self._shown.state in (Standing.FAILED, Standing.UNKNOWN)
            failed = failed and self._shown.known is not None
            kind = FIX if failed else REWRITE
            yield self._search(f"repair the proof of {name}", kind, Wish.PROOF, preferred=failed)
            if LOOP.search(self._function.text):
                yield self._search(f"add the missing invariants to {name}", kind, Wish.INVARIANT)
            yield self._search(f"write body and proof of {name} anew", REWRITE, Wish.BODY)
        yield self._search(f"synthesize {name} with …", REWRITE, Wish.BODY, pick=True)

    def _search(
        self, title: str, kind: str, wish: Wish, *, pick: bool = False, preferred: bool = False
    ) -> Offer:
        command = "synthd.repair" if wish is Wish.REPAIR else "synthd.synthesize"
        command = WITH if pick else command
        argument = {**self._target, "wish": str(wish)}
        disabled = self._disabled()
        preferred = preferred and not disabled
        return Offer(title, kind, command, argument, disabled, preferred, True)

    def _disabled(self) -> str:
        if not self._trusted:
            return "this workspace is not trusted, and synthesis runs its code; trust it first"
        if self._shown.job is not None:
            return "a search for this function is running"
        if self._function.examples == 0:
            if self._sight.rust:
                return "it promises nothing: add an ensures clause first"
            return "no examples: add one first"
        return ""

    def _partial(self) -> Iterator[Offer]:
        job = self._last
        result = job.result if job else None
        if job is None or result is None or job.state is not State.UNSOLVED or not result.partial:
            return
        progress = job.progress
        passed = f" ({progress.passed} of {progress.total} checks)" if progress.total else ""
        title = f"apply the best program for {self._function.name} though it is not right{passed}"
        argument = {"job": job.id, "partial": True}
        yield Offer(title, REWRITE, "synthd.accept", argument, generated=True)

    def _checks(self) -> Iterator[Offer]:
        shown = self._shown
        name = self._function.name
        if shown.state in (Standing.FAILED, Standing.UNKNOWN) and shown.known is not None:
            yield Offer(f"explain why {name} is not verified", FIX, "synthd.explain", self._target)
        if shown.known is not None and shown.known.has_certificate:
            title = f"show the certificate of {name}"
            yield Offer(title, CHECK, "synthd.showCertificate", self._target)
        if not self._function.stub and self._function.examples:
            disabled = "" if self._trusted else UNTRUSTED
            stale = shown.state is Standing.STALE
            kind = FIX if stale else CHECK
            yield Offer(f"verify {name}", kind, "synthd.verify", self._target, disabled, stale)
