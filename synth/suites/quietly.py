"""Parses Python without a word about it: MBPP has backslashes in strings that warn."""

from __future__ import annotations

import ast
import warnings


def parse(text: str) -> ast.Module:
    """Raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)
