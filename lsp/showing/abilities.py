"""What this editor announced that it can show. Absent means no, as the protocol has it."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol

GENERATED = types.CodeActionTag.LlmGenerated


class Abilities:
    def __init__(self, protocol: LanguageServerProtocol) -> None:
        self._protocol = protocol

    @property
    def _workspace(self) -> types.WorkspaceClientCapabilities:
        return self._protocol.client_capabilities.workspace or types.WorkspaceClientCapabilities()

    @property
    def _document(self) -> types.TextDocumentClientCapabilities:
        given = self._protocol.client_capabilities.text_document
        return given or types.TextDocumentClientCapabilities()

    @property
    def _actions(self) -> types.CodeActionClientCapabilities:
        return self._document.code_action or types.CodeActionClientCapabilities()

    @property
    def refreshes_lenses(self) -> bool:
        lens = self._workspace.code_lens
        return bool(lens and lens.refresh_support)

    @property
    def relates_diagnostics(self) -> bool:
        published = self._document.publish_diagnostics
        return bool(published and published.related_information)

    @property
    def markdown_hovers(self) -> bool:
        """In the order of the editor's preference."""
        hover = self._document.hover
        formats: Sequence[types.MarkupKind] = (hover and hover.content_format) or ()
        return bool(formats) and formats[0] == types.MarkupKind.Markdown

    @property
    def action_literals(self) -> bool:
        """Without, an editor takes only commands for code actions."""
        return self._actions.code_action_literal_support is not None

    @property
    def disabled_actions(self) -> bool:
        return bool(self._actions.disabled_support)

    @property
    def preferred_actions(self) -> bool:
        return bool(self._actions.is_preferred_support)

    @property
    def resolves_edits(self) -> bool:
        resolve = self._actions.resolve_support
        return bool(self._actions.data_support and resolve and "edit" in resolve.properties)

    @property
    def generated_actions(self) -> bool:
        tags = self._actions.tag_support
        return bool(tags and GENERATED in tags.value_set)

    @property
    def versioned_edits(self) -> bool:
        edit = self._workspace.workspace_edit
        return bool(edit and (edit.document_changes or edit.resource_operations))

    @property
    def asks_for_documents(self) -> bool:
        """Documents that the server makes."""
        return self._workspace.text_document_content is not None

    @property
    def shows_documents(self) -> bool:
        window = self._protocol.client_capabilities.window
        shown = window.show_document if window else None
        return bool(shown and shown.support)
