"""From what a user wrote, on the command line or in a TOML file, to an experiment."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from synthd.daemon.bench.experiment import (
    BudgetSpec,
    Experiment,
    ModelSpec,
    Price,
    StrategySpec,
    SuiteSpec,
    Value,
    VerifierSpec,
)
from synthd.daemon.bench.hard.file import filled
from synthd.daemon.exits import BadInput
from synthd.daemon.learning.optimizers import pinned
from synthd.daemon.report import Wire
from synthd.synth.models.names import absolute
from synthd.synth.models.scrub import address
from synthd.synth.strategies import registry

# Names of tables for what best-of-n is with these parameters.
ALIASES: Mapping[str, tuple[str, Mapping[str, Value]]] = {
    "greedy": ("best-of-n", {"n": 1, "temperature": 0.0}),
    "sampling": ("best-of-n", {"n": 1}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `bench run`; None and empty: not given."""

    suites: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    price: str | None = None
    seeds: str | None = None
    samples: int | None = None
    programs: int | None = None
    tokens: int | None = None
    seconds: float | None = None
    tokens_per_call: int | None = None
    slots: int | None = None
    verifier: Path | None = None


class StrategyTable(Wire):
    """Of a TOML file. A parameter with several values in a list makes a grid."""

    name: str
    label: str = ""
    parameters: dict[str, Value | list[Value]] = Field(default_factory=dict)


class ModelTable(Wire):
    name: str
    endpoints: list[str] = Field(default_factory=list)
    price: Price | None = None


class ExperimentFile(Wire):
    """The TOML file: docs/bench.md shows one."""

    suites: list[str]
    strategies: list[str | StrategyTable]
    models: list[str | ModelTable] = Field(default_factory=list)
    seeds: int | list[int] = 1
    samples: int = 1
    budget: BudgetSpec = BudgetSpec()
    slots: int = 1
    verifier: str | None = None


def from_file(path: Path) -> Experiment:
    """Raises BadInput with the key that is wrong."""
    try:
        told = ExperimentFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not TOML ({error})") from None
    except ValidationError as error:
        raise BadInput(f"{path}: {_first(error)}") from None
    specs: list[StrategySpec] = []
    for one in told.strategies:
        specs += [_named(one, {})] if isinstance(one, str) else _grid(one)
    models = [
        ModelSpec(name=one)
        if isinstance(one, str)
        else ModelSpec(name=one.name, endpoints=tuple(one.endpoints), price=one.price)
        for one in told.models
    ]
    seeds = range(told.seeds) if isinstance(told.seeds, int) else told.seeds
    made = _made(
        told.suites, specs, models, tuple(seeds), told.samples, told.budget, told.slots, str(path)
    )
    return _ranked(made, Path(told.verifier) if told.verifier else None)


def from_options(asked: Asked, default_model: str | None) -> Experiment:
    """Raises BadInput."""
    if not asked.suites or not asked.strategies:
        raise BadInput(
            "name at least one --suite and one --strategy, or an experiment file; "
            "`synthd bench suites` and `synthd strategies` list them"
        )
    sets = _sets(asked.sets)
    names = [name.strip() for text in asked.strategies for name in text.split(",") if name.strip()]
    unused = sorted({name for name, _, _ in sets} - set(names))
    if unused:
        raise BadInput(f"--set {unused[0]}.…: no --strategy is {unused[0]}")
    specs = [_named(name, _given(name, sets)) for name in names]
    models = asked.models or ((default_model,) if default_model else ())
    price = _price(asked.price)
    told = [
        ModelSpec(name=absolute(name), endpoints=asked.endpoints, price=price) for name in models
    ]
    budget = {
        name: value
        for name, value in (
            ("programs", asked.programs),
            ("tokens", asked.tokens),
            ("seconds", asked.seconds),
            ("tokens_per_call", asked.tokens_per_call),
        )
        if value is not None
    }
    made = _made(
        _suites(asked.suites),
        specs,
        told,
        _seeds(asked.seeds),
        asked.samples or 1,
        BudgetSpec.model_validate(budget),
        asked.slots or 1,
        "the command line",
    )
    return _ranked(made, asked.verifier)


def _ranked(experiment: Experiment, folder: Path | None) -> Experiment:
    if folder is None:
        return experiment
    verifier = VerifierSpec(folder=str(folder.expanduser().absolute()))
    return experiment.model_copy(update={"verifier": verifier})


