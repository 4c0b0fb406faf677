"""Answers: pages in the site's shell, JSON, errors in both. Every one carries the security headers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gradepost.doors.clock import system_now
from gradepost.doors.web.gateway import gateway_of
from gradepost.doors.web.moves import moves
from gradepost.doors.web.who import actor_of, held, person_of
from gradepost.model.trouble import WorldError
from gradepost.page import sign_in, views
from gradepost.people.sessions import Remaining, remaining

_MESSAGES: Mapping[int, tuple[str, str]] = {
    400: ("This could not be read", "The request is not complete. Go back, look at the form, and send it again."),
    401: ("You are not signed in", "Sign in first, then go back and send the form again."),
    403: ("This is not open to you", "Your role does not allow this here."),
    404: ("Page not found", "There is nothing at this address."),
    405: ("This cannot be done here", "Use the form on the page."),
    409: (
        "This is being received already",
        "The same submission is on its way. Wait a moment, then ask for its receipt.",
    ),
    413: ("This is too large", "A submission may have at most 1 MiB. Split the learners over two documents."),
    415: ("This kind of file is not taken", "Send JSON (application/json), or use the form on the page."),
    422: ("This cannot be taken as it is", "Put right what is named, and send it again."),
    429: ("Too many requests", "Wait a minute, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing was received. Try again; if it happens again, tell us the number.",
    ),
    503: ("We cannot store anything at the moment", "Nothing was received. Try again in a few minutes."),
}


def wants_json(request: Request) -> bool:
    """Whether the client prefers JSON to a page."""
    accept = request.headers.get("accept", "")
    if "text/html" in accept:
        return False
    sends = request.headers.get("content-type", "").partition(";")[0].strip()
    return "json" in accept or sends == "application/json" or "authorization" in request.headers


def top(request: Request) -> str:
    """The banner and the signed-in line for this request."""
    gateway = gateway_of(request)
    try:
        person, centre = person_of(gateway, actor_of(request))
    except WorldError:
        # The page still stands when the store or the forge does not, and says so itself where that matters.
        person, centre = None, None
    demo: dict[str, Any] | None = None
    if gateway.clock is not None:
        series = gateway.state.book.series
        now = gateway.clock.now()
        demo = {"now": now, "zone": series.zone, "moves": [(m.id, m.label) for m in moves(series, now)]}
    return str(views.top(demo=demo, person=person, centre=centre, left=_left(request) if person else None))


def _left(request: Request) -> Remaining | None:
    secret = held(request)
    try:
        return remaining(gateway_of(request).state.inbox, secret, system_now()) if secret else None
    except WorldError:
        return None


def page(request: Request, title: str, content: object, status: int = 200) -> Response:
    """A page of our own in the site's shell."""
    gateway = gateway_of(request)
    return HTMLResponse(gateway.site.shell.page(title, str(content), top(request)), status)


def problem(
    request: Request, status: int, message: str | None = None, *, title: str | None = None, **more: Any
) -> Response:
    """An error, as JSON or as a page. The message is ours alone and echoes nothing."""
    heading, words = _MESSAGES[status]
    title, words = title or heading, message or words
    if wants_json(request):
        return json_answer({"error": title, "message": words, **more}, status)
    links: Sequence[tuple[str, str]] = [("/forms/", "Go to the forms"), ("/", "Start again from the home page")]
    if status == 401:
        links = [("/sign-in?" + urlencode({"next": _where_to(request)}), "Sign in"), *links]
    return page(request, title, views.message_page(title, words, links=links), status)


def message(
    request: Request, title: str, words: str, links: Sequence[tuple[str, str]] = (), status: int = 200
) -> Response:
    """A page of a heading, a sentence, and links as address and words."""
    return page(request, title, views.message_page(title, words, links=links), status)


def signed_out(
    request: Request, carried: Sequence[tuple[str, str]], action: str, *, problem: str | None = None
) -> Response:
    """The page for somebody who was signed out while they filled in a form: it keeps what they sent."""
    gateway = gateway_of(request)
    centres = gateway.state.ledger.reader().centres() if gateway.demo else []
    people = [(p.ref, sign_in.whom_label(p.role, c.number)) for c in centres for p in c.people]
    content = sign_in.again_page(carried, action=action, demo=people, problem=problem)
    return page(request, _MESSAGES[401][0], content, 401)


def _where_to(request: Request) -> str:
    if request.method in ("GET", "HEAD"):
        return request.url.path
    form = request.path_params.get("form")
    return f"/forms/{form}/" if form else "/"


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON."""
    body = (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
    return Response(body, status, dict(headers or {}), "application/json")


def to_sign_in(request: Request) -> Response:
    """Off to the sign-in page, and back here from there."""
    return RedirectResponse("/sign-in?" + urlencode({"next": request.url.path}), 303)
