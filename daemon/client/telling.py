"""How a search goes, while it runs: a line on stderr of a terminal, one display in a notebook."""

from __future__ import annotations

import sys
import time
from html import escape
from typing import Any, Protocol, TextIO

from synthd.daemon.client.jobs import Job, Progress, State, Update

PAUSE = 0.15  # seconds between two pictures
WIDTH = 100


class Telling(Protocol):
    def __call__(self, update: Update) -> None: ...

    def end(self) -> None: ...


class Silent:
    def __call__(self, update: Update) -> None:
        pass

    def end(self) -> None:
        pass


class Terminal:
    """One line that is written over, and gone at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = 0.0
        self._shown = 0

    def __call__(self, update: Update) -> None:
        text, now = sentence(update), time.monotonic()
        if text and now - self._last >= PAUSE:
            self._last = now
            self._write(text[:WIDTH])

    def end(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text.ljust(self._shown)}\r{text}")
        self._stream.flush()
        self._shown = len(text)


class Notebook:
    """display: IPython.display.display; shows nothing more once the result takes its place."""

    def __init__(self, display: Any) -> None:
        self._handle = display(_Html(""), display_id=True)
        self._last = 0.0

    def __call__(self, update: Update) -> None:
        text, now = sentence(update), time.monotonic()
        if text and now - self._last >= PAUSE and self._handle is not None:
            self._last = now
            self._handle.update(_Html(f"<small>{escape(text)}</small>"))

    def end(self) -> None:
        if self._handle is not None:
            self._handle.update(_Html(""))


class _Html:
    def __init__(self, text: str) -> None:
        self._text = text

    def _repr_html_(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return ""


def telling(*, progress: bool) -> Telling:
    """Whatever suits where this runs."""
    if not progress:
        return Silent()
    if (display := _notebook()) is not None:
        return Notebook(display)
    return Terminal(sys.stderr) if sys.stderr is not None and sys.stderr.isatty() else Silent()


def sentence(update: Update) -> str:
    """ "" where there is nothing to tell."""
    match update:
        case Progress(message=message, programs=programs):
            return f"synthd: {message or f'{programs} programs judged'}"
        case Job(state=State.QUEUED, function=name, ahead=ahead):
            return f"synthd: {name} waits, {ahead} before it" if ahead else f"synthd: {name} begins"
        case Job(state=State.RUNNING, function=name, model=model) if model:
            return f"synthd: {name} with {model}"
    return ""


def _notebook() -> Any:
    """IPython's display where its front end can show it; never imports IPython by itself."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from importlib import import_module

    return import_module("IPython.display").display
