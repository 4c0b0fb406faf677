"""`/check`, `/submit` and `/receipts`: JSON in, JSON out; or an HTML form in, a page out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gradepost.document.canonical import sha256
from gradepost.document.filing import dossier_of_branch
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, fields_of, media_type, read_body
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.who import actor_of, comes_from_us, person_of
from gradepost.intake import Accepted, KeyReused, OtherCentre, Refused, Submission
from gradepost.model.records import Finding, Report
from gradepost.model.standing import Standing
from gradepost.model.trouble import ForgeError
from gradepost.page import views
from gradepost.page.form import IDEMPOTENCY_KEY, document_of, render_form, rows_of
from gradepost.people import Actor, may
from gradepost.publish import standing_of

_MAX_KEY = 255
_OTHER_CENTRE = "This document is another centre's than yours."


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request brought: the bytes to judge, and for an HTML form its fields and its document."""

    raw: bytes
    fields: Sequence[tuple[str, str]] | None
    document: Mapping[str, Any] | None
    key: str | None


async def check(request: Request) -> Response:
    """Judge a submission as it would be received, and store nothing."""
    return await _answer(request, "check")


async def submit(request: Request) -> Response:
    """Receive a submission."""
    return await _answer(request, "submit")


async def _answer(request: Request, action: str) -> Response:
    gateway = gateway_of(request)
    form = request.path_params["form"]
    if form not in gateway.state.book.forms:
        return await run_in_threadpool(answers.problem, request, 404)
    kind = media_type(request)
    try:
        body = await read_body(request)
    except TooLarge:
        return await run_in_threadpool(answers.problem, request, 413)
    except Unreadable:
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_act, request, gateway, form, action, kind, body)


def _act(request: Request, gateway: Gateway, form: str, action: str, kind: str, body: bytes) -> Response:  # noqa: PLR0911 - each refusal is an answer of its own
    if not comes_from_us(request) and "authorization" not in request.headers:
        return answers.problem(request, 403, "The request was not sent from our own page.")
    if not kind:
        return answers.problem(request, 415)
    actor = actor_of(request)
    if actor is None:
        return answers.problem(request, 401)
    if actor.centre is None or not may(actor, action, gateway.state.book, form):
        return answers.problem(request, 403)
    try:
        sent = _sent(request, gateway, form, kind, body)
    except Unreadable:
        return answers.problem(request, 400)
    if sent.key is not None and not 0 < len(sent.key) <= _MAX_KEY:
        return answers.problem(request, 400, f"An idempotency key has 1 to {_MAX_KEY} characters.")
    if action == "check":
        return _checked(request, gateway, form, actor, sent)
    return _submitted(request, gateway, form, actor, sent)


