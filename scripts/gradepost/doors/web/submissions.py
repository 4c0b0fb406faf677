"""`/check` and `/submit`: JSON in, JSON out; or an HTML form in, a page out."""

import time
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.book import Book
from gradepost.document.filing import REQUESTS, dossier_of_branch
from gradepost.doors.asked import asked_of
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, has_parts, media_type, read_body, read_parts
from gradepost.doors.web.entering import too_many
from gradepost.doors.web.form_pages import check_json, check_page, form_page
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.kept import keeping_body
from gradepost.doors.web.sent import Sent, sent_of
from gradepost.doors.web.signing_pictures import takes_pictures, with_pictures, with_refused
from gradepost.doors.web.who import actor_of, comes_from_us, person_of
from gradepost.form.fails import answers_of, settled, unanswered
from gradepost.form.posted import ADD_ROWS, MAX_ROWS, REMOVE_ROW, most_rows, rows_of
from gradepost.form.repairs import applied, repairs
from gradepost.intake import Accepted, KeyReused, OtherCentre, Refused
from gradepost.page import views
from gradepost.page.mending import ALL, REPAIR, UNDO, Mended, changes_back, mended, undone
from gradepost.page.requesting import asked_of_you
from gradepost.page.sheets import NO_PICTURE
from gradepost.page.texts import text
from gradepost.people import Actor, may
from gradepost.publish import standing_of

_MAX_KEY = 255
CHANGE = "_change"
_OTHER_CENTRE = "This document is another centre's than yours."


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
    pictures: Mapping[str, bytes] = {}
    has_pictures = action == "check" and has_parts(request) and takes_pictures(gateway.state.book.forms[form])
    try:
        if has_pictures:
            parts = await read_parts(request)
            kind, body, pictures = "form", urlencode(parts.fields).encode(), parts.pictures
        else:
            body = await read_body(request)
    except TooLarge:
        return await run_in_threadpool(answers.problem, request, 413)
    except Unreadable:
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(
        lambda: keeping_body(request, kind, body, _act(request, gateway, form, action, kind, body, pictures))
    )


def _act(  # noqa: PLR0911 - each refusal is an answer of its own
    request: Request, gateway: Gateway, form: str, action: str, kind: str, body: bytes, pictures: Mapping[str, bytes]
) -> Response:
    if not comes_from_us(request) and "authorization" not in request.headers:
        return answers.problem(request, 403, "The request was not sent from our own page.")
    if not kind:
        return answers.problem(request, 415)
    actor = actor_of(request)
    if actor is None:
        return answers.problem(request, 401)
    if actor.centre is None or not may(actor, action, gateway.state.book, form):
        return answers.problem(request, 403)
    if wait := gateway.pace.seconds_to_wait(f"{actor.centre}:{actor.ref}", time.monotonic()):
        return too_many(request, wait)
    try:
        sent = sent_of(request, gateway.state.book, form, kind, body)
    except Unreadable:
        return answers.problem(request, 400)
    if sent.key is not None and not 0 < len(sent.key) <= _MAX_KEY:
        return answers.problem(request, 400, f"An idempotency key has 1 to {_MAX_KEY} characters.")
    if sent.fields is not None and most_rows(gateway.state.book, form, sent.document) > MAX_ROWS:
        return answers.problem(request, 413, text("form.too_many_rows", most=f"{MAX_ROWS:,}"))
    if action == "check":
        sent, refused = with_pictures(
            gateway.state.book,
            form,
            sent,
            folder=gateway.state.folder,
            centre=actor.centre,
            pictures=pictures,
        )
        return _checked(request, gateway, form, actor, sent, refused)
    return _submitted(request, gateway, form, actor, sent)