def _suites(texts: Iterable[str]) -> list[str]:
    """`a,b[:50]`; commas within brackets are ids'."""
    found: list[str] = []
    for text in texts:
        depth, begun = 0, ""
        for letter in text + ",":
            depth += {"[": 1, "]": -1}.get(letter, 0)
            if letter == "," and depth <= 0:
                found += [begun.strip()] if begun.strip() else []
                begun = ""
            else:
                begun += letter
        found += [begun.rstrip(",")] if begun else []
    return found


def _made(
    suites: Sequence[str],
    specs: Sequence[StrategySpec],
    models: Sequence[ModelSpec],
    seeds: tuple[int, ...],
    samples: int,
    budget: BudgetSpec,
    slots: int,
    where: str,
) -> Experiment:
    if not models:
        raise BadInput("no model is named or configured: name one with --model")
    for what, given in (("suites", suites), ("strategies", specs), ("seeds", seeds)):
        if not given:
            raise BadInput(f"{where}: there are no {what}")
    for url in (url for model in models for url in model.endpoints):
        if "@" in urlsplit(url).netloc:
            raise BadInput(
                f"{address(url)}: an experiment is kept and shown around, so no password may be in "
                "it: give it in the environment, as the provider's variable has it"
            )
    if len(set(seeds)) < len(seeds):
        raise BadInput(f"{where}: a seed is there twice")
    try:
        told = tuple(SuiteSpec(text=text) for text in suites)
        names = [model.name for model in models]
        told = tuple(filled(suite, names) for suite in told)
        return Experiment(
            suites=told,
            strategies=tuple(specs),
            models=tuple(models),
            seeds=seeds,
            samples=samples,
            budget=budget,
            slots=slots,
        )
    except ValidationError as error:
        raise BadInput(f"{where}: {_first(error)}") from None
    except ValueError as error:
        raise BadInput(f"{where}: {error}") from None


def _named(name: str, parameters: Mapping[str, Value]) -> StrategySpec:
    """By its name or its alias. Raises BadInput with the nearest name."""
    registered, fixed = ALIASES.get(name, (name, {}))
    if registered not in registry.STRATEGIES:
        known = [*registry.STRATEGIES, *ALIASES]
        near = get_close_matches(name, known, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise BadInput(f"no strategy is called {name!r}.{hint} There are: {', '.join(known)}.")
    given = pinned(registered, {**fixed, **parameters})
    try:
        strategy = registry.build(registered, given)
    except registry.BadStrategy as error:
        raise BadInput(str(error)) from None
    # As the strategy reads them: "4" of the command line is the 4 of a file.
    typed = {key: getattr(strategy, key, value) for key, value in given.items()}
    return StrategySpec(label=name, name=registered, parameters=typed)


def _grid(table: StrategyTable) -> list[StrategySpec]:
    """One for each combination of values; labelled by the parameters that vary."""
    axes = {k: v if isinstance(v, list) else [v] for k, v in table.parameters.items()}
    varying = [name for name, values in axes.items() if len(values) > 1]
    specs = []
    for values in itertools.product(*axes.values()):
        chosen = dict(zip(axes, values, strict=True))
        spec = _named(table.name, chosen)
        told = " ".join(f"{name}={chosen[name]}" for name in varying)
        specs.append(
            spec.model_copy(update={"label": f"{table.label or table.name} {told}".strip()})
        )
    return specs


def _sets(texts: Iterable[str]) -> list[tuple[str, str, str]]:
    found = []
    for text in texts:
        key, equals, value = text.partition("=")
        name, dot, parameter = key.strip().partition(".")
        if not equals or not dot or not parameter:
            raise BadInput(f"--set {text!r}: write STRATEGY.PARAMETER=VALUE")
        found.append((name, parameter, value.strip()))
    return found


def _given(name: str, sets: Iterable[tuple[str, str, str]]) -> dict[str, Value]:
    """Of an alias only its own: `best-of-n.n=8` is nothing to greedy."""
    return {key: value for strategy, key, value in sets if strategy == name}


def _seeds(text: str | None) -> tuple[int, ...]:
    """`3` is 0, 1, 2; `0,7,11` are these."""
    try:
        if text is None:
            return (0,)
        if "," in text:
            return tuple(int(part) for part in text.split(",") if part.strip())
        return tuple(range(int(text)))
    except ValueError:
        raise BadInput(f"--seeds {text!r}: write how many, or which: 0,7,11") from None


def _price(text: str | None) -> Price | None:
    if text is None:
        return None
    try:
        prompt, completion = (float(part) for part in text.split(","))
        return Price(prompt=prompt, completion=completion)
    except (ValueError, ValidationError):
        raise BadInput(
            f"--price {text!r}: write PROMPT,COMPLETION, in dollars for a million tokens"
        ) from None


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
