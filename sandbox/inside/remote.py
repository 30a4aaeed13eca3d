"""Stand-ins for objects that stayed on the other side."""

from __future__ import annotations

import typing
from collections.abc import AsyncIterator, Generator
from typing import Any, NoReturn, Protocol

# (do, handle, *arguments, **keywords); evaluated, and Python 3.8 knows no other spelling.
Ask = typing.Callable[..., Any]


class Stop(BaseException):
    """A check cannot go on: not an Exception, so that no test handles it by accident.

    outcome is one of the judge's case outcomes.
    """

    def __init__(self, outcome: str, detail: str) -> None:
        super().__init__(outcome, detail)
        self.outcome = outcome
        self.detail = detail


class Opaque:
    """An object that cannot cross. Any use of it, except to hand it back, ends the check."""

    def __init__(self, name: str, outcome: str) -> None:
        object.__setattr__(self, "_Opaque__name", name)
        object.__setattr__(self, "_Opaque__outcome", outcome)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        name = object.__getattribute__(self, "_Opaque__name")
        outcome = object.__getattribute__(self, "_Opaque__outcome")
        if outcome == "fail":
            raise Stop(outcome, f"an instance of {name}, a class that only the candidate has")
        raise Stop(outcome, f"an instance of {name} cannot cross between judge and candidate")

    def __getattr__(self, name: str) -> Any:
        return self._refuse()

    def __repr__(self) -> str:
        return "<{}, which cannot be shown>".format(object.__getattribute__(self, "_Opaque__name"))

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = object.__hash__
    __call__ = __bool__ = __iter__ = __len__ = __getitem__ = __contains__ = __setattr__ = _refuse
    __enter__ = __add__ = __radd__ = __int__ = __float__ = __index__ = __str__ = _refuse


class RemoteCallable:
    def __init__(self, ask: Ask, handle: int) -> None:
        self._ask = ask
        self._handle = handle

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("call", self._handle, *args, **kwargs)


class Us(Protocol):
    """This side of the conversation, as a stand-in needs it."""

    def ask(self, do: str, handle: int, *args: Any, **kwargs: Any) -> Any: ...

    def attribute(self, handle: int, name: str) -> Any: ...

    def stop(self, stop: Stop) -> NoReturn: ...


class RemoteMethod:
    """A method of an object that stayed on the other side."""

    def __init__(self, ask: Ask, handle: int, name: str) -> None:
        self._ask = ask
        self._handle = handle
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("method", self._handle, self.__name__, *args, **kwargs)


class RemoteIterator:
    def __init__(self, ask: Ask, handle: int) -> None:
        self._ask = ask
        self._handle = handle

    def __iter__(self) -> RemoteIterator:
        return self

    def __next__(self) -> Any:
        going, value = self._ask("next", self._handle)
        if not going:
            raise StopIteration(value)
        return value


def remote_generator(ask: Ask, handle: int) -> Generator[Any, Any, Any]:
    """A real generator, so that it is one for `inspect` and for decorators."""
    going, value = ask("next", handle)
    while going:
        try:
            sent = yield value
        except GeneratorExit:
            raise
        except BaseException as error:
            going, value = ask("throw", handle, error)
        else:
            going, value = ask("send", handle, sent)
    return value


async def remote_async_generator(ask: Ask, handle: int) -> AsyncIterator[Any]:
    going, value = ask("anext", handle)
    while going:
        yield value
        going, value = ask("anext", handle)
