"""Verifies Rust functions by proving them: the gate, then Verus, then what a proof may hide."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace

from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.problem import Problem
from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.functions import find
from synthd.synth.rust.splice import replace_body
from synthd.synth.verifiers.verus import judging, minimum, probes
from synthd.synth.verifiers.verus.gate import Gate, Original, Rule, Rules, Violation, paper
from synthd.synth.verifiers.verus.preflight import Preflight, ProofChecker, Trouble, preflight
from synthd.synth.verifiers.verus.probes import Aim, Found, Probed
from synthd.synth.verifiers.verus.report import Diagnostic, ProofVerdict, VerusReport
from synthd.synth.verifiers.verus.scoring import errors

SECOND_SEED = 2713  # any but Verus' own, which is 0
UNSTABLE = "unstable-proof"
_NO_CHEATING = "--no-cheating"
_KEPT = 512  # reports that are remembered
_NO_PROGRAM = (Extraction.NO_CODE, Extraction.UNUSABLE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found out about one body. second: with another seed of the solver."""

    report: VerusReport
    second: VerusReport | None = None
    probed: tuple[Probed, ...] = ()


class VerusVerifier:
    """Implements ports.Verifier. It owns nothing: the checker is whoever's opened it.

    text: the user's file as it is; function: the path of the one whose body candidates are.
    Raises a RustSourceError where there is no such function.
    """

    def __init__(
        self,
        checker: ProofChecker,
        text: str,
        function: str,
        rules: Rules | None = None,
        *,
        seed: int = SECOND_SEED,
    ) -> None:
        self._checker = checker
        self._rules = rules or Rules()
        self._original = Original.of(text, function)
        self._gate = Gate(self._original, self._rules)
        self._seed = seed
        self._evidence: OrderedDict[str, Evidence] = OrderedDict()
        self._preflight: Preflight | None = None
        self._looking = asyncio.Lock()

    @property
    def function(self) -> RustFunction:
        return self._original.function

    def program(self, code: str) -> str:
        """The whole file with this body."""
        return replace_body(self._original.text, self.function, code)

    def report_of(self, code: str) -> VerusReport | None:
        """What Verus said of this body; None where it was not asked, or long ago."""
        found = self._evidence.get(code)
        return found.report if found else None

    def evidence_of(self, code: str) -> Evidence | None:
        return self._evidence.get(code)

    async def preflight(self) -> Preflight:
        """Done once, whoever asks; where it is cancelled, the next who asks does it."""
        async with self._looking:
            if self._preflight is None:
                text = self._original.text
                self._preflight = await preflight(self._checker, text, self.function)
            return self._preflight

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        if candidate.extraction in _NO_PROGRAM or not candidate.code.strip():
            detail = candidate.note or "the answer holds no program"
            case = Case(self.function.path, CaseOutcome.NO_CODE, detail=detail)
            return Evaluation(Verdict.REJECTED, 0.0, (case,), detail, proof=judging.NOTHING_PROVED)
        program = self.program(candidate.code)
        if violations := self._gate.inspect(program):
            return judging.forbidden(violations)
        report = await self._checker.check(program)
        self._remember(candidate.code, Evidence(report))
        evaluation = judging.judged(report, program)
        if self._rules.gate == "paper":
            initial = candidate.parent is None
            if found := paper.judge(report, self._rules.paper, initial=initial):
                return _with_seconds(judging.forbidden(found, report.isolation), evaluation)
        return await self._decided(candidate.code, program, report, evaluation)

    async def _decided(
        self, code: str, program: str, report: VerusReport, evaluation: Evaluation
    ) -> Evaluation:
        """Accepted is what has all that must be verified, and is not verified for nothing."""
        if report.verdict is ProofVerdict.UNKNOWN or not minimum.may_suffice(
            report, self.function.path
        ):
            return evaluation
        before = await self.preflight()
        lacks = minimum.lacking(program, self.function, report, before, self._rules.minimum)
        if lacks:
            return _not_enough(evaluation, lacks)
        if any(finding.trouble is Trouble.CONTRADICTION for finding in before.findings):
            return _contradiction(evaluation, before)
        evidence = await self._examined(program, report, before)
        self._remember(code, evidence)
        return self._concluded(evaluation, evidence, before)

    async def _examined(self, program: str, report: VerusReport, before: Preflight) -> Evidence:
        function = find(program, self.function.path)
        tasks = [
            asyncio.create_task(self._exit(program, function)),
            asyncio.create_task(self._loops(program, function)),
            asyncio.create_task(self._entry(program, function, before)),
        ]
        again = asyncio.create_task(self._again(program, function, before))
        try:
            found = await asyncio.gather(*tasks)
            second = await again
        finally:
            for task in (*tasks, again):
                task.cancel()
            await asyncio.gather(*tasks, again, return_exceptions=True)
        return Evidence(report, second, tuple(one for each in found for one in each))

    async def _again(self, program: str, function: RustFunction, before: Preflight) -> VerusReport:
        """With another seed, and with Verus' own wall against assumptions where the file has none
        of its own: that flag knows no difference between them and a candidate's."""
        if not before.trusts and "uninterp" not in self._original.names:
            report = await self._checker.check(program, seed=self._seed, no_cheating=True)
            lines = range(function.line, program.count("\n", 0, function.whole.end) + 2)
            found = cheats(report)
            if not found or any(one.places and one.places[0].line in lines for one in found):
                return report
        return await self._checker.check(program, seed=self._seed)

    async def _probe(self, probe: probes.Probe) -> Probed:
        report = await self._checker.check(probe.marked.program)
        return probes.read(probe, report, self.function.path)

    async def _entry(
        self, program: str, function: RustFunction, before: Preflight
    ) -> tuple[Probed, ...]:
        """Of this very program, only where the contract alone gave no answer."""
        first = before.probed[0]
        if first.found is not Found.INCONCLUSIVE:
            return (replace(first, report=replace(first.report, cached=True)),)
        return (await self._probe(probes.entry_of(program, function)),)

    async def _exit(self, program: str, function: RustFunction) -> tuple[Probed, ...]:
        found: list[Probed] = []
        for probe in probes.ends(program, function):
            found.append(await self._probe(probe))
            if found[-1].found is not Found.INCONCLUSIVE:
                break
        return tuple(found[-1:])

    async def _loops(self, program: str, function: RustFunction) -> tuple[Probed, ...]:
        """A loop that nothing comes after counts where something comes to it."""
        found: list[Probed] = []
        for after, before in probes.loop_ends(program, function):
            probed = await self._probe(after)
            if probed.found is Found.VACUOUS:
                reached = await self._probe(before)
                probed = (
                    probed
                    if reached.found is Found.SOUND
                    else replace(probed, found=Found.INCONCLUSIVE)
                )
            found.append(probed)
        return tuple(found)

    def _concluded(
        self, evaluation: Evaluation, evidence: Evidence, before: Preflight
    ) -> Evaluation:
        vacuous = [one for one in evidence.probed if one.found is Found.VACUOUS]
        if any(one.probe.aim is Aim.ENTRY for one in vacuous):
            return _contradiction(evaluation, before)
        trivial = self._rules.gate == "paper" and any(
            one.probe.aim is Aim.EMPTY and one.found is Found.VACUOUS for one in before.probed
        )
        violations = [_endless(one) for one in vacuous]
        second = evidence.second
        violations += [_cheat(one) for one in (cheats(second) if second else ())]
        if trivial:
            violations.append(_trivial(self.function))
        if violations:
            refused = judging.forbidden(violations, evaluation.isolation)
            return _with_seconds(refused, evaluation)
        stable = second is not None and minimum.as_good(second, evidence.report)
        told = [str(one) for one in evidence.probed if one.found is Found.INCONCLUSIVE]
        if not stable:
            reason = second.reason if second else ""
            told.append(f"only one of two solver seeds proves it ({reason})")
        return replace(
            evaluation,
            verdict=Verdict.ACCEPTED,
            score=1.0,
            report="\n".join(told),
            labels=() if stable else (UNSTABLE,),
            seconds=evaluation.seconds + _seconds(evidence),
        )

    def _remember(self, code: str, evidence: Evidence) -> None:
        self._evidence[code] = evidence
        self._evidence.move_to_end(code)
        if len(self._evidence) > _KEPT:
            self._evidence.popitem(last=False)


