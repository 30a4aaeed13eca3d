"""The commands of docs/protocol.md. Each answers at once; what takes time is a job or a task."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING

from lsprotocol import types

from synthd.lsp import arguments, wire
from synthd.lsp.arguments import BadRequest
from synthd.lsp.engine import Wish
from synthd.lsp.jobs.progress import job_of
from synthd.lsp.jobs.table import Job

if TYPE_CHECKING:
    from synthd.lsp.server import Server

Payload = dict[str, object]
Later = Coroutine[object, object, Payload]
Given = list[object]


def register(server: Server) -> None:
    _jobs(server)
    _edits(server)
    _searches(server)
    _verdicts(server)
    _choices(server)


def _jobs(server: Server) -> None:
    session = server.session

    @server.command("synthd.synthesize")
    def synthesize(given: Given) -> Payload:
        return wire.started(session.synthesize(arguments.order(given, "synthd.synthesize")))

    @server.command("synthd.repair")
    def repair(given: Given) -> Payload:
        order = arguments.order(given, "synthd.repair", Wish.REPAIR)
        return wire.started(session.synthesize(order))

    @server.command("synthd.cancel")
    def cancel(given: Given) -> Payload:
        job = session.job(arguments.job_id(given, "synthd.cancel"))
        return wire.said(job=job.id, cancelled=session.jobs.cancel(job))

    @server.command("synthd.jobs")
    def jobs(_: Given) -> Payload:
        return wire.listing(session.jobs)

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel_progress(params: types.WorkDoneProgressCancelParams) -> None:
        job = session.jobs.get(job_of(params.token))
        if job is not None:
            session.jobs.cancel(job)


def _edits(server: Server) -> None:
    session = server.session

    @server.command("synthd.accept")
    def accept(given: Given) -> Payload:
        id, partial = arguments.acceptance(given, "synthd.accept")
        job = session.job(id)
        accepted, message = (session.work.start_partial if partial else session.consent.accept)(job)
        return wire.said(job=id, accepted=accepted, message=message)

    @server.command("synthd.reject")
    def reject(given: Given) -> Payload:
        job = session.job(arguments.job_id(given, "synthd.reject"))
        return wire.said(job=job.id, rejected=session.consent.reject(job))

    @server.command("synthd.answer")
    def answer(given: Given) -> Payload:
        id, question, value = arguments.answer(given, "synthd.answer")
        job = session.job(id)
        answered = session.questions.answer(job.id, question, value)
        return wire.said(job=job.id, answered=answered)


def _searches(server: Server) -> None:
    session = server.session

    @server.command("synthd.showSearch")
    def show_search(given: Given) -> Later:
        id = arguments.maybe_job_id(given, "synthd.showSearch")
        job = session.jobs.newest() if id is None else session.job(id)
        if job is None:
            raise BadRequest("There has been no search yet.")
        return _shown_search(server, job)

    @server.command("synthd.watchSearch")
    def watch_search(given: Given) -> Payload:
        id, on = arguments.watching(given, "synthd.watchSearch")
        return wire.said(job=id, watching=session.searches.watch(session.job(id), on))

    @server.command("synthd.prune")
    def prune(given: Given) -> Later:
        id, node = arguments.node(given, "synthd.prune")
        return _pruned(server, session.job(id), node)


def _verdicts(server: Server) -> None:
    @server.command("synthd.verify")
    def verify(given: Given) -> Payload:
        uri, point = arguments.document(given, "synthd.verify")
        server.session.buffer(uri)
        server.verifications.ask(uri, point)
        return wire.said(verifying=True)

    @server.command("synthd.showCertificate")
    def show_certificate(given: Given) -> Later:
        return _shown_certificate(server, given)

    @server.command("synthd.explain")
    def explain(given: Given) -> Later:
        return _explained(server, given)


def _choices(server: Server) -> None:
    session = server.session

    @server.command("synthd.pickModel")
    def pick_model(given: Given) -> Later:
        picked = arguments.choice(given, "synthd.pickModel")
        if picked is None:  # by name: whoever did has no list of its own to show
            session.errands.start(session.choosing.ask(), "pick a model")
        return _picked(server, *(picked or ("", "")))

    @server.command("synthd.forecast")
    def forecast(given: Given) -> Later:
        order = arguments.order(given, "synthd.forecast")
        return _forecast(server, order)


async def _shown_search(server: Server, job: Job) -> Payload:
    return wire.shown(await server.virtual.search(job), job=job.id)


async def _pruned(server: Server, job: Job, node: str) -> Payload:
    pruned = await server.session.searches.prune(job, node)
    return wire.said(job=job.id, node=node, pruned=pruned)


async def _shown_certificate(server: Server, given: Given) -> Payload:
    target = arguments.target(given, "synthd.showCertificate")
    return wire.shown(await server.virtual.certificate(target.uri, target.point))


async def _explained(server: Server, given: Given) -> Payload:
    target = arguments.target(given, "synthd.explain")
    return wire.shown(await server.virtual.failure(target.uri, target.point))


async def _picked(server: Server, model: str, strategy: str) -> Payload:
    return wire.options(await server.session.choosing.pick(model, strategy))


async def _forecast(server: Server, order: arguments.Order) -> Payload:
    request = server.session.request(order.target, order)
    return wire.forecast(await server.session.forecast(request))
