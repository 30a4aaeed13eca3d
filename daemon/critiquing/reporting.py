"""From what a critique found to its report: what each part comes to, in words."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from synthd.daemon.critiquing.critique import Critique, Setup
from synthd.daemon.critiquing.report import (
    ComparisonReport,
    CritiqueReport,
    ExploitsReport,
    RuleReport,
    Spent,
    Status,
    TrialReport,
)
from synthd.synth.critique.opinion import Standing, Tally
from synthd.synth.critique.trials import Came, Trial, overall, standing


def reported(done: Critique, setup: Setup) -> CritiqueReport:
    subject, usage = done.subject, done.usage
    comparison, exploits = _comparison(done, setup), _exploits(done, setup)
    parts = [part for part in (comparison, exploits) if part is not None]
    standings = [part.standing for part in parts]
    whole = overall([Standing.FAULTY, *standings] if done.faults else standings)
    called = done.votes or any(trial.node.startswith("exploit") for trial in done.trials)
    return CritiqueReport(
        file=subject.source.path,
        function=subject.function.path,
        line=subject.function.line,
        status=Status(whole.value),
        message=_message(whole, done, parts),
        rules=[RuleReport.of(one) for one in done.found],
        comparison=comparison,
        exploits=exploits,
        file_sha256=sha256(subject.source.raw).hexdigest(),
        model=setup.model.name if called else "",
        endpoint=setup.model.endpoint if called else "",
        verus=setup.checker.installation.version if setup.checker else "",
        isolation=done.isolation,
        seed=setup.seed,
        spent=Spent(
            model_calls=usage.model_calls,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            programs=usage.programs,
            estimated=usage.estimated,
            seconds=round(done.seconds, 3),
        ),
        record=str(setup.record.path),
    )


def _message(
    whole: Standing, done: Critique, parts: list[ComparisonReport | ExploitsReport]
) -> str:
    if whole is Standing.FAULTY and done.faults:
        return str(done.faults[0])
    deciding = next((part.message for part in parts if part.standing is whole), "")
    if whole is not Standing.SOUND:
        return deciding
    told = "; ".join(part.message for part in parts)
    return f"nothing was found against the spec{f': {told}' if told else ' by its rules'}"


def _comparison(done: Critique, setup: Setup) -> ComparisonReport | None:
    against = done.subject.against
    if not setup.samples or against is None:
        return None
    tally = Tally.of((vote.opinion for vote in done.votes), setup.samples)
    return ComparisonReport.of(tally, _votes(tally, done), against.name, against.sha256)


def _votes(tally: Tally, done: Critique) -> str:
    said = f"{tally.yes} of {tally.wanted} answers say that it is the same, {tally.no} that not"
    if tally.unread:
        said += f", {tally.unread} could not be read"
    if tally.missing:
        said += f", {tally.missing} were not given ({done.ended or 'the search ended'})"
    if not tally.yes + tally.no:
        said += "; AlphaVerus' rule calls this faulty, but nothing is known"
    return said


def _exploits(done: Critique, setup: Setup) -> ExploitsReport | None:
    if not setup.exploits:
        return None
    trials = done.trials
    # Where the contract is found faulty without an example, nothing is left to be decided.
    found = Standing.UNDECIDED if done.blocked else standing(trials)
    verified = (trial for trial in trials if trial.came.verified and trial.came is not Came.OWN)
    admitted = {trial.body: trial for trial in verified}.values()
    return ExploitsReport(
        standing=found,
        message=_trials(trials, done, setup),
        wanted=setup.exploits,
        looked=sum(trial.node.startswith("exploit") for trial in trials),
        counts=dict(Counter(trial.came.value for trial in trials)),
        admitted=[TrialReport.of(one, done.programs.get(one.body, "")) for one in admitted],
    )


def _trials(trials: list[Trial], done: Critique, setup: Setup) -> str:
    if done.blocked:
        return f"no body was tried: {done.blocked}"
    seen = Counter(trial.came for trial in trials)
    for came, words in _FOUND.items():
        if seen[came]:
            body = next(trial.body for trial in trials if trial.came is came)
            return f"the spec admits this body: {' '.join(body.split())}{words}"
    looked = sum(trial.node.startswith("exploit") for trial in trials)
    tried = sum(seen[each] for each in (Came.REFUTED, Came.OWN))
    said = (
        f"none of {tried} trivial bodies that Verus decided about is admitted "
        f"({looked} of {setup.exploits} answers, {len(trials) - looked} of our own)"
    )
    return f"{said}: {done.ended}" if done.ended else said


_FOUND = {
    Came.ADMITTED: "",
    Came.AS_TRIVIAL: "; but the body in the file is as trivial, so that the function may really "
    "be so simple: read both",
    Came.DETERMINED: "; it is right, as Verus proves that no other result keeps the contract",
}
