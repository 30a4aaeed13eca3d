"""What the settings say of engines."""

from __future__ import annotations

from synthd.daemon.settings import Settings
from synthd.synth.models.hf.options import Options


def hf_options(settings: Settings) -> Options:
    return Options(settings.hf_device, settings.hf_dtype, settings.hf_threads)
