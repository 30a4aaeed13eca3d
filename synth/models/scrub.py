"""Keys stay out of messages and logs, whoever put them there."""

from __future__ import annotations

import os
import re

SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
SECRET_LOOK = re.compile(
    r"\b(sk|pk|gsk|hf|ghp|xai|key)[-_][\w*.-]{6,}"  # as most providers write theirs
    r"|\bAIza[\w-]{20,}"
    r"|\bBearer\s+\S+"
    r"|(?<=//)[^/\s\"'<>]+(?=@)"  # user:password in a URL; also where the password has an @
)
SHORTEST = 8  # shorter values of such variables are switches like "1" or "true"
HIDDEN = "[hidden]"


def address(url: str) -> str:
    """Where it leads, without the user, the password and the query that it may carry."""
    plain = re.sub(r"[?#].*", "", url.strip())
    return re.sub(r"^([a-zA-Z][\w+.-]*://)?[^/]*@", r"\1", plain)


def without_secrets(text: str, *secrets: str) -> str:
    """Hide the secrets, the values of variables named like secrets, and what looks like a key."""
    named = (value for name, value in os.environ.items() if SECRET_NAME.search(name))
    for secret in sorted({*secrets, *named}, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, HIDDEN)
    return SECRET_LOOK.sub(HIDDEN, text)
