"""numpy arrays and scalars, where the project has numpy."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from synthd.sandbox.inside.cells import BadValue, pack64, unpack64


def tag_of(value: object) -> str | None:
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return None
    if type(value) is numpy.ndarray:
        return "ndarray"
    if isinstance(value, numpy.generic) and type(value).__module__ == "numpy":
        return "npscalar"
    return "npdtype" if isinstance(value, numpy.dtype) else None


def describe(tag: str, value: Any) -> tuple[Any, list[Any]]:
    if tag == "npdtype":
        return value.str, []
    if tag == "npscalar":
        return [value.dtype.str, pack64(value.tobytes())], []
    if value.dtype.hasobject:
        return ["O", list(value.shape)], list(value.ravel().tolist())
    if value.dtype.fields is not None:
        raise BadValue("a structured array")
    return [value.dtype.str, list(value.shape), pack64(value.tobytes())], []


def build(tag: str, data: Any, children: list[Any]) -> Any:
    numpy: Any = importlib.import_module("numpy")  # the one import on decoding: a plain library
    if tag == "npdtype":
        return numpy.dtype(_plain(data))
    if data[0] == "O":
        array = numpy.empty(len(children), dtype=object)
        for index, child in enumerate(children):
            array[index] = child
        return array.reshape(data[1])
    dtype = numpy.dtype(_plain(data[0]))
    if tag == "npscalar":
        return numpy.frombuffer(unpack64(data[1]), dtype=dtype)[0]
    return numpy.frombuffer(unpack64(data[2]), dtype=dtype).reshape(data[1]).copy()


def update(target: Any, fresh: Any) -> None:
    if target.shape != fresh.shape or target.dtype != fresh.dtype:
        target.resize(fresh.shape, refcheck=False)
    target[...] = fresh


def _plain(code: object) -> str:
    if type(code) is not str or "O" in code or "V" in code:
        raise BadValue("not a plain dtype")
    return code
