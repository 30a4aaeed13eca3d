"""A result in a notebook. Everything in it is text from elsewhere, so everything is escaped."""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthd.daemon.client.result import Result

COLOURS = {"verified": "#1a7f37", "unsolved": "#cf222e", "undecided": "#9a6700"}
_KEYWORD, _STRING, _NUMBER, _COMMENT = "#8250df", "#0a7d4b", "#0550ae", "#6e7781"
MOST_CHECKS = 100


def html(result: Result) -> str:
    colour = COLOURS.get(result.status, "#57606a")
    parts = [
        f'<b style="color:{colour}">{escape(result.status)}</b> '
        f"<code>{escape(result.name)}</code> "
        f"<span>(grade: <b>{escape(result.grade)}</b>)</span>"
        f"<div>{escape(result.message)}</div>"
    ]
    if result.code:
        parts.append(
            '<pre style="line-height:1.3;padding:.6em;border-left:3px solid '
            f'{colour}">{highlighted(result.code)}</pre>'
        )
    parts.append(_checks(result.report.get("checks") or []))
    parts += [f"<div>warning: {escape(str(warning))}</div>" for warning in result.warnings]
    parts.append(_foot(result))
    return f'<div class="synthd-result">{"".join(parts)}</div>'


def highlighted(code: str) -> str:
    """With colours where it is Python; as it is where it is not."""
    try:
        return "".join(_pieces(code))
    except (tokenize.TokenError, SyntaxError, IndexError):
        return escape(code)


def _pieces(code: str) -> Iterator[str]:
    lines = code.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    done = 0
    for one in tokenize.generate_tokens(io.StringIO(code, newline="").readline):
        colour = _colour(one)
        if not colour:
            continue
        start = starts[one.start[0] - 1] + one.start[1]
        end = starts[one.end[0] - 1] + one.end[1]
        yield escape(code[done:start])
        yield f'<span style="color:{colour}">{escape(code[start:end])}</span>'
        done = end
    yield escape(code[done:])


def _colour(one: tokenize.TokenInfo) -> str:
    if one.type == token.NAME and keyword.iskeyword(one.string):
        return _KEYWORD
    kinds = {token.STRING: _STRING, token.NUMBER: _NUMBER, token.COMMENT: _COMMENT}
    return kinds.get(one.type, "")


def _checks(checks: list[Mapping[str, Any]]) -> str:
    if not checks:
        return ""
    heads = "".join(f"<th>{head}</th>" for head in ("", "check", "expected", "got"))
    rows = "".join(_check(check) for check in checks[:MOST_CHECKS])
    more = len(checks) - MOST_CHECKS
    rest = f"<div>and {more} more checks</div>" if more > 0 else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{rest}"


def _check(check: Mapping[str, Any]) -> str:
    outcome = str(check.get("outcome", ""))
    got = str(check.get("got") or check.get("detail") or "")
    cells = [str(check.get("input", "")), str(check.get("expected", "")), got]
    mark = "✓" if outcome == "pass" else f"✗ {outcome}"
    marked = (
        f'<td style="color:{"#1a7f37" if outcome == "pass" else "#cf222e"}">{escape(mark)}</td>'
    )
    return f"<tr>{marked}{''.join(_cell(cell) for cell in cells)}</tr>"


def _cell(text: str) -> str:
    return f'<td style="text-align:left"><code>{escape(text)}</code></td>'


def _foot(result: Result) -> str:
    cost = result.report.get("cost") or {}
    facts = [
        f"{cost.get('programs', 0)} programs",
        f"{cost.get('completion_tokens', 0)} tokens",
        f"{cost.get('seconds', 0):g} s",
        f"model {result.job.model} at {result.job.endpoint}" if result.job.model else "",
        f"strategy {result.job.strategy}" if result.job.strategy else "",
        "written" if result.written else "",
    ]
    return f"<small>{escape('; '.join(fact for fact in facts if fact))}</small>"
