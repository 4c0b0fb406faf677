"""The built site, with the banner and a live form put in; the demo's pages; what operators ask for."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response

from gradepost.book import Book
from gradepost.doors.mailing import mail_metrics
from gradepost.doors.outlook import filing_metrics
from gradepost.doors.state import new_secret
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, fields_of, read_body
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.moves import moves
from gradepost.doors.web.prefill import prefilled
from gradepost.doors.web.schedules import schedules_of
from gradepost.doors.web.who import actor_of, comes_from_us, person_of
from gradepost.page import views
from gradepost.page.due import as_of
from gradepost.page.form import Around, render_form
from gradepost.page.texts import text
from gradepost.people import Actor, may

_FORM_PATH = re.compile(r"/forms/([a-z][a-z0-9-]*)/")
_LINK = re.compile(r"https?://\S+")


def site(request: Request) -> Response:
    """A page or a file of the built site."""
    gateway = gateway_of(request)
    path = request.url.path
    html = gateway.site.page(path)
    if html is not None:
        form = _live_form(request, gateway, path)
        return HTMLResponse(gateway.site.shell.decorate(as_of(html, gateway.state.now()), answers.top(request), form))
    if gateway.site.is_folder(path):
        return RedirectResponse(f"{path}/", 308)
    if (file := gateway.site.asset(path)) is not None:
        return FileResponse(file, headers={"Cache-Control": "public, max-age=3600"})
    return answers.problem(request, 404)


def _live_form(request: Request, gateway: Gateway, path: str) -> str | None:
    match = _FORM_PATH.fullmatch(path)
    book = gateway.state.book
    if match is None or match[1] not in book.forms:
        return None
    form, actor = match[1], actor_of(request)
    _, centre = person_of(gateway, actor)
    filled = prefilled(request, gateway, form, actor)
    return str(
        render_form(
            book,
            form,
            values=filled.values,
            idempotency_key=new_secret(),
            demo_links=gateway.demo,
            centre=(centre.number, centre.name) if centre else None,
            notice=_not_for(book, actor, form) or filled.notice,
            sign_in=None if actor else "/sign-in?" + urlencode({"next": _here(request)}),
            around=Around(schedules_of(gateway, centre.number if centre else None), questions=filled.questions),
        )
    )


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _not_for(book: Book, actor: Actor | None, form: str) -> str | None:
    """What to say to somebody who may not submit this form; None for whoever may, or has yet to sign in."""
    if actor is None or (actor.centre is not None and may(actor, "submit", book, form)):
        return None
    if actor.centre is not None and may(actor, "check", book, form):
        return text("form.submitter_only")
    return "Your role does not submit forms. Continue as an exams officer to try this one."


def only_posted(request: Request) -> Response:
    """An address that forms are sent to, looked at: whoever loads such a page again is led back to the form."""
    form = request.path_params.get("form")
    if form in gateway_of(request).state.book.forms and not answers.wants_json(request):
        return RedirectResponse(f"/forms/{form}/", 303)
    response = answers.problem(request, 405)
    response.headers["Allow"] = "POST"
    return response


def mailbox(request: Request) -> Response:
    """The demo's mailbox: every letter that was sent, the newest first."""
    gateway = gateway_of(request)
    if not gateway.demo:
        return answers.problem(request, 404)
    messages = [
        {"to": m.to, "subject": m.subject, "at": m.queued_at, "body": m.body, "links": _LINK.findall(m.body)}
        for m in reversed(gateway.state.inbox.messages())
    ]
    content = views.mail_page(gateway.state.book, messages=messages)
    return answers.page(request, "Mailbox", content)


async def move_clock(request: Request) -> Response:
    """Move the demo's clock forward."""
    try:
        fields = dict(fields_of(await read_body(request)))
    except (TooLarge, Unreadable):
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_move, request, fields)


def _move(request: Request, fields: Mapping[str, str]) -> Response:
    gateway = gateway_of(request)
    if gateway.clock is None or not comes_from_us(request):
        return answers.problem(request, 404)
    now = gateway.clock.now()
    wanted = next((m for m in moves(gateway.state.book.series, now) if m.id == fields.get("to")), None)
    if wanted is None or not gateway.clock.move_to(wanted.instant):
        return answers.problem(request, 409, "The clock has passed that moment; it moves forward only.")
    return RedirectResponse("/", 303)


def public_key(request: Request) -> Response:
    """The public key that receipts are verified with."""
    pem = (gateway_of(request).state.folder / "keys" / "receipt.pub.pem").read_bytes()
    return Response(pem, media_type="application/x-pem-file")


def healthz(_: Request) -> Response:
    """Whether the process answers."""
    return PlainTextResponse("ok\n")


def readyz(request: Request) -> Response:
    """Whether a submission could be stored. It does not depend on the forge: the receipt stands without it."""
    if not gateway_of(request).readiness.holds():
        return PlainTextResponse("not ready: nothing can be stored\n", 503)
    return PlainTextResponse("ready\n")


def metrics(request: Request) -> Response:
    """What operators watch, in Prometheus' text format."""
    state = gateway_of(request).state
    return PlainTextResponse(filing_metrics(state) + mail_metrics(state.inbox, state.now()))