def _seconds(evidence: Evidence) -> float:
    reports = [one.report for one in evidence.probed]
    reports += [evidence.second] if evidence.second else []
    return sum(report.seconds for report in reports if not report.cached)


def _with_seconds(refused: Evaluation, judged: Evaluation) -> Evaluation:
    return replace(refused, seconds=judged.seconds)


def _not_enough(evaluation: Evaluation, lacks: str) -> Evaluation:
    """Verus refuted nothing that counts, and did not verify all that must be."""
    proved = evaluation.verdict is Verdict.ACCEPTED
    verdict = Verdict.UNDECIDED if proved else evaluation.verdict
    report = "\n\n".join(part for part in (evaluation.report, lacks) if part)
    score = 0.0 if proved else evaluation.score
    return replace(evaluation, verdict=verdict, score=score, report=report)


def _contradiction(evaluation: Evaluation, before: Preflight) -> Evaluation:
    report = next(
        (one.message for one in before.findings if one.trouble is Trouble.CONTRADICTION),
        "the preconditions contradict each other: any body is right",
    )
    return replace(
        evaluation,
        verdict=Verdict.REJECTED,
        score=0.0,
        report=report,
        labels=(Trouble.CONTRADICTION.value,),
    )


def _endless(probed: Probed) -> Violation:
    what = "no path through it ends"
    if probed.probe.aim is Aim.LOOP_END:
        what = "this loop never ends"
    message = f"{what} (`assert(false)` after it is verified), so nothing is shown: make it end"
    return Violation(Rule.ENDLESS.value, probed.probe.aim.value, probed.probe.line, message)


def cheats(report: VerusReport) -> tuple[Diagnostic, ...]:
    """What Verus refuses under `--no-cheating`."""
    return tuple(one for one in errors(report) if _NO_CHEATING in one.message)


def _cheat(diagnostic: Diagnostic) -> Violation:
    place = judging.primary(diagnostic)
    token = place.text.strip()[:40] if place else ""
    return Violation(Rule.ASSUME.value, token, place.line if place else 0, diagnostic.message)


def _trivial(function: RustFunction) -> Violation:
    message = "an empty body is verified, too: the postcondition is trivial"
    return Violation("paper-12", "{}", function.line, message)
