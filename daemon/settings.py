"""What a user may set, in one model.

Values are taken, in rising order, from `synthd.toml` in the workspace, `[tool.synthd]` in its
pyproject.toml, the user's own config file, the environment, and the command line
(daemon/config.py reads them).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from synthd.synth.models.errors import ModelError
from synthd.synth.models.names import parse

Positive = Annotated[int, Field(ge=1)]
PositiveSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Minutes = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class LimitSettings(BaseModel):
    """How much one candidate may use in the sandbox."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    cpu_seconds: PositiveSeconds = Field(4.0, description="CPU seconds of one call")
    wall_seconds: PositiveSeconds = Field(12.0, description="wall seconds of one call")
    memory_mb: Positive = Field(2048, description="address space of the candidate's process, MiB")
    output_bytes: Positive = Field(1 << 20, description="printed output that is kept, bytes")
    total_seconds: PositiveSeconds = Field(30.0, description="wall seconds of all its checks")
    file_mb: Positive = Field(16, description="size of one file that it writes, MiB")
    scratch_mb: Positive = Field(64, description="size of its private tmp, MiB (bubblewrap)")
    open_files: Positive = Field(128, description="files open at once")
    threads: Positive = Field(64, description="threads of a compiled program")


Dtype = Literal["auto", "float32", "bfloat16", "float16"]


class DaemonSettings(BaseModel):
    """The background process. Only the user's own config may set these."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    idle_minutes: Minutes = Field(
        30.0, description="exit after so long without clients and jobs; 0: never"
    )
    model_idle_minutes: Minutes = Field(
        10.0, description="unload a model after so long without calls; 0: never"
    )
    jobs_at_once: Annotated[int, Field(ge=1)] = Field(
        2, description="jobs that run at once, each with its sandbox; others wait"
    )
    keep_days: Minutes = Field(90.0, description="age after which ended jobs and logs go; 0: never")
    keep_mb: Annotated[int, Field(ge=0)] = Field(
        1024, description="size of all ended jobs beyond which the oldest go; 0: no limit"
    )
    reverify: bool = Field(False, description="verify again on save what has a certificate")


class Settings(BaseModel):
    """Every key of synthd.toml. Strategy parameters are in a table of the strategy's name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    model: str | None = Field(None, description="model to use, e.g. local/qwen2.5-coder:1.5b")
    strategy: str = Field("auto", description="search method; `synthd strategies` lists them")
    max_programs: Positive = Field(24, description="programs judged at most")
    max_seconds: PositiveSeconds = Field(120.0, description="wall seconds of one search at most")
    max_tokens: Positive = Field(8192, description="completion tokens at most, all calls together")
    verifier: str | None = Field(
        None, description="folder of a trained verifier, to rank by (user config only)"
    )
    tested_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        20.0, description="seconds of executing that earning the grade tested may take; 0: never"
    )
    ask: bool = Field(
        False, description="editors: ask which is right where programs that pass differ"
    )
    seed: Annotated[int, Field(ge=0)] = Field(0, description="of all random choices")
    python: str | None = Field(None, description="the project's interpreter")
    models_dir: str | None = Field(None, description="where weights are kept (user config only)")
    hf_device: str = Field(
        "auto", description="where hf/… models run: auto, cpu, cuda, cuda:1, mps (user config only)"
    )
    hf_dtype: Dtype = Field(
        "auto", description="numbers of hf/… models; auto: 32 bits on a CPU (user config only)"
    )
    hf_threads: Annotated[int, Field(ge=0)] = Field(
        0, description="threads of hf/… models; 0: one per processor (user config only)"
    )
    ollama_host: str | None = Field(None, description="Ollama's address (user config only)")
    keep_runs: Annotated[int, Field(ge=0)] = Field(
        200, description="searches kept for `synthd show`; 0: none (user config only)"
    )
    verus: str | None = Field(
        None, description="Verus' program, or the folder of its release (user config only)"
    )
    verus_seconds: PositiveSeconds = Field(60.0, description="wall seconds of one run of Verus")
    verus_rlimit: PositiveSeconds = Field(
        30.0, description="the solver's resources for one function, as Verus' --rlimit has them"
    )
    verus_memory_mb: Positive = Field(4096, description="memory of one run of Verus, MiB")
    verus_jobs: Positive = Field(2, description="runs of Verus at once")
    keep_exemplars: str | None = Field(
        None, description="folder where repairs of proofs are remembered (user config only)"
    )
    alphaverus: str | None = Field(
        None, description="AlphaVerus' state file, to learn repairs from (user config only)"
    )
    daemon: DaemonSettings = Field(DaemonSettings(), description="the background process")
    limits: LimitSettings = Field(LimitSettings(), description="sandbox limits")
    parameters: dict[str, dict[str, bool | int | float | str]] = Field(
        default_factory=dict, description="strategy parameters, e.g. [parameters.seidr]"
    )

    @field_validator("model")
    @classmethod
    def _is_a_name(cls, model: str | None) -> str | None:
        try:
            if model is not None:
                parse(model)
        except ModelError as error:
            raise ValueError(str(error)) from None
        return model
