"""What there is to say about an exception, short."""

from __future__ import annotations


def describe(error: BaseException) -> str:
    """As the last line of a traceback, short."""
    name = type(error).__name__
    try:
        text = str(error)
    except BaseException:
        text = "<unprintable>"
    return (f"{name}: {text}" if text else name)[:2000]


def line_in(path: str, error: BaseException) -> int | None:
    """The last line of that file that the error passed through."""
    line: int | None = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
