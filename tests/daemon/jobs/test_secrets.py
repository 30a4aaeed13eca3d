"""What of an environment may be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.daemon.jobs.messages import Settled
from synthd.daemon.jobs.secrets import Scrub, kept_environment, needed, withheld

KEY = "sk-abcdef0123456789"


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("PATH", "/bin", True),
        ("LC_ALL", "C", True),
        ("SYNTHD_MODEL", "local/m", True),
        ("XDG_STATE_HOME", "/s", True),
        ("OLLAMA_HOST", "http://host:1", True),
        ("OLLAMA_HOST", "http://u:p@host:1", False),
        ("HTTPS_PROXY", "http://proxy:3128", True),
        ("HTTPS_PROXY", "http://me:pass@proxy:3128", False),
        ("SYNTHD_API_KEY", "x", False),
        ("SYNTHD_MODEL", KEY, False),
        ("OPENAI_API_KEY", KEY, False),
        ("MY_PROJECT", "x", False),
        ("path", "/bin", False),
        ("PYTHONPATH", "x" * 100_000, False),
    ],
)
def test_only_what_is_allowed_and_looks_harmless_is_kept(name: str, value: str, kept: bool) -> None:
    assert kept_environment({name: value}) == ({name: value} if kept else {})


def test_the_names_of_what_may_be_a_credential_are_known() -> None:
    environment = {
        "OPENAI_API_KEY": KEY,
        "EMPTY_TOKEN": "",
        "MY_PROJECT": "x",
        "OLLAMA_HOST": "http://u:p@h",
        "ODD": f"Bearer {KEY}",
        "DB_PASSWD": "x",
        "PATH": "/bin",
    }
    assert withheld(environment) == ("DB_PASSWD", "ODD", "OLLAMA_HOST", "OPENAI_API_KEY")


def settled(model: str, endpoint: str = "openai (over the network)", weights: str = "") -> Settled:
    return Settled(
        function="f",
        model=model,
        endpoint=endpoint,
        identity="",
        slots=1,
        weights=weights,
        strategy="auto",
        sandbox="",
        programs=1,
        seconds=1,
        tokens=1,
        settings={},
    )


NAMES = ("AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "OLLAMA_API_KEY", "OPENAI_API_KEY")


def test_what_a_model_may_need() -> None:
    assert needed(NAMES, settled("openai/gpt")) == ("OPENAI_API_KEY",)
    assert needed(NAMES, settled("local/m", weights="/w.gguf")) == ()
    assert needed(NAMES, settled("local/m", "this machine (embedded)")) == ()
    assert needed(NAMES, settled("ollama/m", "Ollama at http://h")) == ("OLLAMA_API_KEY",)
    assert needed(NAMES[:2], settled("ollama/m", "Ollama at http://h")) == ()
    assert needed(NAMES, settled("bedrock/claude", "bedrock (over the network)")) == NAMES
    assert needed(NAMES, None) == NAMES
    assert needed((), settled("openai/gpt")) == ()


def test_what_a_worker_says_is_scrubbed() -> None:
    scrub = Scrub.of(
        {
            "OPENAI_API_KEY": 'with"quote-and-more',
            "SSH_AUTH_SOCK": "/tmp/ssh-agent",
            "SHORT_TOKEN": "true",
            "PROXY": "http://me:hunter-22@proxy",
        }
    )
    assert scrub('a with"quote-and-more b') == "a [hidden] b"
    assert scrub('{"a": "with\\"quote-and-more"}') == '{"a": "[hidden]"}'
    assert scrub("true /tmp/ssh-agent") == "true /tmp/ssh-agent"
    assert scrub("me:hunter-22") == "[hidden]"
    assert "quote" not in repr(scrub)


@given(
    st.dictionaries(
        st.sampled_from(["PATH", "A_KEY", "SYNTHD_TOKEN", "X_SECRET", "HOME", "LC_PASSWORD"]),
        st.text("abcdef0123456789", min_size=8, max_size=20),
    ),
    st.text(max_size=30),
)
def test_no_value_of_a_secret_is_kept_or_let_through(
    environment: dict[str, str], text: str
) -> None:
    secret = {name: value for name, value in environment.items() if "_" in name}
    assert not kept_environment(environment).keys() & secret.keys()
    said = Scrub.of(environment)(text + " ".join(environment.values()))
    assert not any(value in said for value in secret.values())