def _checked(
    request: Request, gateway: Gateway, form: str, actor: Actor, sent: Sent, refused: Mapping[str, str]
) -> Response:
    book, pressed = gateway.state.book, sent.by_name
    if pressed.keys() & {ADD_ROWS, REMOVE_ROW, CHANGE, NO_PICTURE} and not refused:
        return form_page(request, gateway, form, sent, None, rows=rows_of(book, form, sent.fields or ()))
    sent, what = _mended(book, form, sent)
    report = gateway.state.intake.check(sent.submission(form, actor))
    if isinstance(report, OtherCentre):
        return answers.problem(request, 403, _OTHER_CENTRE)
    if sent.fields is None:
        return answers.json_answer(report.as_json())
    report = with_refused(report, refused, sent, book, form)
    if answers.wants_json(request):
        return check_json(gateway, sent, report, actor.centre or "")
    path = sent.path(book, form)
    if what or any(finding.path == path for finding in report.errors):
        rows = rows_of(book, form, sent.fields)
        return form_page(request, gateway, form, sent, report, rows=rows, mended=what)
    return check_page(request, gateway, form, sent, report)


def _mended(book: Book, form: str, sent: Sent) -> tuple[Sent, Mended | None]:
    """What was sent with the repair applied, or undone, whose button was pressed; and what to say of it."""
    pressed = sent.by_name
    if REPAIR in pressed:
        chosen = [r for r in repairs(book, form, sent.document) if pressed[REPAIR] in (r.id, ALL)]
        changes = [change for repair in chosen for change in repair.changes]
        return sent.with_document(applied(sent.document, changes)), mended(changes)
    if UNDO in pressed:
        back = changes_back(pressed[UNDO])
        return sent.with_document(applied(sent.document, back)), undone(back)
    return sent, None


def _submitted(request: Request, gateway: Gateway, form: str, actor: Actor, sent: Sent) -> Response:
    if sent.carried:
        return _confirmed(request, gateway, form, actor, sent)
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


def _confirmed(request: Request, gateway: Gateway, form: str, actor: Actor, sent: Sent) -> Response:
    """What comes from the page of answers: submitted once every fail is answered for."""
    series, given = gateway.state.book.series, answers_of(sent.by_name)
    if open_ := unanswered(series, sent.document, given):
        report = gateway.state.intake.check(sent.submission(form, actor))
        if isinstance(report, OtherCentre):
            return answers.problem(request, 403, _OTHER_CENTRE)
        return check_page(request, gateway, form, sent, report, asked_again=open_, status=422)
    document = settled(series, sent.document, given)
    if document != sent.document:
        sent = sent.with_document(document)
    return _received(request, gateway, form, sent, _receive(gateway, form, actor, sent))


def _receive(gateway: Gateway, form: str, actor: Actor, sent: Sent) -> Accepted | Refused | KeyReused | OtherCentre:
    intake = gateway.state.intake
    outcome = intake.receive(sent.submission(form, actor))
    if sent.fields is None or not isinstance(outcome, Accepted) or not outcome.repeated:
        return outcome
    if intake.stands(outcome.receipt_id):
        return outcome
    # Changed and changed back on the same page: what is on it now replaces what came in between.
    return intake.receive(sent.submission(form, actor, again=True))


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
        rows = rows_of(gateway.state.book, form, sent.fields)
        return form_page(request, gateway, form, sent, outcome.report, rows=rows, status=422)
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


def status(request: Request) -> Response:
    """Where every dossier of one's own centre stands."""
    gateway = gateway_of(request)
    actor = actor_of(request)
    _, centre = person_of(gateway, actor)
    if actor is None or centre is None:
        return answers.to_sign_in(request)
    if not may(actor, "see", gateway.state.book):
        return answers.problem(request, 403)
    standings = []
    for branch in gateway.state.inbox.branches():
        dossier = dossier_of_branch(branch)
        # Its requests stand above, with what to do about each.
        if dossier is not None and dossier.centre == centre.number and dossier.kind != REQUESTS:
            standing = standing_of(dossier, gateway.state.inbox, gateway.state.forge)
            if standing is not None:
                standings.append(standing)
    content = views.status_page(
        gateway.state.book,
        centre=centre,
        standings=standings,
        may_ask=may(actor, "ask-declaration", gateway.state.book),
        mailbox="/demo/mail" if gateway.demo else None,
        asked_of_you=asked_of_you(gateway.state.book, asked_of(gateway.state, centre.number), gateway.state.now()),
    )
    return answers.page(request, "Where your submissions stand", content)
