"""Whatever a client sends as arguments is answered: by a result or an error, never by silence."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COMMANDS = [
    *("synthesize", "repair", "verify", "cancel", "accept", "reject", "answer", "showSearch"),
    *("watchSearch", "prune", "showCertificate", "explain", "pickModel", "forecast", "jobs"),
    *("synthesizeWith", "addExamples"),
]
REFUSALS = {-32700, -32600, -32601, -32602, -32803}  # and none is "internal error"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3)
    ),
    max_leaves=6,
)
NUMBERS = st.sampled_from([-1, 0, 1, 2, 7, 2**31, 2**63, 1e300, 0.5]) | JSON
POSITIONS = st.fixed_dictionaries({"line": NUMBERS, "character": NUMBERS}) | JSON
URIS = st.sampled_from(["OPEN", "file:///not/open.py", "file://", "synthd:/search/x", ""]) | JSON
DOCUMENTS = st.fixed_dictionaries({"uri": URIS}, optional={"version": NUMBERS}) | JSON
ARGUMENTS = (
    st.fixed_dictionaries(
        {},
        optional={
            "textDocument": DOCUMENTS,
            "position": POSITIONS,
            "wish": st.sampled_from(["body", "repair", "proof", "invariant", "other"]) | JSON,
            "strategy": JSON,
            "model": JSON,
            "job": st.sampled_from(["JOB", "nobody"]) | JSON,
            "question": JSON,
            "value": JSON,
            "node": JSON,
            "on": JSON,
            "partial": JSON,
            "origin": st.sampled_from(["usage", "test"]) | JSON,
        },
    )
    | JSON
)
ORDERS = st.tuples(st.sampled_from(COMMANDS), st.lists(ARGUMENTS, max_size=2) | JSON)
RANGES = st.fixed_dictionaries({}, optional={"start": POSITIONS, "end": POSITIONS}) | JSON
CONTEXTS = st.fixed_dictionaries({}, optional={"diagnostics": JSON, "only": JSON}) | JSON
ASKED = st.fixed_dictionaries(
    {}, optional={"textDocument": DOCUMENTS, "range": RANGES, "context": CONTEXTS}
)


def drawn(strategy: Any, count: int) -> list[Any]:
    """Examples of a strategy: an event loop cannot be entered from within hypothesis."""
    found: list[Any] = []

    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(one: Any) -> None:
        found.append(one)

    collect()
    return found


def filled(value: Any, names: dict[str, str]) -> Any:
    """With names that mean something in this session."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    return value


async def answered(client: Any, refused: Any, method: str, params: Any) -> None:
    try:
        await client.request(method, params)
    except refused as answer:
        assert answer.error["code"] in REFUSALS, (params, answer.error)
        assert "Traceback" not in answer.error["message"]
    except TimeoutError:
        raise AssertionError(f"no answer to {method} {params!r}") from None


async def test_arguments(client: Any, script: Any, refused: Any, soak: bool) -> None:
    uri, text = script("hang", body='def f(x):\n    """\n    >>> f(1)\n    2\n    """\n    pass\n')
    client.open(uri, text)
    names = {"OPEN": uri, "JOB": await client.synthesize(uri)}
    count = 3000 if soak else 150
    for command, arguments in drawn(ORDERS, count):
        params = {"command": f"synthd.{command}", "arguments": filled(arguments, names)}
        await answered(client, refused, "workspace/executeCommand", params)
    for params in drawn(ASKED, count):
        await answered(client, refused, "textDocument/codeAction", filled(params, names))
    assert (await client.command("synthd.jobs", {}))["schema"] == 1
    assert client.process.returncode is None
    told = [message for message in client.messages() if "Error in server" in message]
    assert told == [], "nothing of it is the user's business"
