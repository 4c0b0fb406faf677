"""Workbooks to fill in, and workbooks in which the cells to change are marked."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gradepost.doors.web import answers
from gradepost.doors.web.bodies import Parts, TooLarge, Unreadable, read_parts
from gradepost.doors.web.drafts import file_name
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.prefill import for_component
from gradepost.doors.web.sent import as_bytes
from gradepost.doors.web.typed import typed
from gradepost.doors.web.who import actor_of, comes_from_us
from gradepost.intake import OtherCentre, Submission
from gradepost.model.findings import Finding
from gradepost.people import Actor, may

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FINDINGS_MARKED = 20_000


def empty(request: Request) -> Response:
    """The workbook of a component, with the centre's scheduled learners in it."""
    gateway = gateway_of(request)
    form = request.path_params["form"]
    if not _takes_sheets(gateway, form):
        return answers.problem(request, 404)
    actor = actor_of(request)
    if actor is None:
        return answers.to_sign_in(request)
    if actor.centre is None or not may(actor, "check", gateway.state.book, form):
        return answers.problem(request, 403)
    asked = {name: request.query_params.get(name, "") for name in ("qualification", "component")}
    if any(asked.values()) and gateway.state.book.series.component(*asked.values()) is None:
        return answers.problem(request, 404)
    filled = for_component(gateway, actor.centre, form, asked["qualification"], asked["component"])
    return _workbook(gateway, form, actor, filled.values, ())


async def marked(request: Request) -> Response:
    """What is on the form as a workbook, with what is to be changed marked in its cells."""
    gateway = gateway_of(request)
    if not _takes_sheets(gateway, request.path_params["form"]):
        return await run_in_threadpool(answers.problem, request, 404)
    try:
        parts = await read_parts(request)
    except TooLarge:
        return await run_in_threadpool(answers.problem, request, 413)
    except Unreadable:
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_marked, request, gateway, request.path_params["form"], parts)


def _marked(request: Request, gateway: Gateway, form: str, parts: Parts) -> Response:
    actor = actor_of(request)
    if not comes_from_us(request) and "authorization" not in request.headers:
        return answers.problem(request, 403)
    if actor is None:
        return answers.problem(request, 401)
    if actor.centre is None or not may(actor, "check", gateway.state.book, form):
        return answers.problem(request, 403)
    try:
        document = typed(gateway.state.book, form, parts.fields)
    except Unreadable:
        return answers.problem(request, 400)
    report = gateway.state.intake.check(Submission(as_bytes(document), form, actor, "spreadsheet"))
    if isinstance(report, OtherCentre):
        return answers.problem(request, 403)
    return _workbook(gateway, form, actor, document, report.findings[:_FINDINGS_MARKED], named=False)


def _takes_sheets(gateway: Gateway, form: str) -> bool:
    found = gateway.state.book.forms.get(form)
    return found is not None and "spreadsheet" in found.channels


def _workbook(
    gateway: Gateway,
    form: str,
    actor: Actor,
    values: Mapping[str, Any],
    findings: Sequence[Finding],
    *,
    named: bool = True,
) -> Response:
    # Heavy, and asked for now and then: loaded by the first who does.
    from gradepost.spreadsheet.workbook import workbook

    book, centre = gateway.state.book, actor.centre or ""
    body = workbook(book, form, {**values, "centre": centre}, centre=centre, findings=findings, named=named)
    disposition = f'attachment; filename="{file_name(values, form, "xlsx")}"'
    return Response(body, 200, {"Content-Disposition": disposition}, _XLSX)
