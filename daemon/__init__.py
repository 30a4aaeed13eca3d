"""synthd's process, and the way to it from Python: `from synthd.daemon import Client, synthesize`.

Importing this does nothing and costs nothing; what is named is imported when it is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthd.daemon.client.aclient import AsyncClient as AsyncClient
    from synthd.daemon.client.client import Client as Client
    from synthd.daemon.client.errors import SynthdError as SynthdError
    from synthd.daemon.client.result import Result as Result
    from synthd.daemon.client.synthesize import synthesize as synthesize
    from synthd.daemon.client.wanted import Wanted as Wanted

__all__ = ["AsyncClient", "Client", "Result", "SynthdError", "Wanted", "synthesize"]

_PLACES = {
    "AsyncClient": "aclient",
    "Client": "client",
    "Result": "result",
    "SynthdError": "errors",
    "Wanted": "wanted",
    "synthesize": "synthesize",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.client.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
