"""What Verus writes for programs: `--output-json` on stdout, `--error-format=json` on stderr.

Versions differ: `is-verifying-entire-crate` or with underscores, no `encountered-error` in older
ones, no counts at all after an error that precedes verification. What is unknown is passed over,
what is missing is None; only what is of a wrong type makes the whole unusable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a count is no flag")
    return value


Count = Annotated[int, BeforeValidator(_no_flag), Field(ge=0)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Results(_Part):
    """`verification-results`. bad: it met an error of whatever sort."""

    success: bool | None = None
    verified: Count | None = Field(None, validation_alias=AliasChoices("verified", "num_verified"))
    errors: Count | None = Field(None, validation_alias=AliasChoices("errors", "num_errors"))
    bad: bool = Field(False, validation_alias="encountered_error")
    early: bool = Field(False, validation_alias="encountered_vir_error")
    entire: bool | None = Field(None, validation_alias="is_verifying_entire_crate")


class Checked(_Part):
    """One function that the solver was asked about."""

    function: str = ""
    success: bool = False


class Summary(_Part):
    """details: functions that it knows. breakdown: those it asked about, where it says so."""

    results: Results
    details: frozenset[str] = frozenset()
    breakdown: tuple[Checked, ...] = ()


class Stretch(_Part):
    text: Text = ""


class Expansion(_Part):
    span: Span | None = None
    macro_decl_name: Text = ""


class Span(_Part):
    file_name: Text = ""
    line_start: int = 1
    line_end: int = 1
    column_start: int = 1
    column_end: int = 1
    is_primary: bool = False
    label: Text = ""
    text: tuple[Stretch, ...] = ()
    expansion: Expansion | None = None


class Row(_Part):
    """A diagnostic as rustc has them."""

    message: Text
    level: str
    code: Text = ""
    spans: tuple[Span, ...] = ()
    children: tuple[Row, ...] = ()


def summaries(stdout: str) -> tuple[Summary, ...]:
    """One for each crate that was verified; none where there is no JSON, or a broken one."""
    found = []
    for value in _values(stdout):
        # Cargo's own objects have a reason, and may have a success.
        itself = value if "success" in value and "reason" not in value else None
        results = value.get("verification_results", itself)
        if isinstance(results, str):
            results = _loaded(results)
        if not isinstance(results, dict):
            continue
        try:
            found.append(
                Summary(
                    results=Results.model_validate(results),
                    details=frozenset(value.get("func_details") or ()),
                    breakdown=tuple(Checked.model_validate(one) for one in _asked(value)),
                )
            )
        except (ValidationError, TypeError):
            return ()
    return tuple(found)


def rows(stderr: str, stdout: str = "") -> tuple[tuple[Row, ...], str]:
    """The diagnostics, and whatever else was said on stderr.

    stdout: of cargo, which passes them on there as `compiler-message`.
    """
    found, rest = [], []
    for line in stderr.splitlines():
        row = _row(_loaded(line)) if line.startswith("{") else None
        if row is not None:
            found.append(row)
        elif line.strip():
            rest.append(line)
    for value in _values(stdout) if stdout else ():
        row = _row(value.get("message")) if value.get("reason") == "compiler-message" else None
        if row is not None:
            found.append(row)
    return tuple(found), "\n".join(rest)


def _row(value: object) -> Row | None:
    if not isinstance(value, dict):
        return None
    code = value.get("code")
    value = {**value, "code": code.get("code") if isinstance(code, dict) else code}
    try:
        return Row.model_validate({**value, "children": _children(value.get("children"))})
    except ValidationError:
        return None


def _children(listed: object) -> list[Row]:
    found = [_row(one) for one in listed] if isinstance(listed, list) else []
    return [row for row in found if row is not None]


def _asked(value: dict[str, Any]) -> Iterator[object]:
    """From `--time`: times-ms, smt, smt-run-module-times, function-breakdown."""
    place: object = value.get("times_ms")
    for name in ("smt", "smt_run_module_times"):
        place = place.get(name) if isinstance(place, dict) else None
    for module in place if isinstance(place, list) else ():
        listed = module.get("function_breakdown") if isinstance(module, dict) else None
        yield from listed if isinstance(listed, list) else ()


def _values(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object that begins a line, whatever stands between them."""
    decoder = json.JSONDecoder(object_hook=_underscored)
    place = 0
    while place < len(text):
        if text.startswith("{", place):
            try:
                value, place = decoder.raw_decode(text, place)
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, dict):
                yield value
        after = text.find("\n", place)
        place = len(text) if after < 0 else after + 1


def _loaded(text: str) -> object:
    try:
        return json.loads(text, object_hook=_underscored)
    except (ValueError, RecursionError):
        return None


def _underscored(value: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): one for key, one in value.items()}