def _sent(request: Request, gateway: Gateway, form: str, kind: str, body: bytes) -> Sent:
    if kind == "json":
        return Sent(body, None, None, request.headers.get("idempotency-key"))
    fields = fields_of(body)
    document = document_of(gateway.state.book, form, fields)
    key = next((value for name, value in fields if name == IDEMPOTENCY_KEY and value), None)
    return Sent(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"), fields, document, key)


def _submission(form: str, actor: Actor, sent: Sent, key: str | None = None) -> Submission:
    if sent.fields is None:
        return Submission(sent.raw, form, actor, "api", key)
    # The page's key with what is on the page: pressed twice it is received once, corrected it is received again.
    return Submission(sent.raw, form, actor, "form", f"{key}:{sha256(sent.raw)}" if key else None)


def _checked(request: Request, gateway: Gateway, form: str, actor: Actor, sent: Sent) -> Response:
    report = gateway.state.intake.check(_submission(form, actor, sent))
    if isinstance(report, OtherCentre):
        return answers.problem(request, 403, _OTHER_CENTRE)
    if sent.fields is None:
        return answers.json_answer(report.as_json())
    adding = rows_of(gateway.state.book, form, sent.fields)
    if any(name == "_add_rows" for name, _ in sent.fields):
        return _form_page(request, gateway, form, sent, None, rows=adding)
    return _form_page(request, gateway, form, sent, report, rows=adding)


def _submitted(request: Request, gateway: Gateway, form: str, actor: Actor, sent: Sent) -> Response:
    if sent.fields is not None or sent.key is None:
        return _received(request, gateway, form, sent, _receive(gateway, form, actor, sent))
    flight, mine = (actor.centre or "", form, sent.key), object()
    if gateway.answering.setdefault(flight, mine) is not mine:
        return answers.problem(request, 409)
    try:
        outcome = _receive(gateway, form, actor, sent)
    finally:
        del gateway.answering[flight]
    return _received(request, gateway, form, sent, outcome)


def _receive(gateway: Gateway, form: str, actor: Actor, sent: Sent) -> Accepted | Refused | KeyReused | OtherCentre:
    intake = gateway.state.intake
    outcome = intake.receive(_submission(form, actor, sent, sent.key))
    if sent.fields is None or not isinstance(outcome, Accepted) or not outcome.repeated:
        return outcome
    if intake.stands(outcome.receipt_id):
        return outcome
    # Changed and changed back on the same page: what is on it now replaces what came in between.
    return intake.receive(_submission(form, actor, sent))


def _received(
    request: Request, gateway: Gateway, form: str, sent: Sent, outcome: Accepted | Refused | KeyReused | OtherCentre
) -> Response:
    if isinstance(outcome, OtherCentre):
        return answers.problem(request, 403, _OTHER_CENTRE)
    if isinstance(outcome, KeyReused):
        message = "This idempotency key was used for another submission. Nothing was received. Send it with a new key."
        return answers.json_answer({"error": "Idempotency key used before", "message": message, "findings": []}, 422)
    if isinstance(outcome, Refused):
        if sent.fields is None:
            return answers.json_answer(outcome.report.as_json(), 422)
        return _form_page(request, gateway, form, sent, outcome.report, status=422)
    gateway.wake.set()
    if sent.fields is not None:
        return RedirectResponse(f"/receipts/{outcome.receipt_id}", 303)
    return Response(outcome.receipt, 201, _told(outcome), "application/json")


def _told(outcome: Accepted) -> dict[str, str]:
    headers = {"Location": f"/receipts/{outcome.receipt_id}"}
    caused = ", ".join(dict.fromkeys(f"{f.rule} {f.path.rpartition('/')[2]}" for f in outcome.told))
    warned = ", ".join(dict.fromkeys(f.rule for f in outcome.warnings))
    return (
        headers | ({"Gradepost-Caused": caused} if caused else {}) | ({"Gradepost-Warnings": warned} if warned else {})
    )


def _form_page(
    request: Request,
    gateway: Gateway,
    form: str,
    sent: Sent,
    report: Report | None,
    *,
    rows: Mapping[str, int] | None = None,
    status: int = 200,
) -> Response:
    actor = actor_of(request)
    _, centre = person_of(gateway, actor)
    passes = report is not None and not report.errors
    content = render_form(
        gateway.state.book,
        form,
        values=sent.document or {},
        report=report,
        path=_path_in(report, form),
        idempotency_key=sent.key,
        rows=rows,
        demo_links=gateway.demo,
        centre=(centre.number, centre.name) if centre else None,
        notice="Nothing is in the way of submitting. Nothing has been submitted yet." if passes else None,
        heading=gateway.state.book.forms[form].title,
        may_submit=actor is not None and may(actor, "submit", gateway.state.book, form),
    )
    title = gateway.state.book.forms[form].title
    shown = gateway.site.shell.page(
        f"Error: {title}" if report and report.errors else title, str(content), answers.top(request)
    )
    return HTMLResponse(shown, status)


def _path_in(report: Report | None, form: str) -> str | None:
    # A report of the gateway speaks of the submitted document alone, or of others of its dossier after that.
    paths = [n.path for n in report.not_judged] + [f.path for f in report.findings] if report else []
    return next((p for p in paths if p.endswith((f".{form}.json", f"{form}.json"))), None)


def receipt(request: Request) -> Response:
    """A receipt of one's own centre, and where the submission stands."""
    gateway = gateway_of(request)
    actor = actor_of(request)
    if actor is None:
        return answers.problem(request, 401) if answers.wants_json(request) else answers.to_sign_in(request)
    stored = gateway.state.inbox.submission(request.path_params["id"])
    if stored is None:
        return answers.problem(request, 404)
    if actor.centre != stored.centre and not may(actor, "review", gateway.state.book):
        return answers.problem(request, 403)
    standing = _standing(gateway, stored.branch)
    if answers.wants_json(request) or request.query_params.get("format") == "json":
        headers = {"Gradepost-State": str(standing.state)} if standing else {}
        if request.query_params.get("format") == "json":
            headers["Content-Disposition"] = f'attachment; filename="receipt-{stored.seq:012d}.json"'
        return Response(stored.receipt, 200, headers, "application/json")
    told = _void_declaration(gateway, stored.centre, stored.branch)
    content = views.receipt_page(
        gateway.state.book,
        json.loads(stored.receipt),
        standing=standing,
        told=told,
        can_ask_declaration=may(actor, "ask-declaration", gateway.state.book),
    )
    return answers.page(request, "Receipt", content)


def _standing(gateway: Gateway, branch: str) -> Standing | None:
    """Where a dossier stands, or None while the forge is away: the receipt is shown all the same."""
    dossier = dossier_of_branch(branch)
    try:
        return standing_of(dossier, gateway.state.inbox, gateway.state.forge) if dossier else None
    except ForgeError:
        return None


def _void_declaration(gateway: Gateway, centre: str, branch: str) -> Sequence[Finding]:
    try:
        report = gateway.state.intake.standing(centre, branch)
    except ForgeError:
        return ()
    return [f for f in report.errors if f.rule == "H003"]


def status(request: Request) -> Response:
    """Where every dossier of one's own centre stands."""
    gateway = gateway_of(request)
    actor = actor_of(request)
    _, centre = person_of(gateway, actor)
    if actor is None or centre is None:
        return answers.to_sign_in(request)
    standings = []
    for branch in gateway.state.inbox.branches():
        dossier = dossier_of_branch(branch)
        if dossier is not None and dossier.centre == centre.number:
            standing = standing_of(dossier, gateway.state.inbox, gateway.state.forge)
            if standing is not None:
                standings.append(standing)
    content = views.status_page(
        gateway.state.book,
        centre=centre,
        standings=standings,
        may_ask=may(actor, "ask-declaration", gateway.state.book),
        mailbox="/demo/mail" if gateway.demo else None,
    )
    return answers.page(request, "Where your submissions stand", content)
