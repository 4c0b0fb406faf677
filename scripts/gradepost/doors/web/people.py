"""Sign-in as far as the demo goes, asking for the declaration, and the declaration itself."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gradepost.document.filing import Dossier
from gradepost.doors.clock import system_now
from gradepost.doors.state import new_secret
from gradepost.doors.web import answers
from gradepost.doors.web.bodies import TooLarge, Unreadable, fields_of, read_body
from gradepost.doors.web.gateway import Gateway, gateway_of
from gradepost.doors.web.who import actor_of, comes_from_us, cookie_name, set_session
from gradepost.inbox import Credential, Stored
from gradepost.intake import Accepted, Refused, Submission
from gradepost.model.records import Centre, Person, Report
from gradepost.model.series import Series
from gradepost.model.trouble import StoreError
from gradepost.page import views
from gradepost.page.form import document_of
from gradepost.people import Actor, declaration_link, end, make_session, may, open_link
from gradepost.receipt.signing import instant_text


def sign_in_page(request: Request) -> Response:
    """Who to continue as."""
    gateway = gateway_of(request)
    people: list[tuple[Centre, Person]] = []
    if gateway.demo:
        people = [(centre, person) for centre in gateway.state.ledger.reader().centres() for person in centre.people]
    content = views.continue_page(
        people,
        gateway.state.settings.reviewers if gateway.demo else (),
        next_url=_local(request.query_params.get("next")),
        demo=gateway.demo,
    )
    return answers.page(request, "Continue as", content)


async def post(request: Request) -> Response:
    """One of the small forms: sign in, sign out, ask for a declaration."""
    try:
        fields = dict(fields_of(await read_body(request)))
    except (TooLarge, Unreadable):
        return await run_in_threadpool(answers.problem, request, 400)
    if not comes_from_us(request):
        return await run_in_threadpool(answers.problem, request, 403)
    act = {"/sign-in": _sign_in, "/sign-out": _sign_out, "/ask-declaration": _ask}[request.url.path]
    return await run_in_threadpool(act, request, fields)


def _sign_in(request: Request, fields: Mapping[str, str]) -> Response:
    gateway = gateway_of(request)
    if not gateway.demo:
        return answers.problem(request, 404)
    found = _find(gateway, fields.get("ref", ""))
    if found is None:
        return answers.problem(request, 400)
    person, centre = found
    secret = make_session(gateway.state.inbox, person, centre, system_now(), new_secret)
    response = RedirectResponse(_landing(_local(fields.get("next")), centre), 303)
    set_session(response, gateway, secret)
    return response


def _find(gateway: Gateway, ref: str) -> tuple[Person, str | None] | None:
    for reviewer in gateway.state.settings.reviewers:
        if reviewer.ref == ref:
            return reviewer, None
    for centre in gateway.state.ledger.reader().centres():
        if person := centre.person(ref):
            return person, centre.number
    return None


def _local(url: str | None) -> str:
    """A path of our own; anything that a browser might take for another host leads home."""
    if url and url.startswith("/") and not url.startswith(("//", "/\\")) and url.isprintable():
        return url
    return "/"


def _landing(wanted: str, centre: str | None) -> str:
    """Where somebody lands after signing in: a reviewer has no submissions to look at, a centre no reviews."""
    if centre is None:
        return "/reviews" if wanted in ("/", "/status") else wanted
    return "/status" if wanted.startswith("/reviews") else wanted


def _sign_out(request: Request, _: Mapping[str, str]) -> Response:
    gateway = gateway_of(request)
    if secret := request.cookies.get(cookie_name(gateway)):
        end(gateway.state.inbox, secret)
    response = RedirectResponse("/", 303)
    response.delete_cookie(cookie_name(gateway), path="/", secure=gateway.is_https, httponly=True, samesite="lax")
    return response


def _ask(request: Request, fields: Mapping[str, str]) -> Response:
    gateway = gateway_of(request)
    actor = actor_of(request)
    if actor is None:
        return answers.problem(request, 401)
    if actor.centre is None or not may(actor, "ask-declaration", gateway.state.book):
        return answers.problem(request, 403)
    try:
        dossier = Dossier(fields["series"], actor.centre, fields["qualification"], fields["kind"])
    except KeyError:
        return answers.problem(request, 400)
    head = head_of(gateway.state.book.series, gateway.state.ledger.register(actor.centre).centre)
    documents = tag_documents(gateway, dossier)
    if head is None or not documents:
        return answers.problem(request, 404)
    send_link(gateway, dossier, head, views.noun(gateway.state.book, documents[0].form).lower())
    return RedirectResponse("/status", 303)


def head_of(series: Series, centre: Centre | None) -> Person | None:
    """The person who is asked to declare: the Head where the register has one, else a delegate."""
    delegates = {choice.id: bool(choice.detail.get("needs_reason")) for choice in series.signatory_roles}
    people = centre.people if centre else ()
    able = [person for person in people if "declares" in person.rights and person.role in delegates]
    return min(able, key=lambda person: delegates[person.role], default=None)


def send_link(gateway: Gateway, dossier: Dossier, head: Person, what: str) -> None:
    """Queue the letter with the link. It names ids and what is to be declared; that itself is behind the link."""
    state = gateway.state
    now = state.now()
    secret = declaration_link(state.inbox, dossier, head, now, new_secret)
    url = f"{gateway.settings.site_url.rstrip('/')}/declare/{secret}"
    body = (
        f"Dear {head.name},\n\n"
        f"Centre {dossier.centre} has submitted {what} for {dossier.qualification} "
        f"({state.book.series.kinds.get(dossier.kind, dossier.kind).lower()}).\n"
        "Quality assurance cannot start until you have declared them. This link shows what you would declare; "
        "opening it changes nothing. It is good for 7 days and needs no login.\n\n"
        f"{url}\n\n"
        f"{state.book.series.awarding_organisation}\n"
    )
    state.inbox.queue_message(
        head.email, f"Declare {what} for {dossier.qualification}, centre {dossier.centre}", body, now
    )
    gateway.wake.set()


def tag_documents(gateway: Gateway, dossier: Dossier) -> list[Stored]:
    """The TAG documents of a dossier as they were last received."""
    current = gateway.state.inbox.of_centre(dossier.centre, dossier.series)
    return [stored for stored in current if stored.branch == dossier.branch and stored.form == "tags"]


def declare_page(request: Request) -> Response:
    """What is to be declared. Looking changes nothing, any number of times."""
    gateway = gateway_of(request)
    opened = open_link(gateway.state.inbox, request.path_params["secret"], gateway.state.now())
    if isinstance(opened, str):
        return answers.page(request, "This link cannot be used", views.link_gone_page(opened), 410)
    return _declare(request, gateway, opened[1], {}, None, 200)


def _declare(
    request: Request, gateway: Gateway, dossier: Dossier, values: Mapping[str, Any], report: Report | None, status: int
) -> Response:
    centre = gateway.state.ledger.register(dossier.centre).centre
    if centre is None:
        return answers.problem(request, 404)
    stored = tag_documents(gateway, dossier)
    content = views.declare_page(
        gateway.state.book,
        centre=centre,
        dossier=dossier,
        documents=[(s.path.rpartition("/")[2], s.sha256, json.loads(s.document)) for s in stored],
        action=request.url.path,
        values=values,
        report=report,
    )
    title = views.declared_by_link(gateway.state.book).title
    return answers.page(request, f"Error: {title}" if report else title, content, status)


async def declare(request: Request) -> Response:
    """Sign the declaration."""
    try:
        fields = fields_of(await read_body(request))
    except (TooLarge, Unreadable):
        return await run_in_threadpool(answers.problem, request, 400)
    return await run_in_threadpool(_sign, request, fields)


def _sign(request: Request, fields: list[tuple[str, str]]) -> Response:
    gateway = gateway_of(request)
    state = gateway.state
    now = state.now()
    opened = open_link(state.inbox, request.path_params["secret"], now)
    if isinstance(opened, str):
        return answers.page(request, "This link cannot be used", views.link_gone_page(opened), 410)
    link, dossier = opened
    form = views.declared_by_link(state.book).name
    document = {
        **document_of(state.book, form, fields),
        "form": form,
        "series": dossier.series,
        "centre": dossier.centre,
        "qualification": dossier.qualification,
        "kind": dossier.kind,
    }
    try:
        outcome = state.intake.receive(_signed(link, document, instant_text(now)))
    except StoreError:
        return answers.problem(request, 503)
    if isinstance(outcome, Refused):
        return _declare(request, gateway, dossier, document, outcome.report, 422)
    if not isinstance(outcome, Accepted):
        return answers.page(request, "This link cannot be used", views.link_gone_page("This link has been used."), 410)
    state.inbox.use_credential(link.hash, now)
    gateway.wake.set()
    content = views.declared_page(state.book, json.loads(outcome.receipt))
    return answers.page(request, "Declaration received", content)


def _signed(link: Credential, document: Mapping[str, Any], at: str) -> Submission:
    actor = Actor(link.ref, link.role, link.centre, "link")
    raw = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    attested = {"ref": link.ref, "method": "email-link", "at": at}
    # The link's own hash is the idempotency key: pressed twice, or raced, it declares once.
    return Submission(raw, document["form"], actor, "declaration-link", f"link-{link.hash}", attested)
