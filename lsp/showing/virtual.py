"""Documents that the server makes: certificates, searches, failures. Markdown, to be read only.

Editors that can ask for them get them by `workspace/textDocumentContent`; for others they are files
in a folder of this connection's own, which is removed at its end.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import quote

from lsprotocol import types
from pygls.uris import to_fs_path

from synthd.lsp.arguments import BadRequest
from synthd.lsp.editor import EditorFailed
from synthd.lsp.jobs.table import Job
from synthd.lsp.presented import Shown
from synthd.lsp.session import Session
from synthd.lsp.showing.abilities import Abilities
from synthd.lsp.showing.failures import told
from synthd.lsp.showing.shown import folder
from synthd.lsp.text.functions import Functions, Sight
from synthd.lsp.text.positions import Point
from synthd.lsp.verifying.verifications import Verifications
from synthd.synth.source.outlined import Outlined

SCHEME = "synthd"
KEPT = 64  # documents whose text can be asked for again
ANSWER = 10.0
OLD = 7 * 86400.0  # seconds
NONE_YET = (
    "There is no certificate for {}: synthd keeps one when it has verified an edit of its own."
)
Make = Callable[[], Awaitable[str]]


@dataclass
class Virtual:
    """make: by URI, how its text is made anew when it is asked for."""

    session: Session
    functions: Functions
    verifications: Verifications
    abilities: Abilities
    _made: dict[str, Make] = field(default_factory=dict)
    _folder: Path | None = None

    def __post_init__(self) -> None:
        self.session.changes.closing.subscribe(lambda _: self._remove())
        self.session.changes.job.subscribe(self._moved)

    async def certificate(self, uri: str, point: Point) -> Shown:
        sight, function = await self._at(uri, point)
        path, name = sight.buffer.path, function.name

        async def make() -> str:
            now = self.session.buffers.get(uri)
            text = now.text if now else None
            return await self.session.engine.certificate(path, name, text)

        if not await make():
            return Shown(None, NONE_YET.format(name))
        return await self._show("certificate", path, name, make)

    async def failure(self, uri: str, point: Point) -> Shown:
        sight, function = await self._at(uri, point)
        name = function.name

        async def make() -> str:
            now = await self.functions.of(uri)
            found = [one for one in now.functions if one.name == name] if now else []
            if now is None or not found:
                return f"# There is no function `{name}` any more\n"
            shown = self.verifications.of(now, found[0])
            return told(shown, now.buffer.text)

        if self.verifications.of(sight, function).known is None:
            return Shown(None, f"Nothing is known against {name}. Verify it first.")
        return await self._show("failure", sight.buffer.path, name, make)

    async def search(self, job: Job) -> Shown:
        remote = job.remote

        async def make() -> str:
            return await self.session.engine.report(remote) if remote else ""

        if not await make():
            return Shown(None, "There is nothing to show of this search yet.")
        return await self._show("search", job.uri, job.function or job.id, make, job.id)

    async def content(self, uri: str) -> str:
        """Of a document of ours. Raises BadRequest."""
        make = self._made.get(uri)
        if make is None:
            raise BadRequest(f"{uri} is no document of this session. Ask for it anew.")
        return await make()

    def _moved(self, job: Job) -> None:
        """A search that is shown has come further."""
        for uri in self._made:
            if uri.startswith(f"{SCHEME}:/search/{job.id}/"):
                self.session.errands.start(self._refresh(uri), "refresh a search")

    async def _at(self, uri: str, point: Point) -> tuple[Sight, Outlined]:
        sight = await self.functions.of(uri)
        if sight is None:
            raise BadRequest(f"{uri} is not open in the editor. Open it and ask again.")
        function = await self.functions.around(uri, point.line)
        if function is None:
            raise BadRequest("There is no function here. Put the cursor into one.")
        return sight, function

    async def _show(self, kind: str, path: str, name: str, make: Make, mark: str = "") -> Shown:
        mark = mark or hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()[:8]
        if self.abilities.asks_for_documents:
            stem = PurePath(path).stem
            uri = f"{SCHEME}:/{kind}/{mark}/{quote(f'{stem}.{name}.md', safe='')}"
            self._made.pop(uri, None)
            self._made[uri] = make
            while len(self._made) > KEPT:
                del self._made[next(iter(self._made))]
            await self._refresh(uri)
        else:
            text = await make()
            uri = (await asyncio.to_thread(self._write, f"{kind}-{mark}-{name}", text)).as_uri()
        return await self._open(uri)

    async def _open(self, uri: str) -> Shown:
        if self.abilities.shows_documents:
            params = types.ShowDocumentParams(uri, take_focus=True)
            try:
                await self.session.editor.ask(types.WINDOW_SHOW_DOCUMENT, params, ANSWER)
                return Shown(uri)
            except EditorFailed:
                pass  # then in words
        where = to_fs_path(uri) if uri.startswith("file:") else uri
        self.session.editor.inform(f"see {where}")
        return Shown(uri)

    async def _refresh(self, uri: str) -> None:
        """An editor that has it open may have an older text of it."""
        method = types.WORKSPACE_TEXT_DOCUMENT_CONTENT_REFRESH
        try:
            await self.session.editor.ask(
                method, types.TextDocumentContentRefreshParams(uri), ANSWER
            )
        except EditorFailed:
            pass  # it has none open, or asks by itself

    def _write(self, name: str, text: str) -> Path:
        if self._folder is None:
            parent = folder()
            parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sweep(parent)
            self._folder = Path(tempfile.mkdtemp(dir=parent))  # 0700
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)[:100]
        path = self._folder / f"{safe}.md"
        path.write_text(text, "utf-8", errors="replace")
        return path

    def _remove(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """What sessions left that did not come to their end."""
    for old in parent.iterdir():
        if time.time() - old.stat().st_mtime > OLD:
            shutil.rmtree(old, ignore_errors=True)
