"""What of an environment may be written: an allow list, and never a value that looks like a key.

Everything else a job's worker gets from memory alone. After a restart it is gone; the names of
variables that look like credentials are kept, so that a job can say which of them it lacks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from synthd.daemon.jobs.messages import Settled
from synthd.synth.models.errors import ModelError
from synthd.synth.models.names import Backend, parse
from synthd.synth.models.scrub import HIDDEN, SECRET_LOOK, SECRET_NAME, SHORTEST

KEPT_NAMES = frozenset(
    "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR PYTHONPATH VIRTUAL_ENV CONDA_PREFIX "
    "CONDA_DEFAULT_ENV CARGO_HOME RUSTUP_HOME OLLAMA_HOST SSL_CERT_FILE SSL_CERT_DIR "
    "REQUESTS_CA_BUNDLE HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY "
    "http_proxy https_proxy no_proxy all_proxy".split()
)
KEPT_PREFIXES = ("LC_", "XDG_", "SYNTHD_")
# PASSPHRASE, PASSWD, AUTH and DSN are not in models' own list, which is about messages.
CREDENTIAL = re.compile(SECRET_NAME.pattern + r"|PASS(WD|PHRASE)|AUTH|\bPAT\b|_DSN\b", re.I)
# Up to the last @ before the path: a password may have one in it.
USERINFO = re.compile(r"//[^/\s]+@")
SCHEMELESS = re.compile(r"^[^/\s:@]+:[^/\s]+@(?=[^/\s@]+)")  # user:password@host
IN_QUERY = re.compile(r"[?&][\w.-]*(?:key|token|secret|pass|auth|sig)[\w.-]*=([^&\s#]+)", re.I)
_LOOKS = (SECRET_LOOK, USERINFO, SCHEMELESS, IN_QUERY)
LONGEST = 1 << 15


def kept_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What may be written of it."""
    return {name: value for name, value in environment.items() if _may_be_kept(name, value)}


def withheld(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of variables that are not kept and look like credentials."""
    return tuple(
        sorted(
            name
            for name, value in environment.items()
            if value and not _may_be_kept(name, value) and _looks_secret(name, value)
        )
    )


def needed(names: Iterable[str], settled: Settled | None) -> tuple[str, ...]:
    """Which of the withheld names the job's model may need. Before it is known: all."""
    if settled is None:
        return tuple(names)
    if settled.weights or settled.endpoint.startswith("this machine"):
        return ()
    try:
        name = parse(settled.model)
    except ModelError:
        return tuple(names)
    if name.backend in (Backend.LOCAL, Backend.HF):
        return ()
    provider = "OLLAMA" if name.backend is Backend.OLLAMA else name.name.partition("/")[0].upper()
    own = tuple(each for each in names if each.upper().startswith(provider.replace("-", "_")))
    # A provider whose variables are called otherwise (AWS_, GOOGLE_): any of them may be it.
    return own if own or name.backend is Backend.OLLAMA else tuple(names)


def settings_with_secrets(settings: Mapping[str, object]) -> tuple[str, ...]:
    """The names of settings that may not be written as they are."""
    return tuple(
        sorted(
            name
            for name, value in settings.items()
            if isinstance(value, str) and _has_credential(value)
        )
    )


@dataclass(frozen=True, slots=True)
class Scrub:
    """Hides the values of an environment's secrets in what a worker says, before it is kept."""

    _values: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Scrub:
        secret = {
            value
            for name, value in environment.items()
            if len(value) >= SHORTEST and CREDENTIAL.search(name) and not _is_a_place(value)
        }
        userinfo = {
            found.group().removeprefix("//")[:-1]
            for value in environment.values()
            for look in (USERINFO, SCHEMELESS)
            for found in look.finditer(value)
        }
        queried = {
            found.group(1) for value in environment.values() for found in IN_QUERY.finditer(value)
        }
        plain = secret | userinfo | queried
        # As texts have them, and as JSON does.
        both = plain | {json.dumps(value)[1:-1] for value in plain}
        return cls(tuple(sorted(both, key=len, reverse=True)))

    def __call__(self, text: str) -> str:
        for value in self._values:
            if value in text:
                text = text.replace(value, HIDDEN)
        return text


def _may_be_kept(name: str, value: str) -> bool:
    allowed = name in KEPT_NAMES or name.startswith(KEPT_PREFIXES)
    return allowed and len(value) <= LONGEST and not _looks_secret(name, value)


def _looks_secret(name: str, value: str) -> bool:
    return _has_credential(value) or CREDENTIAL.search(name) is not None


def _has_credential(value: str) -> bool:
    return any(look.search(value) for look in _LOOKS)


def _is_a_place(value: str) -> bool:
    """SSH_AUTH_SOCK and the like: a path is no secret, and stands in many texts."""
    return value.startswith("/")
