"""The models of an experiment: each behind one or several endpoints."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from synthd.daemon.bench.experiment import ModelSpec, Price
from synthd.daemon.bench.place import Place
from synthd.daemon.engines.settled import hf_options
from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.locations import models_dir, ollama_host
from synthd.daemon.models import OwnedModel, make, prepared
from synthd.daemon.weights.store import Store
from synthd.synth.models.balanced import Balanced
from synthd.synth.models.errors import ModelError
from synthd.synth.models.identified import IdentifiedModel
from synthd.synth.models.names import Backend, parse
from synthd.synth.models.ollama import OllamaModel
from synthd.synth.models.remote import RemoteModel
from synthd.synth.ports import Model
from synthd.synth.store.identities import Identities


async def opened_model(
    spec: ModelSpec, place: Place, stack: AsyncExitStack, told: Callable[[str], None]
) -> Model:
    """All endpoints of a model as one; closed with the stack. told: of endpoints that fail.

    A replay asks nobody which weights it has: it goes by what was there when the answers were kept.
    Raises BadInput and Missing.
    """
    if not place.replay:
        await prepared(place.settings.model_copy(update={"model": spec.name}))
    model = Balanced(_endpoints(spec, place), told)
    stack.push_async_callback(model.aclose)
    kept = Identities(place.answers / "identities") if place.answers else None
    known = kept.get(model.name) if kept else ""
    try:
        identity = known if place.replay else model.identity or await model.agreed() or known
    except ModelError as error:
        raise BadInput(str(error)) from None
    if kept and identity and identity != known:
        kept.put(model.name, identity)
    return model if identity == model.identity else IdentifiedModel(model, identity)


def price_of(spec: ModelSpec) -> Price | None:
    """What is said, or nothing for what runs here; of a provider what litellm's own list says."""
    if spec.price is not None:
        return spec.price
    name = parse(spec.name)
    if name.backend is not Backend.REMOTE:
        return Price(prompt=0.0, completion=0.0)
    if spec.endpoints:
        return None
    return _listed(spec.name)


def _listed(name: str) -> Price | None:
    import os

    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it asks the network
    import litellm

    found = litellm.model_cost.get(name) or litellm.model_cost.get(name.partition("/")[2]) or {}
    try:
        prompt, completion = found["input_cost_per_token"], found["output_cost_per_token"]
        return Price(prompt=1e6 * float(prompt), completion=1e6 * float(completion))
    except (KeyError, TypeError, ValueError):
        return None


def _endpoints(spec: ModelSpec, place: Place) -> list[OwnedModel]:
    try:
        name = parse(spec.name)
        if spec.endpoints and name.backend in (Backend.LOCAL, Backend.HF):
            raise BadInput(f"{spec.name} runs in this process: --endpoint is for servers")
        if name.backend is Backend.OLLAMA:
            hosts = spec.endpoints or (ollama_host(place.settings),)
            return [OllamaModel(name.name, host, place.slots or 2) for host in hosts]
        if name.backend is Backend.REMOTE:
            bases = spec.endpoints or ("",)
            return [RemoteModel(name.name, base, slots=place.slots or 4) for base in bases]
        return [_local(spec, place)]
    except ModelError as error:
        raise Missing(str(error)) from None


def _local(spec: ModelSpec, place: Place) -> OwnedModel:
    folder: Path = models_dir(place.settings)
    return make(parse(spec.name), "", Store(folder), hf_options(place.settings))
