"""What the server shows of functions beyond their jobs; synthd.lsp.server calls `register`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from synthd.lsp import arguments, wire
from synthd.lsp.arguments import BadRequest
from synthd.lsp.edits import adding
from synthd.lsp.edits.adding import Adding
from synthd.lsp.jobs import picking
from synthd.lsp.showing.abilities import Abilities
from synthd.lsp.showing.actions import EXAMPLES, KINDS, WITH, Actions
from synthd.lsp.showing.diagnostics import Diagnostics
from synthd.lsp.showing.hover import Hovers
from synthd.lsp.showing.inline import Inline
from synthd.lsp.showing.lenses import Lenses
from synthd.lsp.showing.telling import Telling
from synthd.lsp.showing.virtual import SCHEME, Virtual
from synthd.lsp.verifying.verifications import Verifications

if TYPE_CHECKING:
    from synthd.lsp.server import Server


def register(server: Server) -> None:
    """Add features, and set server.verifications and server.virtual (synthd.lsp.presented)."""
    session = server.session
    abilities = Abilities(server.protocol)
    functions = session.functions
    verifications = Verifications(session, functions)
    lenses = Lenses(functions, verifications)
    Telling(session, functions, verifications, lenses, abilities)
    Diagnostics(session, functions, verifications, abilities)
    virtual = Virtual(session, functions, verifications, abilities)
    server.verifications = verifications
    server.virtual = virtual
    _lenses_and_hovers(server, lenses, Hovers(session, verifications, abilities))
    _actions(
        server,
        Actions(session, functions, verifications, abilities),
        Adding(session, server.reading, abilities),
    )
    _inline(server, Inline(session.buffers, session.jobs, session.changes))
    _documents(server, virtual)


def _lenses_and_hovers(server: Server, lenses: Lenses, hovers: Hovers) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    async def code_lens(params: types.CodeLensParams) -> list[dict[str, object]]:
        return await lenses.of(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await hovers.at(params)


def _actions(server: Server, actions: Actions, examples: Adding) -> None:
    options = types.CodeActionOptions(KINDS, resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> list[dict[str, object]]:
        return await actions.at(params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        try:
            edit = await examples.edit(adding.wanted([action.data]))
        except BadRequest as problem:
            raise JsonRpcInvalidParams(str(problem)) from None
        return attrs.evolve(action, edit=edit or types.WorkspaceEdit(changes={}))

    @server.command(WITH)
    def synthesize_with(given: list[object]) -> dict[str, object]:
        order = arguments.order(given, WITH)
        server.session.errands.start(picking.synthesize_with(server.session, order), "pick")
        return wire.said(picking=True)

    @server.command(EXAMPLES)
    def add_examples(given: list[object]) -> dict[str, object]:
        asked = adding.wanted(given)
        server.session.errands.start(examples.apply(asked), "add examples")
        return wire.said(adding=True)


def _inline(server: Server, inline: Inline) -> None:
    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    def inline_completion(
        params: types.InlineCompletionParams,
    ) -> list[types.InlineCompletionItem]:
        return inline.at(params)


def _documents(server: Server, virtual: Virtual) -> None:
    options = types.TextDocumentContentOptions([SCHEME])

    @server.feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT, options)
    async def content(params: types.TextDocumentContentParams) -> types.TextDocumentContentResult:
        try:
            return types.TextDocumentContentResult(await virtual.content(params.uri))
        except BadRequest as problem:
            raise JsonRpcInvalidParams(str(problem)) from None
