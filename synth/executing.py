"""Programs executed side by side on calls that nobody has answers for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from synthd.synth import select
from synthd.synth.attempt import Attempt
from synthd.synth.behaviour import Row
from synthd.synth.concurrently import concurrently
from synthd.synth.inputs.calls import example_calls
from synthd.synth.inputs.generate import LARGEST, Generator, generate
from synthd.synth.run import Run
from synthd.synth.unmet import Unmet


async def calls(run: Run, generated: int, generator: Generator = "own") -> tuple[str, ...]:
    """The calls that the visible checks make, without their answers, and generated ones.

    Raises Unmet where programs cannot be executed at all: before anything was spent on them.
    """
    if not run.observes:
        raise Unmet("this strategy compares what programs do, which this verifier cannot run")
    if alone := tuple(getattr(run.verifier, "calls", ())):
        return alone
    given = tuple(call.text for call in example_calls(run.problem))
    return given + await made(run, generated, generator)


async def made(
    run: Run, number: int, generator: Generator, *, largest: int = LARGEST
) -> tuple[str, ...]:
    """Generated calls. Hypothesis takes its time, so it has a thread."""
    if generator == "own":
        return generate(run.problem, number, run.seed, largest=largest)
    return await asyncio.to_thread(
        generate, run.problem, number, run.seed, largest=largest, generator=generator
    )


async def further_calls(run: Run, generated: int, generator: Generator = "own") -> tuple[str, ...]:
    """The same; () where none could be generated. On the checks' own calls alone programs that
    pass do not differ."""
    own = {call.text for call in example_calls(run.problem)}
    found = await calls(run, generated, generator) if run.observes else ()
    return found if set(found) - own else ()


async def some_calls(run: Run, generated: int, generator: Generator = "own") -> tuple[str, ...]:
    """The same. Raises Unmet, too, where there are none: then all programs would seem equal."""
    found = await calls(run, generated, generator)
    if not found:
        raise Unmet(
            "this strategy compares what programs do, and there are no inputs to try them on: "
            "add an example that calls the function, or annotate its parameters"
        )
    return found


async def rows(run: Run, attempts: Sequence[Attempt], wanted: Sequence[str]) -> list[Row]:
    """What each attempt does on these calls; a program that was drawn twice is executed once."""
    programs = select.distinct(attempts)
    seen = await concurrently(run.observe(program, wanted) for program in programs)
    known = {program.candidate.code: row for program, row in zip(programs, seen, strict=True)}
    found: list[Row] = [known[attempt.candidate.code] for attempt in attempts]
    # Whoever chooses next does so by this: nothing is awaited between.
    run.evidence.compared = (attempts, found)
    return found
