"""`synthd lsp`: an editor's stdio, forwarded to the daemon and back, byte by byte.

It reads as much of the protocol as its exit status needs: whether the editor said goodbye.
"""

from __future__ import annotations

import os
import socket
import sys
import threading

from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import Unreachable
from synthd.daemon.thin.goodbye import Goodbye

CHUNK = 1 << 16
FAREWELL = 3.0  # seconds for the daemon to hang up after `exit`
NO_DAEMON = 3  # as everywhere: something is missing


def main() -> int:
    """The exit status for the process."""
    try:
        connected = dial("lsp", name="editor")
    except Unreachable as error:
        _say(f"{error}. `synthd lsp --no-daemon` serves this editor alone")
        return NO_DAEMON
    return _Forwarder(connected.socket).run()


class _Forwarder:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._goodbye = Goodbye()
        self._hung_up = False  # the editor
        self._deaf = False

    def run(self) -> int:
        threading.Thread(target=self._from_editor, name="from the editor", daemon=True).start()
        self._to_editor()
        if self._goodbye.left:
            return 0 if self._goodbye.polite else 1
        if not (self._hung_up or self._deaf):
            _say("the daemon has ended; an editor that starts its language server again goes on")
        return 1

    def _from_editor(self) -> None:
        try:
            while piece := os.read(0, CHUNK):
                self._goodbye.feed(piece)
                self._connection.sendall(piece)
                if self._goodbye.left:
                    break
        except OSError:
            pass
        self._hung_up = not self._goodbye.left
        try:
            self._connection.shutdown(socket.SHUT_WR)
        except OSError:
            return
        # What the daemon still has to say, but not for ever.
        last = threading.Timer(FAREWELL, self._hang_up)
        last.daemon = True
        last.start()

    def _to_editor(self) -> None:
        try:
            while piece := self._connection.recv(CHUNK):
                self._write(piece)
        except OSError:
            pass  # the daemon was killed: the same as an end

    def _write(self, piece: bytes) -> None:
        view = memoryview(piece)
        try:
            while view:
                view = view[os.write(1, view) :]
        except OSError:  # the editor does not listen any more
            self._deaf = True
            self._hang_up()

    def _hang_up(self) -> None:
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _say(text: str) -> None:
    print(f"synthd: {text}", file=sys.stderr, flush=True)
