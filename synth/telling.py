"""What a run tells about its model calls, as events."""

from __future__ import annotations

from synthd.synth.ask import Ask
from synthd.synth.events import Answered, Asked
from synthd.synth.ports import Completion, Finish, Prompt, Sampling


def asked(call: int, ask: Ask, prompt: Prompt, sampling: Sampling) -> Asked:
    return Asked(
        call,
        ask.purpose,
        ask.temperature,
        ask.node,
        ask.parent.candidate.node if ask.parent else "",
        prompt,
        sampling.seed,
        sampling.max_tokens,
        sampling.top_p,
    )


def answered(call: int, completion: Completion) -> Answered:
    return Answered(
        call,
        completion.text,
        completion.prompt_tokens,
        completion.completion_tokens,
        completion.finish is Finish.LENGTH,
        completion.counted,
        completion.fingerprint,
    )
