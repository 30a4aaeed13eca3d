"""The search with the verifier itself, its gate and its probes, over a stand-in for Verus."""

from __future__ import annotations

from synthd.synth.attempt import Verdict
from synthd.synth.proving.exemplars import harvest
from synthd.synth.proving.minimize import minimize, proved_by
from synthd.synth.solve import Stop
from synthd.synth.strategies.treefinement import Treefinement
from synthd.synth.verifiers.verus.verifier import VerusVerifier

# Whatever is probed for vacuity turns out to be reachable.
REACHABLE = [{"contains": "assert(false)", "answer": "refuted"}]


async def test_a_cheat_a_broken_body_and_then_the_proof(
    open_checker, chains, search_on, climb
) -> None:
    chain = next(chain for chain in chains if len(chain.failing) >= 3)
    cheat = chain.right.replace("{", "{ assume(false);", 1)
    steps = [*chain.failing[:2], chain.right]
    up = climb(steps)

    def script(prompt, sampling, call) -> str:
        first = {0: f"```rust\n{cheat}\n```", 1: "I do not know."}
        return first.get(call) or up(prompt, sampling, call)

    async with open_checker(recordings=chain.rows.values(), rules=REACHABLE) as checker:
        verifier = VerusVerifier(checker, chain.program, chain.function.path)
        ended = await search_on(
            chain.problem(), verifier, chain.read, Treefinement(drafts=3, width=2), script
        )
    verdicts = {a.evaluation.verdict for a in ended.tried}
    assert ended.outcome.stop is Stop.SOLVED
    best = ended.outcome.best
    assert best.candidate.code.split() == chain.right.split() and not best.evaluation.labels
    assert verdicts == {Verdict.FORBIDDEN, Verdict.REJECTED, Verdict.ACCEPTED}
    told = "\n".join(message.content for prompt in ended.prompts for message in prompt[1:])
    assert "assume(false)" not in told, "a cheat is no root"
    fixes = harvest(best, chain.head)
    assert len(fixes) == 2 and all("error: " in fix.error for fix in fixes)


async def test_minimize_asks_the_verifier(open_checker, chains) -> None:
    chain = chains[0]
    async with open_checker(recordings=chain.rows.values(), rules=REACHABLE) as checker:
        verifier = VerusVerifier(checker, chain.program, chain.function.path)
        check = proved_by(verifier, chain.problem())
        assert await check(chain.right) and not await check(chain.failing[0])
        small = await minimize(chain.right, check, most_runs=12)
    assert small.body == chain.right, "no other body was recorded as proved"
    assert 2 < small.runs <= 12
