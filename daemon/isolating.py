"""Which sandbox a command uses, or why it refuses to run anything."""

from __future__ import annotations

from synthd.daemon.exits import Missing
from synthd.sandbox.level import Detection, Level, detect


async def isolation(*, unsafe: bool) -> Detection:
    """The best that this machine offers. Raises Missing where that is nothing, unless unsafe."""
    detection = await detect()
    if detection.level is Level.NONE and not unsafe:
        raise Missing(
            "there is no sandbox on this machine, and generated code is not run without one: "
            f"{'; '.join(detection.reasons)}. {detection.fix}"
        )
    return detection
