"""Log lines without source text. Imports nothing heavy."""

from __future__ import annotations

import logging
import sys


class Discreet(logging.Formatter):
    """Of the libraries' lines only the constant part: theirs quote messages, which hold source."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("synthd"):
            return super().format(record)
        template = str(record.msg).splitlines()[:1]
        return f"{record.levelname} {record.name}: {''.join(template)}"


def quiet_logs() -> None:
    """Warnings to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(levelname)s %(name)s: %(message)s"))
    for name in ("pygls", "asyncio", "synthd"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.WARNING)
    hush()


def hush() -> None:
    """pygls's lines, whoever handles them: what of them matters is in ours."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
